import pg from 'pg';
import { expect, test } from 'vitest';
import { explain } from '../../src/process/explain.ts';

/** An error as Postgres tells it. */
function told(code: string, message: string): pg.DatabaseError {
  return Object.assign(new pg.DatabaseError(message, message.length, 'error'), { code });
}

test('a lock that somebody else holds is no database that is away', () => {
  const error = told('55P03', 'canceling statement due to lock timeout');
  for (const one of [error, new Error('in a command', { cause: error })])
    expect(explain(one)).toMatch(/^Somebody holds a lock that is needed, for longer than LOCK_TIMEOUT_MS\./);
});

test.for([
  ['57P03', 'the database system is starting up'],
  ['28P01', 'password authentication failed for user "x"'],
  ['3D000', 'database "x" does not exist'],
  ['ECONNREFUSED', 'connect ECONNREFUSED 127.0.0.1:1'],
])('%s: the database cannot be reached', ([code, message]) => {
  expect(explain(told(code!, message!))).toBe(
    `The database cannot be reached: ${message}. Check DATABASE_URL and that the server is up.`,
  );
});

test('of what nobody has foreseen the whole trace is told', () => {
  const error = told('42601', 'syntax error at or near "x"');
  expect(explain(error)).toBe(error.stack);
});
