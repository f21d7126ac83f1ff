import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { chownSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openEmbedded } from '../../src/storage/embedded/open.ts';
import { temporaryPath } from '../support/cluster.ts';
import { check } from '../support/faults/checks.ts';
import { send, startLoad } from '../support/faults/load.ts';
import { freePort } from '../support/free-port.ts';
import { openProxy } from '../support/proxy.ts';
import { packageRoot } from '../support/service-process.ts';
import { until } from '../support/until.ts';

// The built service behind a real PgBouncer in transaction mode, as docs/operations.md says to set them up: Debian's, which
// knows no prepared statements. Skipped where there is none, but not in CI, which installs it.

const isThere = spawnSync('pgbouncer', ['--version']).status === 0;
if (!isThere && process.env['CI']) throw new Error('CI must have PgBouncer: apt-get install pgbouncer');

const folder = temporaryPath();
const ends: (() => Promise<unknown> | unknown)[] = [];
let url: string;
let direct: pg.Client;

const end = async (child: ChildProcess) => {
  if (child.exitCode !== null || child.signalCode !== null) return;
  child.kill('SIGTERM');
  await once(child, 'exit');
};

/** PgBouncer refuses to run as root: then it runs as nobody. */
const account = process.getuid!() === 0 ? { uid: 65_534, gid: 65_534 } : {};

async function startPooler(embedded: Awaited<ReturnType<typeof openEmbedded>>): Promise<string> {
  const { host: socket, port: number, database } = embedded.connection;
  // The socket of the embedded Postgres is in a private folder, where the pooler's user may not look.
  const wire = await openProxy(
    `postgresql://x@localhost/${database}?host=${encodeURIComponent(socket)}&port=${number}`,
  );
  ends.push(wire.close);
  const { port } = new URL(wire.url);
  const own = await freePort();
  mkdirSync(folder, { mode: 0o755 });
  writeFileSync(join(folder, 'users.txt'), '"pooled" "secret"\n');
  writeFileSync(
    join(folder, 'pgbouncer.ini'),
    `[databases]
${database} = host=127.0.0.1 port=${port} dbname=${database}
[pgbouncer]
listen_addr = 127.0.0.1
listen_port = ${own}
unix_socket_dir =
auth_type = plain
auth_file = ${join(folder, 'users.txt')}
pool_mode = transaction
default_pool_size = 8
ignore_startup_parameters = options
`,
  );
  if (account.uid !== undefined) {
    for (const file of ['.', 'users.txt', 'pgbouncer.ini']) chownSync(join(folder, file), account.uid, account.gid);
  }
  const child = spawn('pgbouncer', [join(folder, 'pgbouncer.ini')], { ...account, stdio: 'ignore' });
  ends.push(() => end(child));
  const pooled = `postgresql://pooled:secret@127.0.0.1:${own}/${database}`;
  await until('PgBouncer takes connections', async () => {
    const client = new pg.Client({ connectionString: pooled, connectionTimeoutMillis: 2_000 });
    return client.connect().then(
      () => client.end().then(() => true),
      () => false,
    );
  });
  return pooled;
}

