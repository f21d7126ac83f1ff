// npm run bench:bad-tokens [-- --rounds 9 --seconds 10 --requests 10000 --rate 200]
// What good callers notice of 10,000 requests with bad tokens: their latency beside them, as ratio to that without, in turn. All
// show keys. Requests come at an even rate, and what counts is the time from when each was due. Who sends the bad ones takes
// a share of the same cores, so they are sent in turn to a bare server, too, that refuses them: what is more than beside that is
// ours.
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { parseArgs } from 'node:util';
import { openFilledCluster } from './cluster.js';
import { contestants, startContestant } from './contestants.js';
import { cpuOfTree } from './cpu.js';
import { makeKey } from './keys.js';
import { measurePaced } from './paced.js';
import { median, ratio, table } from './report.js';
import { shapeOfEntries } from './shape.js';

const { values: options } = parseArgs({
  options: {
    rounds: { type: 'string', default: '9' },
    seconds: { type: 'string', default: '10' },
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

/** The CPU that one refused request takes of who refuses it, in µs: by itself, with nobody beside. */
async function costOf(/** @type {{ url: string, pid: number }} */ { url, pid }, /** @type {string} */ key) {
  const before = cpuOfTree(pid);
  await sendBad(url, key);
  return (cpuOfTree(pid) - before) / requests / 1_000;
}

/** Resolves when all were refused. */
async function sendBad(/** @type {string} */ url, /** @type {string} */ key) {
  const child = fork(new URL('./bad-token-callers.js', import.meta.url), [url, key, `${requests}`, `${seconds}`]);
  const [said] = await once(child, 'message');
  if (said !== `${requests} × 401`) throw new Error(`Bad tokens were answered with ${said}`);
}

const shape = shapeOfEntries(10_000);
const cluster = await openFilledCluster(shape, undefined);
const child = fork(new URL('./bare-401.js', import.meta.url));
try {
  const bare = { url: String((await once(child, 'message'))[0]), pid: Number(child.pid) };
  const key = await makeKey(cluster.url);
  const server = await startContestant(contestants['keyed'], cluster.url);
  try {
    /** Medians and p99 of look-ups and writes. */
    const measure = async () => {
      const quantiles = await measurePaced({ url: server.url, rate, seconds, runs: shape.runs, key });
      return quantiles.flatMap(({ p50, p99 }) => [p50, p99]);
    };
    const measureBeside = async (/** @type {string} */ url) => (await Promise.all([measure(), sendBad(url, key)]))[0];
    const connections = async () =>
      (
        await cluster.client.query(
          "SELECT count(*)::int AS open FROM pg_stat_activity WHERE application_name = 'runledger'",
        )
      ).rows[0].open;
    await measure();
    /** Ours ÷ alone, bare ÷ alone, ours ÷ bare: ratios of each quantile. @type {number[][][]} */
    const ratios = Array.from({ length: 3 }, () => [[], [], [], []]);
    /** @type {number[][]} */
    const costs = [[], []];
    const before = await connections();
    for (let round = 1; round <= rounds; round += 1) {
      const alone = await measure();
      const beside = await measureBeside(server.url);
      const besideBare = await measureBeside(bare.url);
      const all = [ratioOf(beside, alone), ratioOf(besideBare, alone), ratioOf(beside, besideBare)];
      for (const [row, values] of all.entries())
        for (const [at, value] of values.entries()) ratios[row]?.[at]?.push(value);
      costs[0]?.push(await costOf(server, key));
      costs[1]?.push(await costOf(bare, key));
      process.stderr.write(
        `round ${round}: ${all.map((values) => values.map((value) => value.toFixed(2)).join(' ')).join(' | ')}\n`,
      );
    }
    const after = await connections();
    console.log(
      `Latency of good callers (${rate} look-ups and ${rate} writes a second) beside ${requests.toLocaleString('en')} requests with bad tokens in ${seconds} s, medians of ${rounds} rounds in turn. Connections to the database: ${before} before, ${after} after. CPU of one that is refused: ${median(costs[0] ?? []).toFixed(0)} µs, of a bare server ${median(costs[1] ?? []).toFixed(0)} µs.\n`,
    );
    const names = [
      'sent to the service ÷ alone',
      'sent to a bare server ÷ alone',
      'to the service ÷ to the bare server',
    ];
    console.log(
      table(
        ['bad tokens', 'look-up by key: median', 'p99', 'log 2: median', 'p99'],
        names.map((name, row) => [name, ...(ratios[row] ?? []).map((all) => ratio(median(all)))]),
      ),
    );
  } finally {
    await server.stop();
  }
} finally {
  child.disconnect();
  await cluster.close();
}
process.exit();

/** @param {number[]} these @param {number[]} those */
function ratioOf(these, those) {
  return these.map((value, at) => value / (those[at] ?? Number.NaN));
}
