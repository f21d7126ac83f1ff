import { rm } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type EmbeddedPostgres, openEmbedded } from '../../src/storage/embedded/open.ts';
import { temporaryPath } from '../support/cluster.ts';
import { check, type Verdict } from '../support/faults/checks.ts';
import { type Call, type Load, send, startLoad } from '../support/faults/load.ts';
import { mountSmallDisk, type SmallDisk } from '../support/faults/small-disk.ts';
import { postmasterOf, signalAll } from '../support/processes.ts';
import { type CuttableWire, openProxy } from '../support/proxy.ts';
import { type ServiceProcess, startServiceProcess } from '../support/service-process.ts';

// The built service under load, over a wire that can be cut, and a Postgres that can be stopped and killed. `npm run faults`
// lets each fault last as long as docs/reliability.md says, and prints its table; here they are short.

const isLong = process.env['FAULTS'] === 'long';
const deadlineMs = isLong ? 15_000 : 4_000;
const environment = isLong ? {} : { REQUEST_TIMEOUT_MS: '4000', DATABASE_STATEMENT_TIMEOUT_MS: '2000' };

let embedded: EmbeddedPostgres;
let dataDir: string;
let wire: CuttableWire;
let service: ServiceProcess;
let client: pg.Client;
let load: Load;
const rows: string[] = [];
/** Null where no file system may be mounted. */
const disk = mountSmallDisk();

async function connect(): Promise<pg.Client> {
  const opened = new pg.Client(embedded.connection);
  opened.on('error', () => {});
  await opened.connect();
  return opened;
}

beforeAll(async () => {
  dataDir = temporaryPath();
  embedded = await openEmbedded({ dataDir, durable: true, maxConnections: 40 });
  const { host, port, user, password, database } = embedded.connection;
  wire = await openProxy(
    `postgresql://${user}:${password}@localhost/${database}?host=${encodeURIComponent(host)}&port=${port}`,
  );
  service = await startServiceProcess(wire, { ...environment, LOG_LEVEL: 'silent' });
  client = await connect();
  load = await startLoad(service.url);
});
afterAll(async () => {
  await load?.stop();
  await service?.stop();
  for (const line of service?.logged ?? []) process.stderr.write(`${line}\n`);
  await client?.end().catch(() => {});
  await wire?.close();
  await embedded?.close();
  disk?.close();
  await rm(dataDir, { recursive: true, force: true });
  if (isLong) process.stdout.write(`\n${header}\n${rows.join('\n')}\n`);
});

const header =
  '| fault | acknowledged | lost | doubled | longest wait | well again after | writes to others | /ready |\n|---|--:|--:|--:|--:|--:|--:|---|';
const postmaster = () => postmasterOf(dataDir);
const successes = (from: number, to: number, passes: (call: Call) => boolean) =>
  load.calls.filter((call) => call.ok && call.at >= from && call.at < to && passes(call));

type Fault = {
  name: string;
  /** How long it lasts in the long form, and in the short one. */
  seconds: [long: number, short: number];
  /** Begins it; what it gives ends it. */
  begin(): Promise<() => unknown>;
  /** Writers that it does not concern: they keep four fifths of what they wrote before. */
  spares?: (call: Call) => boolean;
};

const faults: Fault[] = [
  {
    name: 'every packet 200 ms late',
    seconds: [20, 1.5],
    begin: async () => {
      wire.delay(200);
      return () => wire.delay(0);
    },
  },
  {
    name: 'nothing is carried any more, connections stay open',
    seconds: [20, 1.5],
    begin: async () => {
      wire.hang();
      return async () => {
        wire.cut();
        await wire.pass();
      };
    },
  },
  {
    name: 'half open: answers on the old connections are swallowed',
    seconds: [20, 2.5],
    begin: async () => {
      wire.swallow();
      return () => {};
    },
  },
  {
    name: 'connections are reset every second',
    seconds: [20, 3],
    begin: async () => {
      const timer = setInterval(() => wire.cut(), 1_000);
      return () => clearInterval(timer);
    },
  },
  {
    name: 'nobody can connect',
    seconds: [20, 1.5],
    begin: async () => {
      await wire.refuse();
      return () => wire.pass();
    },
  },
  {
    name: 'Postgres is frozen',
    seconds: [20, 1.5],
    begin: async () => {
      signalAll(postmaster(), 'SIGSTOP');
      return () => signalAll(postmaster(), 'SIGCONT');
    },
  },
  {
    name: 'Postgres is killed, and recovers',
    seconds: [10, 2],
    begin: async () => {
      process.kill(postmaster(), 'SIGKILL');
      return () => {};
    },
  },
  {
    name: 'sessions are terminated, all the time',
    seconds: [20, 1.5],
    begin: async () => {
      const own = await connect();
      const timer = setInterval(() => {
        own
          .query(`SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'runledger'`)
          .catch(() => {});
      }, 300);
      return async () => {
        clearInterval(timer);
        await own.end();
      };
    },
  },
  {
    name: 'one run and its steps are locked',
    seconds: [40, 4],
    begin: async () => {
      const own = await connect();
      await own.query('BEGIN');
      await own.query(`SELECT FROM pipeline_run WHERE name = 'w0' FOR UPDATE`);
      await own.query(
        `SELECT FROM step WHERE run_id = (SELECT id FROM pipeline_run WHERE name = 'w0') ORDER BY id FOR UPDATE`,
      );
      return async () => {
        await own.query('ROLLBACK');
        await own.end();
      };
    },
    spares: ({ writer, isWrite }) => isWrite && writer !== 'w0',
  },
  {
    name: 'a server is frozen in the midst of a write to the shared step',
    seconds: [20, 2.5],
    begin: async () => {
      const own = await connect();
      await own.query(`SET idle_in_transaction_session_timeout = '5s'`);
      await own.query('BEGIN');
      await own.query(
        `UPDATE latest_entry SET logged_at = logged_at WHERE run_id = (SELECT id FROM pipeline_run WHERE name = 'shared')`,
      );
      return () => own.end().catch(() => {});
    },
  },
  {
    name: 'read-only',
    seconds: [20, 1.5],
    begin: async () => {
      await client.query('ALTER SYSTEM SET default_transaction_read_only = on');
      await client.query('SELECT pg_reload_conf()');
      return async () => {
        await client.query('BEGIN READ WRITE; COMMIT');
        await client.query('SET default_transaction_read_only = off');
        await client.query('ALTER SYSTEM RESET default_transaction_read_only');
        await client.query('SELECT pg_reload_conf()');
      };
    },
  },
  {
    name: 'all connections are taken by others',
    seconds: [20, 1.5],
    begin: async () => {
      const taken: pg.Client[] = [];
      await wire.refuse();
      for (let refused = 0; refused < 5; ) {
        try {
          taken.push(await connect());
        } catch {
          // The service's own may still be on their way out.
          refused += 1;
          await sleep(50);
        }
      }
      await wire.pass();
      return () => Promise.all(taken.map((one) => one.end().catch(() => {})));
    },
  },
];

