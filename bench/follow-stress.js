// Followers of one busy run, over two server processes on one database: each must have every entry once, in order.
//
//   node bench/follow-stress.js [seconds, default 60]
//
// Eight writers log to the run and its steps, four at each server, singly, in batches and through new attempts. One
// follower stays at each server; a third is cut every second, and resumes at the other server after the last id it saw.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { Readable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import pg from 'pg';
import { openEmbedded } from '../dist/storage/embedded/open.js';

const seconds = Number(process.argv[2] ?? 60);
const main = fileURLToPath(new URL('../dist/main.js', import.meta.url));

const folder = await mkdtemp(join(process.env['BENCH_DIR'] ?? '/var/tmp', 'runledger-follow-'));
// Postgres may have to run as another user, who must be able to enter.
await chmod(folder, 0o755);
const embedded = await openEmbedded({ dataDir: folder, durable: true, maxConnections: 100 });
const { host, port, user, password, database } = embedded.connection;
const databaseUrl = `postgresql://${user}:${encodeURIComponent(password)}@localhost/${database}?${new URLSearchParams({ host, port: String(port) })}`;

/** @type {{ url: string, child: import('node:child_process').ChildProcess }[]} */
const servers = [];
try {
  // The first applies the migrations.
  for (let n = 0; n < 2; n += 1) servers.push(await startServer());
  process.exitCode = (await stress(servers.map(({ url }) => url))) ? 0 : 1;
} finally {
  for (const { child } of servers) {
    child.kill('SIGTERM');
    if (child.exitCode === null) await once(child, 'exit');
  }
  await embedded.close();
  await rm(folder, { recursive: true, force: true });
}

async function startServer() {
  const child = spawn(process.execPath, [main], {
    env: { ...process.env, DATABASE_URL: databaseUrl, PORT: '0', LOG_LEVEL: 'error' },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const [line] = await once(createInterface({ input: child.stdout }), 'line');
  const url = /http:\S+/.exec(line)?.[0];
  if (!url) throw new Error(`The service did not start: ${line}`);
  return { url, child };
}

async function ask(/** @type {string} */ url, /** @type {string} */ query, /** @type {object} */ variables = {}) {
  const response = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ query, variables }),
  });
  const { data, errors } = await response.json();
  if (errors) throw new Error(JSON.stringify(errors));
  return data;
}

async function stress(/** @type {string[]} */ urls) {
  const url = urls[0] ?? '';
  await ask(url, 'mutation { startRun(input: { name: "busy" }) { id } }');
  for (const name of ['a', 'b'])
    await ask(url, 'mutation ($n: String!) { startStep(input: { run: "busy", name: $n }) { id } }', { n: name });
  const first = await ask(
    url,
    'mutation { logMetadata(input: { target: { run: "busy" }, metadata: { k: 0 } }) { entries { id } } }',
  );
  const start = BigInt(first.logMetadata.entries[0].id);

  const writing = { until: Date.now() + seconds * 1_000, done: false, last: start };
  const following = Promise.all([
    follow(() => urls[0] ?? '', start, writing, Number.POSITIVE_INFINITY),
    follow(() => urls[1] ?? '', start, writing, Number.POSITIVE_INFINITY),
    follow((connection) => urls[connection % 2] ?? '', start, writing, 1_000),
  ]);
  // It is awaited in the end; until then a failure waits with it.
  following.catch(() => {});
  const written = await Promise.all(
    Array.from({ length: 8 }, (_, writer) => write(urls[writer % 2] ?? '', writer, writing.until)),
  );
  const client = new pg.Client({ connectionString: databaseUrl });
  await client.connect();
  const { rows } = await client.query('SELECT id::text AS text FROM metadata_entry WHERE id > $1 ORDER BY id', [
    String(start),
  ]);
  await client.end();
  const expected = rows.map(({ text }) => text);
  writing.last = BigInt(expected.at(-1));
  writing.done = true;
  const stopped = Date.now();
  const results = await following;
  const answered = written.reduce((sum, count) => sum + count, 0);
  console.log(
    `${expected.length} entries in ${seconds} s (${Math.round(expected.length / seconds)}/s), ${answered} answered to writers`,
  );
  let good = true;
  for (const [index, { ids, connections }] of results.entries()) {
    const right = ids.length === expected.length && ids.every((id, place) => id === expected[place]);
    good &&= right;
    console.log(
      `follower ${index + 1}: ${ids.length} entries over ${connections} connections: ${right ? 'each once, in order' : describe(ids, expected)}`,
    );
  }
  console.log(`the last of them had the last entry ${Date.now() - stopped} ms after the last write was read back`);
  return good;
}

