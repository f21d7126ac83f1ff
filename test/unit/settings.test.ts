import { describe, expect, test } from 'vitest';
import { readSettings, SettingsError } from '../../src/process/settings.ts';

const problems = (environment: Record<string, string>): string[] => {
  try {
    readSettings(environment);
  } catch (error) {
    expect(error).toBeInstanceOf(SettingsError);
    return (error as Error).message.split('\n').slice(1);
  }
  return [];
};

describe('settings', () => {
  test('have defaults, and an empty variable counts as absent', () => {
    const expected = {
      HOST: '127.0.0.1',
      PORT: 4000,
      ALLOWED_ORIGINS: [],
      ALLOWED_HOSTS: [],
      LOG_LEVEL: 'info',
      MAX_VALUE_BYTES: 65_536,
      MAX_BODY_BYTES: 4_194_304,
      MAX_QUERY_DEPTH: 16,
      MAX_QUERY_ALIASES: 100,
      MAX_QUERY_TOKENS: 4_000,
      MAX_QUERY_DIRECTIVES: 50,
      MAX_QUERY_BYTES: 65_536,
      MAX_ENTRIES: 1_000,
    };
    expect(readSettings({})).toMatchObject(expected);
    expect(readSettings({ HOST: '', PORT: '', DATABASE_URL: '', LOG_LEVEL: '', ALLOWED_HOSTS: '' })).toMatchObject(
      expected,
    );
    for (const name of ['DATABASE_URL', 'RUNLEDGER_DATA_DIR'] as const) expect(readSettings({})[name]).toBeUndefined();
  });

  test('do not read what is none of theirs', () => {
    expect(readSettings({ PATH: '/bin', port: '1' })).toEqual(readSettings({}));
  });

  test('are taken as given', () => {
    const settings = readSettings({
      HOST: '::',
      PORT: '0',
      DATABASE_URL: 'postgres://u:p@h/db',
      ALLOWED_ORIGINS: ' https://a.example , https://b.example,',
      ALLOWED_HOSTS: '*',
      MAX_VALUE_BYTES: '1000',
    });
    expect(settings).toMatchObject({
      HOST: '::',
      PORT: 0,
      DATABASE_URL: 'postgres://u:p@h/db',
      ALLOWED_ORIGINS: ['https://a.example', 'https://b.example'],
      ALLOWED_HOSTS: ['*'],
      MAX_VALUE_BYTES: 1_000,
    });
  });

  test('say all that is wrong at once, with the name and what was given', () => {
    const said = problems({
      PORT: '65536',
      LOG_LEVEL: 'loud',
      MAX_BODY_BYTES: '4 MiB',
      GRAPHIQL: 'yes',
      MAX_ENTRIES: '-1',
    });
    expect(said).toHaveLength(5);
    for (const part of [
      'PORT="65536"',
      'LOG_LEVEL="loud"',
      'MAX_BODY_BYTES="4 MiB"',
      'GRAPHIQL="yes"',
      'MAX_ENTRIES="-1"',
    ])
      expect(said.join('\n')).toContain(part);
  });

  test.each(['x', '1.5', '-1', '1e3', '0x10', ' 1', '99999999999999999999', '４'])('PORT=%j is refused', (PORT) =>
    expect(problems({ PORT })).toHaveLength(1),
  );

  test.each(['mysql://h/db', 'localhost:5432/db', 'postgresql://h:99999/db', 'postgresql://u:secret word@[h/db'])(
    'DATABASE_URL=%s is refused, and its password not repeated',
    (DATABASE_URL) => {
      const said = problems({ DATABASE_URL });
      expect(said).toHaveLength(1);
      expect(said[0]).toContain('DATABASE_URL');
      expect(said[0]).not.toContain('secret');
    },
  );

  test.each(['postgresql:///db?host=/var/run', 'postgres://u@h:1/db?sslmode=require', 'postgresql://h'])(
    'DATABASE_URL=%s is taken',
    (DATABASE_URL) => expect(problems({ DATABASE_URL })).toEqual([]),
  );
});
