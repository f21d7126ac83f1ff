// npm run bench [-- --entries 10000,10000000 --rounds 5 --seconds 3 --connections 32 --workloads latest,log2 --against postgraphile,docsWay]
// Measures the service against others on the same tables, in turn, and prints how many times as fast it is.
import { execFileSync } from 'node:child_process';
import { availableParallelism } from 'node:os';
import { parseArgs } from 'node:util';
import { checkAnswers, checkCommitted, settledId } from './check.js';
import { openFilledCluster } from './cluster.js';
import { contestants, startContestant } from './contestants.js';
import { pgbench, runLimit, sendRequests } from './load.js';
import { median, ratio, table } from './report.js';
import { shapeOfEntries, shapeOfRuns } from './shape.js';
import { workloads } from './workloads.js';

const { values: options } = parseArgs({
  options: {
    entries: { type: 'string', default: '10000,10000000' },
    runs: { type: 'string' },
    rounds: { type: 'string', default: '5' },
    seconds: { type: 'string', default: '3' },
    warmup: { type: 'string', default: '6' },
    connections: { type: 'string', default: '32' },
    workloads: { type: 'string', default: Object.keys(workloads).join() },
    against: { type: 'string', default: 'ours2,postgraphile,docsWay' },
  },
});
const [rounds, seconds, warmup, connections] = [
  options.rounds,
  options.seconds,
  options.warmup,
  options.connections,
].map(Number);
const kinds = options.workloads.split(',');
const names = ['ours', ...options.against.split(',').filter(Boolean)];
const shapes = options.runs
  ? options.runs.split(',').map((runs) => shapeOfRuns(Number(runs)))
  : options.entries.split(',').map((entries) => shapeOfEntries(Number(entries)));

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
  /** Measurements by workload, size and contestant. @type {Record<string, Record<string, any[]>[]>} */
  const measured = {};
  for (const kind of kinds) measured[kind] = await measure(kind, fields);
  print(measured, fields);
} finally {
  await endAll();
}

/** A filled cluster with every contestant on it. */
async function openField(shape) {
  say(`Filling ${shape.entries.toLocaleString('en')} entries (${shape.runs.toLocaleString('en')} runs)`);
  const cluster = await openFilledCluster(shape);
  ends.push(cluster.close);
  const servers = {};
  const memory = {};
  for (const name of names) await contestants[name].setUp?.(cluster.client);
  for (const name of names) {
    servers[name] = await startContestant(contestants[name], cluster.url);
    ends.push(servers[name].stop);
    memory[name] = [servers[name].memory()];
  }
  return { shape, cluster, servers, memory };
}

/** All rounds of one workload: in each, every size and contestant has its turn, beginning with another each time. */
async function measure(kind, fields) {
  const workload = workloads[kind];
  const turns = fields.flatMap((field, size) => [
    ...names.map((name) => ({ field, size, name })),
    ...(pgbench ? [{ field, size, name: 'limit' }] : []),
  ]);
  for (const { field, name } of turns) {
    if (name === 'limit') continue;
    say(`${kind}: warming up ${name} (${field.shape.entries.toLocaleString('en')} entries)`);
    await check(kind, field, name);
    await load(kind, field, name, warmup, 0);
  }
  const results = fields.map(() => ({}));
  for (let round = 1; round <= rounds; round += 1) {
    for (let turn = 0; turn < turns.length; turn += 1) {
      const { field, size, name } = turns[(turn + round) % turns.length];
      const rows = name === 'limit' ? workload.limitRows : workload.rows;
      const result = await (rows > 0 ? writeRound : load)(kind, field, name, seconds, round);
      results[size][name] = [...(results[size][name] ?? []), result];
    }
    say(`${kind}: round ${round} of ${rounds}`);
  }
  for (const { field, name } of turns) {
    if (name === 'limit') continue;
    await check(kind, field, name);
    field.memory[name].push(field.servers[name].memory());
  }
  for (const result of results) checkSizes(kind, result);
  return results;
}

