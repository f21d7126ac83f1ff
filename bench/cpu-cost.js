// BENCH_BEFORE=../earlier node bench/cpu-cost.js [--rounds 60 --seconds 1 --workloads latest,log2 --against before,postgraphile]
// How much CPU a request costs the service, and Postgres, as ratio to an earlier tree, to others, or to itself with other
// settings: the CPU time of the processes over the requests that were answered, in short turns one after the other. Unlike
// throughput it hardly moves when somebody else uses the machine. There, --requests 3000 (instead of --seconds) gives everybody
// as many requests a turn, and a warm start. `--against keyed` compares it with itself where each request shows a key.
import { parseArgs } from 'node:util';
import { openFilledCluster } from './cluster.js';
import { contestants, startContestant } from './contestants.js';
import { cpuOfTree } from './cpu.js';
import { makeKey } from './keys.js';
import { sendRequests } from './load.js';
import { median, table } from './report.js';
import { shapeOfEntries } from './shape.js';
import { workloads } from './workloads.js';

const { values: options } = parseArgs({
  options: {
    rounds: { type: 'string', default: '60' },
    seconds: { type: 'string', default: '1' },
    requests: { type: 'string' },
    connections: { type: 'string', default: '32' },
    workloads: { type: 'string', default: 'latest,log2' },
    against: { type: 'string', default: 'before' },
  },
});
const [rounds, connections] = [options.rounds, options.connections].map(Number);
const count = options.requests ? Number(options.requests) : undefined;
const seconds = count ? 600 : Number(options.seconds);
const names = ['ours', ...options.against.split(',').filter(Boolean)];

const shape = shapeOfEntries(10_000);
/** Of each that asks for one. @type {Record<string, string>} */
const keys = {};
for (const name of names) contestants[name]?.prepare?.();
const cluster = await openFilledCluster(shape, names.includes('before') ? process.env['BENCH_BEFORE'] : undefined);
/** @type {Record<string, { url: string, pid: number, stop: () => Promise<void> }>} */
const servers = {};
try {
  for (const name of names) {
    if (contestants[name].isKeyed) keys[name] = await makeKey(cluster.url);
    await contestants[name].setUp?.(cluster.client);
    servers[name] = await startContestant(contestants[name], (name === 'before' ? cluster.before : cluster).url);
  }
  const rows = [];
  for (const kind of options.workloads.split(',')) {
    rows.push(...(await measure(kind)));
    process.stderr.write(`${kind} is measured\n`);
  }
  console.log(
    `CPU of a request, medians of ${rounds} rounds of ${count ? `${count} requests` : `${seconds} s`} in turn, ${connections} connections.\n`,
  );
  console.log(table(['', 'µs of the server', 'µs of Postgres', 'server', 'Postgres', 'both'], rows));
} finally {
  for (const { stop } of Object.values(servers)) await stop();
  await cluster.close();
}

/** A row for each contestant: what a request costs it, and what ours costs of that. */
async function measure(/** @type {string} */ kind) {
  /** @type {Record<string, { own: number, postgres: number }[]>} */
  const costs = Object.fromEntries(names.map((name) => [name, []]));
  for (let round = 0; round <= rounds; round += 1) {
    // Each begins as often as the others.
    for (const name of round % 2 === 0 ? names : [...names].reverse()) {
      const { url, pid } = servers[name];
      const query = workloads[kind][contestants[name].dialect];
      const before = [cpuOfTree(pid), cpuOfTree(cluster.postmaster)];
      const { requests } = await sendRequests({
        url,
        kind,
        query,
        shape,
        connections,
        seconds,
        seed: round,
        count,
        key: keys[name],
      });
      const [own, postgres] = [cpuOfTree(pid), cpuOfTree(cluster.postmaster)].map(
        (after, at) => (after - before[at]) / requests / 1_000,
      );
      // The first round warms up.
      if (round > 0) costs[name].push({ own, postgres });
    }
  }
  return names.map((name) => {
    /** @type {(cost: (each: { own: number, postgres: number }) => number) => string[]} */
    const cells = (cost) => [
      median(costs[name].map(cost)).toFixed(0),
      `${median(costs.ours.map((ours, round) => cost(ours) / cost(costs[name][round]))).toFixed(3)} ×`,
    ];
    const [own, ownRatio] = cells((each) => each.own);
    const [postgres, postgresRatio] = cells((each) => each.postgres);
    const [, ratio] = cells((each) => each.own + each.postgres);
    const ratios = name === 'ours' ? ['', '', ''] : [ownRatio, postgresRatio, ratio];
    return [`${workloads[kind].name}: ${contestants[name].name}`, own, postgres, ...ratios];
  });
}
