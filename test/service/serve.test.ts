import { once } from 'node:events';
import { rm } from 'node:fs/promises';
import { type AddressInfo, createServer } from 'node:net';
import pg from 'pg';
import { expect } from 'vitest';
import { serve } from '../../src/process/serve.ts';
import { temporaryPath } from '../support/cluster.ts';
import type { TestDatabase } from '../support/database.ts';
import { openProxy } from '../support/proxy.ts';
import { testAlone } from '../support/test.ts';
import { until } from '../support/until.ts';

const test = testAlone.extend('database', ({ emptyDatabase }) => emptyDatabase);

/** Starts the service in this process, as main.ts does in one of its own. */
function start(database: TestDatabase, environment: Record<string, string>) {
  const printed: string[] = [];
  const complaints: string[] = [];
  const stopping = new AbortController();
  const stop = () => stopping.abort();
  const ended = serve({
    environment: { PORT: '0', LOG_LEVEL: 'silent', DATABASE_WAIT_MS: '0', DATABASE_URL: database.url, ...environment },
    directory: '/nonexistent',
    isTerminal: false,
    print: (line) => void printed.push(line),
    complain: (line) => void complaints.push(line),
    stopping: stopping.signal,
    killed: new AbortController().signal,
    kill: (exitCode) => void complaints.push(`killed with ${exitCode}`),
  });
  return { printed, complaints, stop, ended };
}

async function startReady(database: TestDatabase, environment: Record<string, string> = {}) {
  const service = start(database, environment);
  await Promise.race([until('it is ready', () => service.printed.length > 0), service.ended]);
  expect(service.complaints).toEqual([]);
  const url = /http:\/\/\S+/.exec(service.printed[0]!)![0];
  return { ...service, url };
}

const post = async (url: string, query: string) =>
  fetch(url, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify({ query }) });

async function complaint(database: TestDatabase, environment: Record<string, string>): Promise<string> {
  const { ended, complaints, printed } = start(database, environment);
  expect(await ended).toBe(1);
  expect(printed).toEqual([]);
  expect(complaints).toHaveLength(1);
  // Said for an operator: no trace of the code.
  expect(complaints[0]).not.toMatch(/\n\s+at /);
  return complaints[0]!;
}

test('the first line has the whole URL, with the free port that was found, and all is served there', async ({
  database,
}) => {
  const { url, stop, ended, printed } = await startReady(database);
  expect(url).toMatch(/^http:\/\/127\.0\.0\.1:[1-9]\d*\/graphql$/);
  expect(printed.join('\n')).not.toContain('password');
  const answer = await post(url, 'mutation { startRun(input: { name: "served" }) { name } }');
  expect(await answer.json()).toEqual({ data: { startRun: { name: 'served' } } });
  for (const path of ['/health', '/ready']) expect((await fetch(new URL(path, url))).status).toBe(200);
  stop();
  expect(await ended).toBe(0);
});

test('what it served is there when it is started again', async ({ database }) => {
  const first = await startReady(database);
  await (await post(first.url, 'mutation { startRun(input: { name: "kept" }) { name } }')).json();
  first.stop();
  await first.ended;
  const second = await startReady(database);
  const answer = await post(second.url, '{ pipelineRun(ref: "kept") { name } }');
  expect(await answer.json()).toEqual({ data: { pipelineRun: { name: 'kept' } } });
  second.stop();
  await second.ended;
});

test('told to stop, it answers what is under way, takes nothing new, and ends with 0', async ({ database }) => {
  const { url, stop, ended } = await startReady(database);
  await (await post(url, 'mutation { startRun(input: { name: "r" }) { name } }')).json();
  const holder = new pg.Client({ connectionString: database.url });
  const operator = new pg.Client({ connectionString: database.url });
  await Promise.all([holder.connect(), operator.connect()]);
  await holder.query('BEGIN');
  await holder.query('SELECT FROM pipeline_run FOR UPDATE');
  const answer = post(
    url,
    'mutation { logMetadata(input: { target: { run: "r" }, metadata: { k: 1 } }) { entries { value } } }',
  );
  await until('the write waits', async () => {
    const { rowCount } = await operator.query(
      "SELECT FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'",
    );
    return rowCount === 1;
  });
  stop();
  await until('nobody is let in', async () => {
    try {
      await fetch(new URL('/health', url), { headers: { connection: 'close' } });
      return false;
    } catch {
      return true;
    }
  });
  await holder.query('ROLLBACK');
  expect(await (await answer).json()).toEqual({ data: { logMetadata: { entries: [{ value: 1 }] } } });
  expect(await ended).toBe(0);
  await Promise.all([holder.end(), operator.end()]);
});