function describe(/** @type {string[]} */ ids, /** @type {string[]} */ expected) {
  const seen = new Set(ids);
  const missing = expected.filter((id) => !seen.has(id));
  const unordered = ids.filter((id, place) => place > 0 && BigInt(id) <= BigInt(ids[place - 1] ?? 0));
  return `WRONG: ${missing.length} missing (${missing.slice(0, 5)}), ${ids.length - seen.size} twice, ${unordered.length} out of order`;
}

/** Logs until the time is over; gives how many entries were answered. New attempts copy entries that nobody is answered. */
async function write(/** @type {string} */ url, /** @type {number} */ writer, /** @type {number} */ until) {
  let count = 0;
  const targets = [{ run: 'busy' }, { step: { run: 'busy', name: 'a' } }, { step: { run: 'busy', name: 'b' } }];
  for (let n = 0; Date.now() < until; n += 1) {
    const input = { target: targets[n % 3], metadata: { k: n, [`own${writer}`]: n } };
    if (writer === 0 && n % 100 === 50) {
      const { pipelineRun } = await ask(url, '{ pipelineRun(ref: "busy") { step(name: "a") { id } } }');
      await ask(url, 'mutation ($c: UUID) { startStep(input: { run: "busy", name: "a", cachedFrom: $c }) { id } }', {
        c: pipelineRun.step.id,
      });
    } else if (writer % 4 === 1) {
      await ask(url, 'mutation ($i: [LogMetadataInput!]!) { logMetadataBatch(inputs: $i) { replayed } }', {
        i: [input, input, input],
      });
      count += 6;
    } else {
      await ask(url, 'mutation ($i: LogMetadataInput!) { logMetadata(input: $i) { replayed } }', { i: input });
      count += 2;
    }
  }
  return count;
}

/** Follows until the last entry came; cut after `cutMs`, it goes on behind the last id it saw. */
async function follow(
  /** @type {(connection: number) => string} */ urlOf,
  /** @type {bigint} */ start,
  /** @type {{ until: number, done: boolean, last: bigint }} */ writing,
  /** @type {number} */ cutMs,
) {
  /** @type {string[]} */
  const ids = [];
  let connections = 0;
  const isOver = () => writing.done && BigInt(ids.at(-1) ?? start) >= writing.last;
  while (!isOver() && Date.now() < writing.until + 60_000) {
    const cut = new AbortController();
    const timer = setTimeout(() => cut.abort(), Math.min(cutMs, writing.until + 60_000 - Date.now()));
    const watch = setInterval(() => isOver() && cut.abort(), 100);
    try {
      const response = await fetch(urlOf(connections), {
        method: 'POST',
        signal: cut.signal,
        headers: { 'content-type': 'application/json', accept: 'text/event-stream' },
        body: JSON.stringify({
          query: 'subscription ($after: ID) { metadataLogged(ref: "busy", after: $after) { id } }',
          variables: { after: ids.at(-1) ?? String(start) },
        }),
      });
      connections += 1;
      for await (const line of createInterface({ input: Readable.fromWeb(/** @type {any} */ (response.body)) })) {
        if (line.startsWith('data: {')) ids.push(JSON.parse(line.slice(6)).data.metadataLogged.id);
      }
    } catch (error) {
      if (!cut.signal.aborted) throw error;
    } finally {
      clearTimeout(timer);
      clearInterval(watch);
    }
  }
  return { ids, connections };
}
