// npm run bench:bad-tokens [-- --rounds 9 --seconds 5 --requests 10000 --rate 200]
// What good callers notice of 10,000 requests with bad tokens: their latency beside them, as ratio to that without, in turn. All
// show keys. Requests come at an even rate, and what counts is the time from when each was due.
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { parseArgs } from 'node:util';
import { openFilledCluster } from './cluster.js';
import { contestants, startContestant } from './contestants.js';
import { makeKey } from './keys.js';
import { measurePaced } from './paced.js';
import { median, ratio, table } from './report.js';
import { shapeOfEntries } from './shape.js';

const { values: options } = parseArgs({
  options: {
    rounds: { type: 'string', default: '9' },
    seconds: { type: 'string', default: '5' },
    requests: { type: 'string', default: '10000' },
    rate: { type: 'string', default: '200' },
  },
});
const [rounds = 0, seconds = 0, requests = 0, rate = 0] = [
  options.rounds,
  options.seconds,
  options.requests,
  options.rate,
].map(Number);

const shape = shapeOfEntries(10_000);
const cluster = await openFilledCluster(shape, undefined);
try {
  const key = await makeKey(cluster.url);
  const server = await startContestant(contestants['keyed'], cluster.url);
  try {
    const measure = () => measurePaced({ url: server.url, rate, seconds, runs: shape.runs, key });
    const connections = async () =>
      (
        await cluster.client.query(
          "SELECT count(*)::int AS open FROM pg_stat_activity WHERE application_name = 'runledger'",
        )
      ).rows[0].open;
    await measure();
    /** @type {number[][]} */
    const ratios = [[], [], [], []];
    const before = await connections();
    for (let round = 1; round <= rounds; round += 1) {
      const alone = await measure();
      const child = fork(new URL('./bad-token-callers.js', import.meta.url), [
        server.url,
        key,
        `${requests}`,
        `${seconds}`,
      ]);
      const [beside, [said]] = await Promise.all([measure(), once(child, 'message')]);
      if (said !== `${requests} × 401`) throw new Error(`Bad tokens were answered with ${said}`);
      for (const at of /** @type {const} */ ([0, 1])) {
        ratios[2 * at]?.push(beside[at].p50 / alone[at].p50);
        ratios[2 * at + 1]?.push(beside[at].p99 / alone[at].p99);
      }
      process.stderr.write(`round ${round}: ${ratios.map((all) => all.at(-1)?.toFixed(2)).join(' ')}\n`);
    }
    const after = await connections();
    console.log(
      `Latency of good callers beside ${requests.toLocaleString('en')} requests with bad tokens in ${seconds} s ÷ alone, medians of ${rounds} rounds in turn. Connections to the database: ${before} before, ${after} after.\n`,
    );
    console.log(
      table(['look-up by key: median', 'p99', 'log 2: median', 'p99'], [ratios.map((all) => ratio(median(all)))]),
    );
  } finally {
    await server.stop();
  }
} finally {
  await cluster.close();
}
process.exit();
