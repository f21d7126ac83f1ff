// npm run bench:dear [-- --runs 100000 --rounds 3 --seconds 6 --minutes 6 --rate 200 --callers 8 --kinds counts,mixed]
// What look-ups by key and writes notice of callers who ask the dearest queries that are allowed, one after the other without a
// pause: their latency beside them, as ratio to that without them, in turn. Requests come at an even rate, and what counts is
// the time from when each was due. After so many minutes, all told, no more is begun, but of each kind one round is made.
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { parseArgs } from 'node:util';
import { openFilledCluster } from './cluster.js';
import { contestants, startContestant } from './contestants.js';
import { dearQueries } from './dear-queries.js';
import { startPaced } from './paced-process.js';
import { median, ratio, table } from './report.js';
import { shapeOfRuns, sizeOf } from './shape.js';

const { values: options } = parseArgs({
  options: {
    runs: { type: 'string', default: '100000' },
    rounds: { type: 'string', default: '3' },
    seconds: { type: 'string', default: '6' },
    minutes: { type: 'string', default: '6' },
    rate: { type: 'string', default: '200' },
    callers: { type: 'string', default: '8' },
    kinds: { type: 'string' },
  },
});
const [runs = 0, rounds = 0, seconds = 0, minutes = 0, rate = 0, callers = 0] = [
  options.runs,
  options.rounds,
  options.seconds,
  options.minutes,
  options.rate,
  options.callers,
].map(Number);
const kinds = options.kinds?.split(',') ?? ['mixed', ...Object.keys(dearQueries)];
/** For one kind, the end of it, and the end of all. */
const kindMs = (2 * seconds + 8) * 1_000;
const isTimeLeft = () => performance.now() + kindMs < minutes * 60_000;

const shape = shapeOfRuns(runs);
process.stderr.write(`Filling ${sizeOf(shape)}\n`);
const cluster = await openFilledCluster(shape, undefined);
const paced = startPaced();
try {
  // What is cancelled below would be told of as the database's failure.
  const contestant = { .../** @type {import('./contestants.js').Contestant} */ (contestants['ours']) };
  const server = await startContestant({ ...contestant, environment: { LOG_LEVEL: 'fatal' } }, cluster.url);
  try {
    const measure = () => paced.measure({ url: server.url, rate, seconds, runs });
    await measure();
    /** @type {Record<string, { p50: number[], p99: number[] }[]>} */
    const ratios = Object.fromEntries(kinds.map((kind) => [kind, [0, 1].map(() => ({ p50: [], p99: [] }))]));
    /** @type {Record<string, string>} */
    const answered = {};
    for (let round = 1; round <= rounds; round += 1) {
      for (const kind of kinds) {
        if (round > 1 && !isTimeLeft()) break;
        const alone = await measure();
        const dear = await startCallers(server.url, kind);
        const beside = await measure();
        answered[kind] = await dear.stop();
        for (const at of [0, 1]) {
          ratios[kind]?.[at]?.p50.push((beside[at]?.p50 ?? Number.NaN) / (alone[at]?.p50 ?? Number.NaN));
          ratios[kind]?.[at]?.p99.push((beside[at]?.p99 ?? Number.NaN) / (alone[at]?.p99 ?? Number.NaN));
        }
        process.stderr.write(
          `round ${round}, ${kind}: alone ${tell(alone)}; beside ${tell(beside)}; ${answered[kind]}\n`,
        );
      }
    }
    console.log(
      `Latency beside ${callers} callers ÷ alone, medians of rounds of ${seconds} s in turn; ${rate} look-ups and ${rate} writes a second; ${sizeOf(shape)}.\n`,
    );
    const head = [
      'asked beside',
      'rounds',
      'look-up by key: median',
      'p99',
      'log 2: median',
      'p99',
      'answered in the last round',
    ];
    const rows = kinds.map((kind) => [
      dearQueries[kind]?.name ?? 'all of these in turn',
      `${ratios[kind]?.[0]?.p99.length}`,
      ...(ratios[kind] ?? []).flatMap(({ p50, p99 }) => [ratio(median(p50)), ratio(median(p99))]),
      answered[kind] ?? '',
    ]);
    console.log(table(head, rows));
  } finally {
    await server.stop();
  }
} finally {
  paced.stop();
  await cluster.close();
}
process.exit();

/** Ends what the process of dear queries has the database do. */
async function cancelDear() {
  await cluster.client.query(
    "SELECT pg_cancel_backend(pid) FROM pg_stat_activity WHERE application_name = 'runledger aside' AND state = 'active'",
  );
}

/** Callers in a process of their own, which takes what they are answered. */
async function startCallers(/** @type {string} */ url, /** @type {string} */ kind) {
  const child = fork(new URL('./dear-callers.js', import.meta.url), [url, kind, String(callers), String(runs)], {
    // A session of its own, which takes what of the cores nobody else wants.
    detached: true,
  });
  await once(child, 'message');
  return {
    async stop() {
      const told = once(child, 'message');
      child.send('stop');
      // Nobody waits for what is under way; what comes next is to begin in peace.
      const timer = setInterval(cancelDear, 50);
      const [said] = await told;
      clearInterval(timer);
      return String(said);
    },
  };
}

/** In milliseconds, for who looks on. */
function tell(/** @type {{ p50: number, p99: number }[]} */ quantiles) {
  return quantiles.map(({ p50, p99 }) => `${p50.toFixed(1)}/${p99.toFixed(1)}`).join(' ');
}