test('told to stop, it does not wait longer than SHUTDOWN_TIMEOUT_MS for a caller', async ({ database }) => {
  const { url, stop, ended } = await startReady(database, { SHUTDOWN_TIMEOUT_MS: '100' });
  const body = new ReadableStream<Uint8Array>({ start: (controller) => controller.enqueue(new Uint8Array([123])) });
  const init = { method: 'POST', headers: { 'content-type': 'application/json' }, body, duplex: 'half' } as const;
  const answer = fetch(url, init).catch(() => 'cut off');
  await post(url, '{ __typename }');
  stop();
  expect(await ended).toBe(0);
  expect(await answer).toBe('cut off');
});

test('a port that is taken is said to be, with what to do', async ({ database }) => {
  const other = createServer().listen(0, '127.0.0.1');
  await once(other, 'listening');
  const { port } = other.address() as AddressInfo;
  const said = await complaint(database, { PORT: String(port) });
  expect(said).toContain(`127.0.0.1:${port} is in use`);
  expect(said).toContain('another PORT');
  other.close();
});

test('a HOST that is none of this machine’s is said to be', async ({ database }) => {
  expect(await complaint(database, { HOST: '203.0.113.7' })).toContain('203.0.113.7');
});

test('a database that cannot be reached is said to be, without the password', async ({ database }) => {
  for (const url of [
    'postgresql://u:secret@127.0.0.1:1/db',
    'postgresql://u:secret@localhost:1/db',
    'postgresql:///db?host=/nonexistent',
  ]) {
    const said = await complaint(database, { DATABASE_URL: url });
    expect(said).toContain('database cannot be reached');
    expect(said).toContain('DATABASE_URL');
    expect(said).not.toContain('secret');
  }
});

test('a database that does not exist, and a password that is wrong, are said to be', async ({ database }) => {
  const missing = new URL(database.url);
  missing.pathname = '/no_such_database';
  expect(await complaint(database, { DATABASE_URL: missing.href })).toContain('no_such_database');
  const { rows } = await withClient(database, (client) =>
    client.query(`SELECT current_setting('server_version_num') AS version`),
  );
  expect(rows).toHaveLength(1);
  const proxy = await openProxy(database.url);
  const wrong = new URL(proxy.url);
  wrong.password = 'wrong';
  const said = start(database, { DATABASE_URL: wrong.href });
  // A server that trusts everybody on its socket takes any password.
  const outcome = await Promise.race([said.ended, until('it is ready', () => said.printed.length > 0)]);
  if (outcome === 1) {
    expect(said.complaints[0]).toContain('password authentication failed');
    expect(said.complaints[0]).not.toMatch(/\n\s+at /);
  } else {
    said.stop();
    await said.ended;
  }
  await proxy.close();
});

test('a database newer than the server is said to be', async ({ database }) => {
  const first = await startReady(database);
  first.stop();
  await first.ended;
  await withClient(database, (client) =>
    client.query(
      `INSERT INTO _prisma_migrations (id, checksum, migration_name, finished_at) VALUES ('x', 'y', '2999_future', now())`,
    ),
  );
  expect(await complaint(database, {})).toContain('2999_future');
});

test('settings that are wrong are all said at once', async ({ database }) => {
  const said = await complaint(database, { PORT: 'x', LOG_LEVEL: 'loud' });
  expect(said).toContain('PORT');
  expect(said).toContain('LOG_LEVEL');
});

test('without DATABASE_URL it keeps the data in a folder', async ({ database }) => {
  const dataDir = temporaryPath();
  const { url, printed, stop, ended } = await startReady(database, { DATABASE_URL: '', RUNLEDGER_DATA_DIR: dataDir });
  expect(printed.join('\n')).toContain(dataDir);
  expect((await post(url, 'mutation { startRun { id } }')).status).toBe(200);
  stop();
  expect(await ended).toBe(0);
  await rm(dataDir, { recursive: true, force: true });
});

async function withClient<T>(database: TestDatabase, work: (client: pg.Client) => Promise<T>): Promise<T> {
  const client = new pg.Client({ connectionString: database.url });
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.end();
  }
}