/** A round of a workload that writes: from a checkpoint on, and counted in the table. */
async function writeRound(kind, field, name, duration, seed) {
  const { client } = field.cluster;
  await client.query('CHECKPOINT');
  const after = await settledId(client);
  const result = await load(kind, field, name, duration, seed);
  await settledId(client);
  const rows = name === 'limit' ? workloads[kind].limitRows : workloads[kind].rows;
  await checkCommitted(client, { after, requests: result.requests, rows, connections, name });
  return result;
}

function check(kind, { cluster, shape, servers }, name) {
  return checkAnswers(servers[name].url, queryOf(kind, name), workloads[kind], cluster.client, shape);
}

function load(kind, { cluster, shape, servers }, name, duration, seed) {
  const common = { shape, connections, seconds: duration, seed };
  if (name === 'limit') {
    return runLimit({ ...common, connection: cluster.connection, script: workloads[kind].limit });
  }
  return sendRequests({ ...common, url: servers[name].url, kind, query: queryOf(kind, name) });
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

function print(measured, fields) {
  const of = (kind, size, name, what) => median((measured[kind][size][name] ?? []).map((result) => result[what]));
  const others = [...names.slice(1), ...(pgbench ? ['limit'] : [])];
  const title = (name) => contestants[name]?.name ?? 'pgbench (the limit)';
  console.log(
    `Medians of ${rounds} rounds of ${seconds} s in turn, ${connections} connections, ${availableParallelism()} cores shared by load, services and database, Node ${process.versions.node}.\n`,
  );
  fields.forEach(({ shape }, size) => {
    console.log(`**Throughput of Runledger ÷ that of … (${shape.entries.toLocaleString('en')} entries)**\n`);
    const rows = kinds.map((kind) => {
      const { name, rows, limitRows } = workloads[kind];
      const ours = of(kind, size, 'ours', 'perSecond');
      return [
        limitRows === rows ? name : `${name} (of pgbench: rows, by 2)`,
        ...others.map((other) => {
          // Where the limit does less in one transaction, the rows are compared.
          const weight = other === 'limit' && rows > 0 ? rows / limitRows : 1;
          return ratio((ours * weight) / of(kind, size, other, 'perSecond'));
        }),
      ];
    });
    console.log(`${table(['', ...others.map(title)], rows)}\n`);
    console.log(`**Latency under this load (${shape.entries.toLocaleString('en')} entries)**\n`);
    const servers = others.filter((other) => other !== 'limit');
    const latency = kinds.map((kind) => [
      workloads[kind].name,
      ratio(of(kind, size, 'ours', 'p99') / of(kind, size, 'ours', 'p50')),
      ...servers.flatMap((other) =>
        ['p50', 'p99'].map((what) => ratio(of(kind, size, other, what) / of(kind, size, 'ours', what))),
      ),
    ]);
    const heads = servers.flatMap((other) => [`median of ${title(other)} ÷ ours`, 'p99 ÷ ours']);
    console.log(`${table(['', 'our p99 ÷ our median', ...heads], latency)}\n`);
  });
  if (fields.length > 1) {
    const first = fields[0].shape.entries.toLocaleString('en');
    console.log(`**Cost with more entries: time of a request ÷ that with ${first} entries**\n`);
    const rows = kinds.map((kind) => [
      workloads[kind].name,
      ...names.flatMap((name) =>
        fields.slice(1).map((_, at) => ratio(of(kind, 0, name, 'perSecond') / of(kind, at + 1, name, 'perSecond'))),
      ),
    ]);
    const heads = names.flatMap((name) =>
      fields.slice(1).map(({ shape }) => `${title(name)}, ${shape.entries.toLocaleString('en')}`),
    );
    console.log(`${table(['', ...heads], rows)}\n`);
  }
  console.log('**Memory of the process (all workers) at the end ÷ after its start**\n');
  const rows = fields.map(({ shape, memory }) => [
    `${shape.entries.toLocaleString('en')} entries`,
    ...names.map((name) => ratio((memory[name].at(-1) ?? Number.NaN) / (memory[name][0] ?? Number.NaN))),
  ]);
  console.log(table(['', ...names.map(title)], rows));
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
