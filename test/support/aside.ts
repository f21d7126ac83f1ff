import type pg from 'pg';
import { until } from './until.ts';

export const adminKey = 'an-administrator-who-is-tested-and-nobody-else';
/** The process leaves the cores to others: where they are all busy, it comes up late. */
export const patienceMs = 90_000;
/** Dear by what it could answer with, and quick where there are few runs. */
export const dear = `{ pipelineRuns(first: 200, filter: { metadata: { key: "word", contains: "b" } }) { totalCount nodes { name pipeline runMetadata(key: "digits") { value } } } }`;

type Answered = { status: number; headers: Headers; text: string };
export type Ask = (query: string, key?: string, variables?: object, more?: Record<string, string>) => Promise<Answered>;

/** Asks as the administrator, or by another key. */
export function asker(url: string): Ask {
  return async (query, key = adminKey, variables, more = {}) => {
    const headers = { 'content-type': 'application/json', authorization: `Bearer ${key}`, ...more };
    const response = await fetch(url, { method: 'POST', headers, body: JSON.stringify({ query, variables }) });
    return { status: response.status, headers: response.headers, text: await response.text() };
  };
}

/** The backends that serve dear queries; `where` narrows them down. */
export async function asideBackends(client: pg.Client, where = 'true'): Promise<number[]> {
  const { rows } = await client.query<{ pid: number }>(
    `SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND application_name = 'runledger aside' AND ${where}`,
  );
  return rows.map(({ pid }) => pid);
}

/** Asks dear queries until one is answered by the process that is there for them, and gives that answer. */
export async function askUntilAside(ask: Ask, client: pg.Client): Promise<Answered> {
  let answered: Answered | undefined;
  await until(
    'the process answers',
    async () => {
      answered = await ask(dear);
      return (await asideBackends(client)).length > 0;
    },
    patienceMs,
  );
  return answered!;
}