async function startService(databaseUrl: string) {
  const child = spawn(process.execPath, ['dist/main.js'], {
    cwd: packageRoot,
    env: {
      ...process.env,
      DATABASE_URL: databaseUrl,
      DATABASE_PREPARED_STATEMENTS: 'false',
      PORT: '0',
      LOG_LEVEL: 'info',
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  ends.push(() => end(child));
  let log = '';
  child.stderr!.on('data', (bytes) => {
    log += bytes;
  });
  for await (const line of createInterface({ input: child.stdout! })) {
    return { child, url: /http:\S+/.exec(line)![0], log: () => log };
  }
  throw new Error(`The service did not start:\n${log}`);
}

/** A setting of the role; sessions that the pooler holds already are ended, as they would keep the old one. */
async function setForRole(name: string, value: string): Promise<void> {
  await direct.query(`ALTER ROLE pooled SET ${name} = '${value}'`);
  await direct.query(`SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = 'pooled'`);
}

describe.skipIf(!isThere)('behind PgBouncer in transaction mode', () => {
  beforeAll(async () => {
    const dataDir = temporaryPath();
    const embedded = await openEmbedded({ dataDir, durable: false, maxConnections: 60 });
    ends.push(async () => {
      await embedded.close();
      rmSync(dataDir, { recursive: true, force: true });
      rmSync(folder, { recursive: true, force: true });
    });
    direct = new pg.Client(embedded.connection);
    await direct.connect();
    ends.push(() => direct.end());
    await direct.query(`CREATE ROLE pooled LOGIN PASSWORD 'secret'`);
    await direct.query('GRANT CREATE ON SCHEMA public TO pooled');
    url = await startPooler(embedded);
  });
  afterAll(async () => {
    for (const one of ends.reverse()) await one();
  });

  test('it starts, makes the tables, says which timeouts are missing, and starts again', async () => {
    const first = await startService(url);
    expect(first.log()).toContain('SET statement_timeout');
    await end(first.child);
    for (const [name, value] of [
      ['statement_timeout', '12s'],
      ['lock_timeout', '2s'],
      ['idle_in_transaction_session_timeout', '5s'],
      ['jit', 'off'],
    ] as const) {
      await setForRole(name, value);
    }
  });

  test('two servers write, read and follow through it; nothing is lost, and no lock is left in the pool', async () => {
    const [one, two] = await Promise.all([startService(url), startService(url)]);
    const load = await startLoad(one.url, 8, 4);
    const followed: string[] = [];
    const controller = new AbortController();
    const stream = await fetch(two.url, {
      method: 'POST',
      headers: { 'content-type': 'application/json', accept: 'text/event-stream' },
      body: JSON.stringify({ query: 'subscription { metadataLogged(ref: "w0", keys: ["n"]) { id } }' }),
      signal: controller.signal,
    });
    const reading = (async () => {
      let text = '';
      for await (const bytes of stream.body!) {
        text += Buffer.from(bytes).toString();
        for (const match of text.matchAll(/"id":"(\d+)"/g)) followed.push(match[1]!);
        text = text.slice(text.lastIndexOf('\n') + 1);
      }
    })().catch(() => {});
    await until('hundreds are acknowledged', () => load.acknowledged.length > 300, 60_000);
    // New attempts, through transactions of several statements.
    for (let n = 0; n < 10; n += 1) {
      const start = 'mutation ($r: String!) { startStep(input: { run: $r, name: "s" }) { attempt } }';
      await send(two.url, start, { r: `w${n % 8}` });
    }
    await load.stop();
    const { rows } = await direct.query(
      `SELECT e.id::text FROM metadata_entry e JOIN pipeline_run r ON r.id = e.run_id WHERE r.name = 'w0' AND e.key = 'n' ORDER BY e.id DESC LIMIT 20`,
    );
    await until('the follower has the newest', () => rows.every(({ id }) => followed.includes(id)));
    controller.abort();
    await reading;
    expect(await check(direct, two.url, load.acknowledged)).toMatchObject({
      lost: 0,
      doubled: 0,
      wrongLatest: 0,
      notReplayed: 0,
    });
    const locks = await direct.query(
      `SELECT count(*)::int AS n FROM pg_locks WHERE locktype = 'advisory' AND objid <> 4117`,
    );
    expect(locks.rows[0].n).toBe(0);
  });

  test('followers see what another server writes, though notifications do not arrive, and the log says so once', async () => {
    const [first, second] = [await startService(url), await startService(url)];
    const post = (to: string, query: string, accept = 'application/json') =>
      fetch(to, {
        method: 'POST',
        headers: { 'content-type': 'application/json', accept },
        body: JSON.stringify({ query }),
      });
    const follow = async () => {
      const response = await post(first.url, 'subscription { changes { __typename } }', 'text/event-stream');
      return response.body!.pipeThrough(new TextDecoderStream()).getReader();
    };
    const readers = [await follow(), await follow()];
    // The first look tells whether a notification of its own comes back.
    await until('the log says that they do not arrive', () => first.log().includes('Notifications of the database'));
    await post(second.url, 'mutation { startRun { id } }');
    for (const reader of readers) {
      let text = '';
      while (!text.includes('RunChanged')) text += (await reader.read()).value;
      await reader.cancel();
    }
    const third = await follow();
    await post(second.url, 'mutation { startRun { id } }');
    for (let text = ''; !text.includes('RunChanged'); ) text += (await third.read()).value;
    await third.cancel();
    expect(first.log().split('Notifications of the database')).toHaveLength(2);
  });
});
