import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createClient } from '../../clients/typescript/src/browser.ts';
import { migrate } from '../../src/storage/postgres/migrate.ts';
import {
  type DebianPostgres,
  hasDebianPostgres,
  openDebianPostgres,
  openReplicaOf,
} from '../support/debian-postgres.ts';
import { scrape } from '../support/scrape.ts';
import { packageRoot, runCommand, type ServiceProcess, startServiceProcess } from '../support/service-process.ts';
import { until } from '../support/until.ts';

// The built service before a real primary and real streaming replicas. Replay is paused to make a replica old at will: what is
// read then tells where it was read.

const header = 'x-runledger-position';
const ends: (() => Promise<unknown>)[] = [];
let primary: DebianPostgres;
let replica: DebianPostgres;
let url: string;

async function startService(settings: Record<string, string> = {}): Promise<ServiceProcess> {
  const service = await startServiceProcess(
    { url: primary.url },
    { DATABASE_REPLICA_URL: replica.url, DATABASE_REPLICA_MAX_LAG_MS: '600000', LOG_LEVEL: 'info', ...settings },
  );
  ends.push(() => service.close());
  return service;
}

async function ready(service: string): Promise<{ status: number; reads: string; writes: string; replicas: string[] }> {
  const response = await fetch(new URL('/ready', service));
  return { ...(await response.json()), status: response.status };
}

const serves = (service: string) =>
  until('the replica serves', async () => (await ready(service)).replicas[0] === 'ok');

async function ask(to: string, query: string, headers: Record<string, string> = {}) {
  const response = await fetch(to, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify({ query }),
    signal: AbortSignal.timeout(20_000),
  });
  const { data, errors } = await response.json();
  expect(errors).toBeUndefined();
  return { data, position: response.headers.get(header) };
}

const logValue = (run: string, key: string, value: number) =>
  `mutation { logMetadata(input: { target: { run: "${run}" }, metadata: { ${key}: ${value} } }) { replayed } }`;
const readValue = (run: string, key: string) =>
  `{ pipelineRun(ref: "${run}") { runMetadata(key: "${key}") { value } } }`;

async function readLatest(run: string, key: string, headers?: Record<string, string>): Promise<unknown> {
  return (await ask(url, readValue(run, key), headers)).data.pipelineRun?.runMetadata?.value ?? null;
}

async function expectAnsweredThere(service: string, questions: string[]): Promise<void> {
  const before = await scrape(service);
  for (const question of questions) await ask(service, question);
  const after = await scrape(service);
  const grown = (name: string) => after.sum(name) - before.sum(name);
  expect(grown('runledger_replica_queries_total')).toBe(questions.length);
  expect(grown('runledger_replica_redone_total')).toBe(0);
  expect(grown('runledger_replica_passed_over_total')).toBe(0);
}

/** Waits until the replica has all that the primary has. */
async function caughtUp(): Promise<void> {
  const [{ lsn }] = await primary.sql('SELECT pg_current_wal_flush_lsn() AS lsn');
  await until('the replica has caught up', async () => {
    const [{ reached }] = await replica.sql('SELECT pg_last_wal_replay_lsn() >= $1::pg_lsn AS reached', [lsn]);
    return reached;
  });
}

/** Keeps the replica as old as it is while `work` is done. */
async function whileOld<T>(work: () => Promise<T>): Promise<T> {
  await caughtUp();
  await replica.sql('SELECT pg_wal_replay_pause()');
  await until('replay is paused', async () => {
    const [{ state }] = await replica.sql('SELECT pg_get_wal_replay_pause_state() AS state');
    return state === 'paused';
  });
  try {
    return await work();
  } finally {
    await replica.sql('SELECT pg_wal_replay_resume()');
  }
}

