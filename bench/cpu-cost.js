// BENCH_BEFORE=../earlier node bench/cpu-cost.js [--rounds 60 --seconds 1 --workloads latest,log2 --against before]
// How much CPU a request costs the service, as ratio to an earlier tree or to itself with other settings: the CPU time of the
// process over the requests it answered, in short turns one after the other. Unlike throughput it hardly moves when somebody
// else uses the machine. `--against keyed` compares it with itself where each request shows a key.
import { readdirSync, readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { openFilledCluster } from './cluster.js';
import { contestants, startContestant } from './contestants.js';
import { makeKey } from './keys.js';
import { sendRequests } from './load.js';
import { median, table } from './report.js';
import { shapeOfEntries } from './shape.js';
import { workloads } from './workloads.js';

const { values: options } = parseArgs({
  options: {
    rounds: { type: 'string', default: '60' },
    seconds: { type: 'string', default: '1' },
    connections: { type: 'string', default: '32' },
    workloads: { type: 'string', default: 'latest,log2' },
    against: { type: 'string', default: 'before' },
  },
});
const [rounds, seconds, connections] = [options.rounds, options.seconds, options.connections].map(Number);
const names = ['ours', ...options.against.split(',')];

/** Nanoseconds that the threads of a process have been on a CPU, as Linux counts them. */
function cpuOf(/** @type {number} */ pid) {
  const threads = readdirSync(`/proc/${pid}/task`);
  const used = threads.map((thread) =>
    Number(readFileSync(`/proc/${pid}/task/${thread}/schedstat`, 'utf8').split(' ')[0]),
  );
  return used.reduce((total, each) => total + each, 0);
}

const shape = shapeOfEntries(10_000);
/** Of each that asks for one. @type {Record<string, string>} */
const keys = {};
for (const name of names) contestants[name]?.prepare?.();
const cluster = await openFilledCluster(shape);
/** @type {Record<string, { url: string, pid: number, stop: () => Promise<void> }>} */
const servers = {};
try {
  for (const name of names) {
    if (contestants[name].isKeyed) keys[name] = await makeKey(cluster.url);
    servers[name] = await startContestant(contestants[name], cluster.url);
  }
  const rows = [];
  for (const kind of options.workloads.split(',')) {
    /** @type {Record<string, number[]>} */
    const costs = Object.fromEntries(names.map((name) => [name, []]));
    for (let round = 0; round <= rounds; round += 1) {
      // Each begins as often as the others.
      for (const name of round % 2 === 0 ? names : [...names].reverse()) {
        const { url, pid } = /** @type {{ url: string, pid: number }} */ (servers[name]);
        const before = cpuOf(pid);
        const query = workloads[kind].query;
        const { requests } = await sendRequests({
          url,
          kind,
          query,
          shape,
          connections,
          seconds,
          seed: round,
          key: keys[name],
        });
        // The first round warms up.
        if (round > 0) costs[name]?.push((cpuOf(pid) - before) / requests);
      }
    }
    const ratios = names.slice(1).map((name) => {
      const perRound = (costs.ours ?? []).map((cost, round) => cost / (costs[name]?.[round] ?? Number.NaN));
      return `${median(perRound).toFixed(3)} ×`;
    });
    rows.push([workloads[kind].name, ...ratios]);
  }
  console.log(`CPU of a request, medians of ${rounds} rounds of ${seconds} s in turn, ${connections} connections.\n`);
  console.log(table(['', ...names.slice(1).map((name) => `Runledger ÷ ${contestants[name].name}`)], rows));
} finally {
  for (const { stop } of Object.values(servers)) await stop();
  await cluster.close();
}