if (disk) faults.push(fullDisk(disk));

function fullDisk(small: SmallDisk): Fault {
  return {
    name: 'the disk of the tables is full',
    seconds: [20, 2.5],
    begin: async () => {
      await small.takeHistory(client, dataDir);
      small.fill();
      return () => small.free();
    },
  };
}

async function ready(): Promise<string> {
  const response = await fetch(new URL('/ready', service.url)).catch(() => null);
  if (!response) return 'no answer';
  const { reads, writes } = await response.json();
  return response.status === 200 ? '200' : `${response.status}: ${reads === 'ok' ? `writes: ${writes}` : reads}`;
}

test.each(faults)('$name', async ({ name, seconds, begin, spares }) => {
  const lastsMs = seconds[isLong ? 0 : 1] * 1_000;
  const calmMs = spares ? Math.min(lastsMs, 4_000) : 300;
  const before = performance.now();
  await sleep(calmMs);
  const begun = performance.now();
  const end = await begin();
  await sleep(lastsMs * 0.7);
  const during = await ready();
  await sleep(lastsMs * 0.3);
  const ended = performance.now();
  await end();
  const over = performance.now();
  const isWell = (isWrite: boolean) => successes(over, Number.POSITIVE_INFINITY, (call) => call.isWrite === isWrite)[0];
  while ((!isWell(true) || !isWell(false)) && performance.now() - over < 30_000) await sleep(20);
  const wellAfterMs = Math.max(
    ...[true, false].map((isWrite) => (isWell(isWrite)?.at ?? Number.POSITIVE_INFINITY) - over),
  );
  await sleep(300);
  client = await client.query('SELECT 1').then(
    () => client,
    () => connect(),
  );
  const verdict: Verdict = await check(client, service.url, [...load.acknowledged]);
  const longest = Math.max(...load.calls.filter(({ at }) => at >= begun).map(({ ms }) => ms));
  const rate = (from: number, to: number) => successes(from, to, spares!).length / (to - from);
  const kept = spares ? rate(begun, ended) / rate(before, begun) : null;
  rows.push(
    `| ${name} | ${verdict.acknowledged} | ${verdict.lost} | ${verdict.doubled} | ${(longest / 1_000).toFixed(1)} s | ${(wellAfterMs / 1_000).toFixed(1)} s | ${kept === null ? '' : `${Math.round(kept * 100)} %`} | ${during} |`,
  );
  expect(verdict).toMatchObject({ lost: 0, doubled: 0, wrongLatest: 0, notReplayed: 0 });
  expect(wellAfterMs).toBeLessThan(5_000);
  expect(longest).toBeLessThan(deadlineMs + 1_000);
  if (kept !== null) expect(kept).toBeGreaterThanOrEqual(0.8);
});

test('a write after all that is acknowledged, and read back', async () => {
  const log = 'mutation { logMetadata(input: { target: { run: "w1" }, metadata: { last: 1 } }) { replayed } }';
  expect(await send(service.url, log, {})).toEqual({ logMetadata: { replayed: false } });
  const read = '{ pipelineRun(ref: "w1") { runMetadata(key: "last") { value } } }';
  expect(await send(service.url, read, {})).toEqual({ pipelineRun: { runMetadata: { value: 1 } } });
});
