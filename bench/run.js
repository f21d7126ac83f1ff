// npm run bench [-- --entries 10000,10000000 --runs 100000 --curves --rounds 5 --seconds 3 --connections 32 --workloads latest,log2 --against postgraphile,docsWay --times]
// Measures the service against others on the same tables, in turn, and prints how many times as fast it is.
import { execFileSync } from 'node:child_process';
import { availableParallelism } from 'node:os';
import { parseArgs } from 'node:util';
import { checkAnswers, checkCommitted, settledId } from './check.js';
import { openFilledCluster } from './cluster.js';
import { contestants, startContestant } from './contestants.js';
import { cpuOfTree } from './cpu.js';
import { openFollowers } from './followers.js';
import { pgbench, runLimit, sendRequests } from './load.js';
import { median } from './report.js';
import { shapeOfCurves, shapeOfEntries, shapeOfRuns, sizeOf } from './shape.js';
import { tables } from './tables.js';
import { usualWorkloads, workloads } from './workloads.js';

const { values: options } = parseArgs({
  options: {
    entries: { type: 'string' },
    runs: { type: 'string' },
    curves: { type: 'boolean', default: false },
    rounds: { type: 'string', default: '5' },
    seconds: { type: 'string', default: '3' },
    warmup: { type: 'string', default: '6' },
    lead: { type: 'string', default: '1' },
    connections: { type: 'string', default: '32' },
    workloads: { type: 'string' },
    against: { type: 'string', default: 'ours2,postgraphile,docsWay' },
    times: { type: 'boolean', default: false },
  },
});
const [rounds, seconds, warmup, lead, connections] = [
  options.rounds,
  options.seconds,
  options.warmup,
  options.lead,
  options.connections,
].map(Number);
const names = ['ours', ...options.against.split(',').filter(Boolean)];
const isAll = options.entries === undefined && options.runs === undefined && !options.curves;
const numbers = (text) => (text ?? '').split(',').filter(Boolean).map(Number);
const shapes = [
  ...numbers(options.entries ?? (isAll ? '10000,10000000' : '')).map(shapeOfEntries),
  ...numbers(options.runs ?? (isAll ? '100000' : '')).map(shapeOfRuns),
  ...(options.curves || isAll ? [shapeOfCurves()] : []),
];
const kindsOf = (shape) => options.workloads?.split(',') ?? usualWorkloads(shape);

requireTool('wrk', ['-v']);
for (const name of names) contestants[name].prepare?.();

/** What is running, and how to end it: in reverse. @type {(() => Promise<void>)[]} */
const ends = [];
const endAll = async () => {
  for (const end of ends.splice(0).reverse()) await end().catch((error) => console.error(error));
};
process.once('SIGINT', () => endAll().then(() => process.exit(130)));
try {
  const fields = [];
  for (const shape of shapes) fields.push(await openField(shape));
  /** Measurements by workload, ledger and contestant. @type {Record<string, Map<object, Record<string, any[]>>>} */
  const measured = {};
  for (const kind of new Set(shapes.flatMap(kindsOf))) {
    measured[kind] = await measure(
      kind,
      fields.filter(({ shape }) => kindsOf(shape).includes(kind)),
    );
  }
  console.log(
    `Medians of ${rounds} rounds of ${seconds} s in turn, ${connections} connections, ${availableParallelism()} cores shared by load, services and database, Node ${process.versions.node}.\n`,
  );
  console.log(tables({ measured, fields, names, hasLimit: pgbench !== undefined, hasTimes: options.times }));
} finally {
  await endAll();
}

/** A filled cluster with every contestant on it. */
async function openField(shape) {
  say(`Filling ${sizeOf(shape)}`);
  const cluster = await openFilledCluster(shape, names.includes('before') ? process.env['BENCH_BEFORE'] : undefined);
  ends.push(cluster.close);
  const servers = {};
  const memory = {};
  for (const name of names) await contestants[name].setUp?.(cluster.client);
  for (const name of names) {
    servers[name] = await startContestant(contestants[name], databaseOf(cluster, name).url);
    ends.push(servers[name].stop);
    memory[name] = [servers[name].memory()];
  }
  return { shape, cluster, servers, memory };
}

/** Where a contestant has its tables. */
function databaseOf(cluster, name) {
  return name === 'before' ? cluster.before : cluster;
}

/**
 * All rounds of one workload: in each, every ledger and contestant has its turn, beginning with another each time, and every
 * second round backwards, so that nobody always comes behind the same one.
 */