describe.skipIf(!hasDebianPostgres)('with a streaming replica', () => {
  beforeAll(async () => {
    primary = await openDebianPostgres();
    ends.push(() => primary.close());
    await migrate(primary.url);
    replica = await openReplicaOf(primary);
    ends.push(() => replica.close());
    url = (await startService()).url;
    await serves(url);
  }, 180_000);
  afterAll(async () => {
    for (const end of ends.reverse()) await end();
  });

  test('queries go to it, and each kind of question can be answered there', async () => {
    await ask(url, 'mutation { startRun(input: { name: "kinds", pipeline: "p" }) { id } }');
    await ask(url, 'mutation { startStep(input: { run: "kinds", name: "s" }) { id } }');
    await ask(url, logValue('kinds', 'loss', 1));
    await caughtUp();
    const questions = [
      '{ pipelineRun(ref: "kinds") { status lastSeenAt failure { type } steps { nodes { name lastSeenAt } } metadata { key } metadataHistory(key: "loss") { totalCount nodes { value retraction { reason } } } } }',
      '{ pipelineRuns(first: 5, orderBy: { metadata: { key: "loss" } }, filter: { metadata: { key: "loss", gt: 0 } }) { nodes { name } } }',
      '{ series(refs: ["kinds"], keys: ["loss"]) { total } }',
      '{ metadataKeys { key runs } }',
      '{ pipelines { nodes { name runs } } }',
      '{ runFacets { total } }',
      '{ service { time version } }',
      '{ auditLog { nodes { action } } }',
      '{ apiKeys { id } }',
    ];
    // The first dear one starts the process that answers those after it from the primary, so each has a service of its own.
    const dear = [
      '{ pipelineRuns(filter: { metadata: { key: "loss", gt: 0 } }) { totalCount nodes { name } } }',
      '{ compareRuns(refs: ["kinds"]) { rows { key } } }',
      '{ runFacets(filter: { pipelines: ["p"] }) { total } }',
    ];
    await expectAnsweredThere(url, questions);
    for (const question of dear) {
      const service = await startService();
      await serves(service.url);
      await expectAnsweredThere(service.url, [question]);
      await service.close();
    }
    const [{ statements }] = await replica.sql(
      `SELECT sum(xact_commit)::int AS statements FROM pg_stat_database WHERE datname = current_database()`,
    );
    expect(statements).toBeGreaterThan(0);
  });

  test('who has written and says up to where reads what it wrote; who does not say may read what was', async () => {
    await ask(url, 'mutation { startRun(input: { name: "own" }) { id } }');
    await ask(url, logValue('own', 'x', 1));
    await whileOld(async () => {
      const { position } = await ask(url, logValue('own', 'x', 2));
      expect(position).toMatch(/^[0-9A-F]{8}\/[0-9A-F]{8}$/);
      expect(await readLatest('own', 'x', { [header]: position! })).toBe(2);
      expect(await readLatest('own', 'x', { [header]: 'latest' })).toBe(2);
      expect(await readLatest('own', 'x')).toBe(1);
    });
    await until('the replica has it too', async () => (await readLatest('own', 'x')) === 2);
  });

  test('the clients keep the position by themselves', async () => {
    const client = createClient({ url });
    await ask(url, 'mutation { startRun(input: { name: "clients" }) { id } }');
    await caughtUp();
    await whileOld(async () => {
      await client.logMetadata({ by: 'typescript' }, { run: 'clients' });
      const run = await client.pipelineRun('clients');
      expect((await run?.runMetadata('by'))?.value).toBe('typescript');
      const script = `
import runledger
client = runledger.Client("${url}")
runledger.log_metadata({"python": 1}, run_id_name_or_prefix="clients")
print(client.get_pipeline_run("clients").run_metadata["python"])`;
      const { stdout } = await promisify(execFile)('python3', ['-c', script], {
        env: { ...process.env, RUNLEDGER_URL: url, PYTHONPATH: `${packageRoot}clients/python` },
      });
      expect(stdout.trim()).toBe('1');
      // Two commands of a script are two processes: the second asks for all that is there.
      const env = { RUNLEDGER_URL: url };
      expect((await runCommand(['log', 'shell=3', '--run', 'clients'], env)).code).toBe(0);
      expect((await runCommand(['get', 'shell', '--run', 'clients'], env)).stdout.trim()).toBe('3');
      expect(await readLatest('clients', 'shell')).toBeNull();
    });
  });

  test('an event says how far its reader has to see, to find what it was told of', async () => {
    await ask(url, 'mutation { startRun(input: { name: "followed" }) { id } }');
    await whileOld(async () => {
      const stream = await fetch(url, {
        method: 'POST',
        headers: { 'content-type': 'application/json', accept: 'text/event-stream' },
        body: JSON.stringify({ query: 'subscription { metadataLogged(ref: "followed") { id } }' }),
      });
      const reader = stream.body!.pipeThrough(new TextDecoderStream()).getReader();
      await ask(url, logValue('followed', 'x', 7));
      let text = '';
      while (!text.includes('"position"')) text += (await reader.read()).value;
      await reader.cancel();
      const position = /"position":"([^"]+)"/.exec(text)![1]!;
      expect(await readLatest('followed', 'x', { [header]: position })).toBe(7);
      expect(await readLatest('followed', 'x')).toBeNull();
    });
  });

  test('one that lags is left aside, and serves again when it has caught up; the log says so', async () => {
    const service = await startService({ DATABASE_REPLICA_MAX_LAG_MS: '300' });
    await serves(service.url);
    await ask(service.url, 'mutation { startRun(input: { name: "lag" }) { id } }');
    await whileOld(async () => {
      await ask(service.url, logValue('lag', 'x', 5));
      await until('it is left aside', async () => (await ready(service.url)).replicas[0] === 'it lags behind');
      const { data } = await ask(service.url, readValue('lag', 'x'));
      expect(data.pipelineRun.runMetadata.value).toBe(5);
      const metrics = await scrape(service.url);
      expect(metrics.sum('runledger_replica_serving')).toBe(0);
      expect(metrics.sum('runledger_replica_lag_seconds')).toBeGreaterThan(0.3);
      expect((await ready(service.url)).status).toBe(200);
    });
    await serves(service.url);
    const said = service.logged.filter((line) => line.includes('Replica 1'));
    expect(said.join('\n')).toMatch(/answers queries[\s\S]*left aside: it lags behind[\s\S]*answers queries/);
    expect(said.join('\n')).not.toContain('runledger@');
  });

  test.each(['killed', 'frozen'])('one that is %s fails no query', async (how) => {
    await ask(url, `mutation { startRun(input: { name: "dying-${how}" }) { id } }`);
    await caughtUp();
    await serves(url);
    let asked = 0;
    let stopping = false;
    let longest = 0;
    const readers = Array.from({ length: 6 }, async () => {
      while (!stopping) {
        const began = performance.now();
        const { data } = await ask(url, `{ pipelineRun(ref: "dying-${how}") { name metadata { key } } }`);
        longest = Math.max(longest, performance.now() - began);
        expect(data.pipelineRun.name).toBe(`dying-${how}`);
        asked += 1;
      }
    });
    await until('they read', () => asked > 50);
    if (how === 'killed') await replica.kill();
    else replica.freeze();
    await until('it is left aside', async () => (await ready(url)).replicas[0]!.startsWith('it '));
    const then = asked;
    await until('they go on reading', () => asked > then + 50);
    if (how === 'killed') await replica.start();
    else replica.thaw();
    await serves(url);
    stopping = true;
    await Promise.all(readers);
    expect(longest).toBeLessThan(5_000);
  });

  test('another cluster, and a primary, are no replicas', async () => {
    const other = await openDebianPostgres();
    ends.push(() => other.close());
    const service = await startService({ DATABASE_REPLICA_URL: `${other.url},${primary.url}` });
    await until('both are looked at', async () => {
      const { replicas } = await ready(service.url);
      return replicas.join() === 'it is a replica of another cluster,it is not a standby';
    });
    await ask(service.url, '{ service { version } }');
  });

  test('while the primary is away, the replica goes on answering', async () => {
    await ask(url, 'mutation { startRun(input: { name: "kept" }) { id } }');
    await caughtUp();
    await serves(url);
    await primary.kill();
    await until('the primary is missed', async () => (await ready(url)).writes !== 'ok');
    expect(await ready(url)).toMatchObject({ status: 503, reads: 'ok', replicas: ['ok'] });
    const { data } = await ask(url, '{ pipelineRun(ref: "kept") { name } }');
    expect(data.pipelineRun.name).toBe('kept');
    await primary.start();
    await until('writes work again', async () => (await ready(url)).status === 200);
  });
});
