import pino from 'pino';
import { vi } from 'vitest';
import { stringifyJson } from '../../clients/typescript/src/json/stringify.ts';
import { anonymous } from '../../src/domain/caller.ts';
import type { WholeAnswer } from '../../src/graphql/answer.ts';
import { type App, type AppOptions, createApp } from '../../src/graphql/app.ts';
import { type Database, type DatabaseOptions, openDatabase } from '../../src/storage/postgres/database.ts';
import { createDatabase } from './database.ts';
import { parseAnswer, tell, type WireError } from './told.ts';

/** The whole service over a database of its own, spoken to as clients do: in JSON. */
export type TestService = {
  app: App;
  db: Database;
  url: string;
  /** Runs a query and gives its data, numbers exact; fails the test with everything there is to know on an error. */
  // biome-ignore lint/suspicious/noExplicitAny: the shape of an answer is the query's, which tests state and then check
  run(query: string, variables?: Record<string, unknown>): Promise<any>;
  /** Runs a query that must fail, and gives its first error; fails the test if it does not. */
  fail(query: string, variables?: Record<string, unknown>): Promise<WireError>;
  /** Answers a request's body as it is, for an Accept header; fails the test if the answer is a stream of events. */
  answer(body: string, accept?: string): Promise<WholeAnswer>;
  /** The rows of a statement of plain SQL, past all of the service's code. */
  // biome-ignore lint/suspicious/noExplicitAny: the shape of the rows is the statement's
  sql(text: string, parameters?: unknown[]): Promise<any[]>;
  /** The SQL statements since the last call of `queries`. */
  queries(): string[];
  /** What was logged as unexpected since the start. */
  unexpected: string[];
  close(): Promise<void>;
};

export type TestServiceOptions = Omit<AppOptions, 'db' | 'log'> & {
  /** Someone else's database, not dropped in the end: for a second server on the same one. Default: one of its own. */
  database?: { url: string; drop?(): Promise<void> };
  connection?: Omit<DatabaseOptions, 'connectionString' | 'onQuery'>;
};

/** Opens the service over a database of its own. Close it in the end. */
export async function openService(options: TestServiceOptions = {}): Promise<TestService> {
  const own = options.database ? null : await createDatabase();
  const { url } = options.database ?? own!;
  let statements: string[] = [];
  const unexpected: string[] = [];
  const db = openDatabase({ ...options.connection, connectionString: url, onQuery: (sql) => statements.push(sql) });
  const log = pino({ level: 'error' }, { write: (line) => void unexpected.push(line) });
  const app = createApp({ ...options, db, log });
  const answer = async (body: string, accept?: string) => {
    const answered = await app.answer({ body, accept, caller: anonymous });
    if (typeof answered.body === 'string') return answered as WholeAnswer;
    throw new Error(`The answer to ${body} should have been one text, but is a stream of events.`);
  };
  const ask = async (query: string, variables?: Record<string, unknown>) => {
    const before = unexpected.length;
    const answered = await answer(stringifyJson({ query, ...(variables ? { variables } : {}) }), 'application/json');
    const told = (what: string) =>
      new Error(`${what}\n${tell({ query, variables }, answered, unexpected.slice(before))}`);
    const parsed = parseAnswer(answered.body);
    if (!parsed) throw told('The answer should have been JSON.');
    return { ...parsed, told };
  };
  return {
    app,
    db,
    url,
    unexpected,
    answer,
    // Who reads a failure is shown the line of the test, not these.
    run: vi.defineHelper(async (query, variables) => {
      const { data, errors, told } = await ask(query, variables);
      if (errors) throw told('The query failed.');
      return data;
    }),
    fail: vi.defineHelper(async (query, variables) => {
      const { errors, told } = await ask(query, variables);
      if (!errors?.[0]) throw told('The query should have failed.');
      return errors[0];
    }),
    async sql(text, parameters) {
      return (await db.pool.query(text, parameters)).rows;
    },
    queries() {
      // What tells other servers is sent a quarter of a second later, in whatever test that is.
      const since = statements.filter((sql) => !/^(BEGIN|COMMIT|ROLLBACK|\/\* (notify_changes|begin_dear))/.test(sql));
      statements = [];
      return since;
    },
    async close() {
      await db.close();
      await own?.drop();
    },
  };
}