async function measure(kind, fields) {
  const workload = workloads[kind];
  const asked = names.filter((name) => !workload.without?.includes(name));
  const turns = fields.flatMap((field) => [
    ...asked.map((name) => ({ field, name })),
    ...(pgbench ? [{ field, name: 'limit' }] : []),
  ]);
  for (const { field, name } of turns) {
    if (name === 'limit') continue;
    say(`${kind}: warming up ${name} (${sizeOf(field.shape)})`);
    await check(kind, field, name);
    await load(kind, field, name, warmup, 0);
  }
  const results = new Map(fields.map((field) => [field, {}]));
  for (let round = 1; round <= rounds; round += 1) {
    for (let turn = 0; turn < turns.length; turn += 1) {
      const place = (turn + round) % turns.length;
      const { field, name } = turns[round % 2 === 0 ? turns.length - 1 - place : place];
      const rows = name === 'limit' ? workload.limitRows : workload.rows;
      // Who was idle has given memory back: the first moments of a turn are not measured.
      await load(kind, field, name, lead, rounds + round);
      const result = await (rows > 0 ? writeRound : load)(kind, field, name, seconds, round);
      const ofField = results.get(field);
      ofField[name] = [...(ofField[name] ?? []), result];
    }
    say(`${kind}: round ${round} of ${rounds}`);
  }
  for (const { field, name } of turns) {
    if (name === 'limit') continue;
    await check(kind, field, name);
    field.memory[name].push(field.servers[name].memory());
  }
  for (const result of results.values()) checkSizes(kind, result);
  return results;
}

/** A round of a workload that writes: from a checkpoint on, and counted in the table. */
async function writeRound(kind, field, name, duration, seed) {
  const { client } = databaseOf(field.cluster, name);
  await client.query('CHECKPOINT');
  const after = await settledId(client);
  const result = await load(kind, field, name, duration, seed);
  await settledId(client);
  const rows = name === 'limit' ? workloads[kind].limitRows : workloads[kind].rows;
  await checkCommitted(client, { after, requests: result.requests, rows, connections, name });
  return result;
}

function check(kind, { cluster, shape, servers }, name) {
  const { client } = databaseOf(cluster, name);
  // Answers of thousands of values are not asked for by the dozen.
  const times = shape.of === 'curves' ? [4, 1] : [];
  return checkAnswers(servers[name].url, queryOf(kind, name), workloads[kind], client, shape, ...times);
}

/** Load for some seconds, and what each request of it cost: the server, and Postgres. */
async function load(kind, { cluster, shape, servers }, name, duration, seed) {
  const { above, followers = 0 } = workloads[kind];
  // Of a page the time counts that it takes when it is asked for alone.
  const alone = shape.of !== 'entries';
  // A question for curves takes long: of a few answers no median can be had.
  const length = shape.of === 'curves' ? 4 * duration : duration;
  const common = { shape, connections: alone ? 1 : connections, seconds: length, seed, above };
  const cpu = () => ({ own: cpuOfTree(servers[name]?.pid ?? Number.NaN), postgres: cpuOfTree(cluster.postmaster) });
  const unfollow = followers > 0 && name !== 'limit' ? await openFollowers(servers[name].url, followers) : null;
  const before = cpu();
  const result =
    name === 'limit'
      ? await runLimit({ ...common, connection: cluster.connection, script: workloads[kind].limit })
      : await sendRequests({ ...common, url: servers[name].url, kind, query: queryOf(kind, name) });
  const after = cpu();
  await unfollow?.();
  const microseconds = (of) => (after[of] - before[of]) / result.requests / 1_000;
  return { ...result, own: microseconds('own'), postgres: microseconds('postgres') };
}

function queryOf(kind, name) {
  return workloads[kind][contestants[name].dialect];
}

/** Answers with errors in them would not be as long as the others. */
function checkSizes(kind, result) {
  for (const [name, runs] of Object.entries(result)) {
    const usual = median(runs.map(({ bytes }) => bytes));
    const odd = runs.find(({ bytes }) => Math.abs(bytes / usual - 1) > 0.1);
    if (odd) throw new Error(`${name} answered ${kind} with ${odd.bytes} instead of ${usual} bytes in a round`);
  }
}

function say(line) {
  process.stderr.write(`${line}\n`);
}

function requireTool(name, parameters) {
  try {
    execFileSync(name, parameters, { stdio: 'ignore' });
  } catch (error) {
    // wrk has no parameter that ends well; that it ran is enough.
    if (error.code === 'ENOENT') {
      console.error(`The benchmark needs ${name}: apt-get install ${name}`);
      process.exit(1);
    }
  }
}
