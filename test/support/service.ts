import pino from 'pino';
import { type App, type AppOptions, createApp } from '../../src/app.ts';
import { parseJson } from '../../src/json/parse.ts';
import { stringifyJson } from '../../src/json/stringify.ts';
import { type Database, openDatabase } from '../../src/storage/database.ts';
import { createDatabase } from './database.ts';

/** An error as it comes over the wire. */
export type WireError = {
  message: string;
  path?: (string | number)[];
  extensions: { code: string; [name: string]: unknown };
};

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
  /** The SQL statements since the last call of `queries`. */
  queries(): string[];
  /** What was logged as unexpected since the start. */
  unexpected: string[];
  close(): Promise<void>;
};

export async function openService(
  options: Omit<AppOptions, 'db' | 'log'> & { database?: { url: string; drop(): Promise<void> } } = {},
): Promise<TestService> {
  const database = options.database ?? (await createDatabase());
  let statements: string[] = [];
  const unexpected: string[] = [];
  const db = openDatabase({ connectionString: database.url, onQuery: (sql) => statements.push(sql) });
  const log = pino({ level: 'error' }, { write: (line) => void unexpected.push(line) });
  const app = createApp({ ...options, db, log });
  const ask = async (query: string, variables?: Record<string, unknown>) => {
    const request = stringifyJson({ query, ...(variables ? { variables } : {}) });
    const { status, body } = await app.answer(request, 'application/json');
    const told = () => `${query}\nvariables: ${stringifyJson(variables)}\nstatus ${status}: ${body}\n${unexpected.join('\n')}`;
    // biome-ignore lint/suspicious/noExplicitAny: see `run`
    return { answer: parseJson(body) as any, told };
  };
  return {
    app,
    db,
    url: database.url,
    unexpected,
    async run(query, variables) {
      const { answer, told } = await ask(query, variables);
      if (answer.errors) throw new Error(`The query failed:\n${told()}`);
      return answer.data;
    },
    async fail(query, variables) {
      const { answer, told } = await ask(query, variables);
      if (!answer.errors) throw new Error(`The query should have failed:\n${told()}`);
      return answer.errors[0];
    },
    queries() {
      const since = statements.filter((sql) => !/^(BEGIN|COMMIT|ROLLBACK)/.test(sql));
      statements = [];
      return since;
    },
    async close() {
      await db.close();
      if (!options.database) await database.drop();
    },
  };
}
