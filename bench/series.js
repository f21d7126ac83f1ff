// npm run bench:series [-- --runs 50 --points 10000 --rounds 9]
// Curves of many runs in one question, against pgbench reading the same rows: how many times as long it takes. In turn, medians.
import { parseArgs } from 'node:util';
import { openFilledCluster } from './cluster.js';
import { contestants, startContestant } from './contestants.js';
import { pgbench, runLimit } from './load.js';
import { median, ratio, table } from './report.js';
import { runId, shapeOfRuns } from './shape.js';

const { values: options } = parseArgs({
  options: {
    runs: { type: 'string', default: '50' },
    points: { type: 'string', default: '10000' },
    rounds: { type: 'string', default: '9' },
  },
});
const [runs = 50, points = 10_000, rounds = 9] = [options.runs, options.points, options.rounds].map(Number);
if (!pgbench) throw new Error('The benchmark needs pgbench: apt-get install postgresql-contrib');

const shape = shapeOfRuns(runs);
const cluster = await openFilledCluster(shape, undefined);
try {
  await fillCurves();
  const server = await startContestant(contestants['ours'], cluster.url);
  try {
    /** @type {Record<'ours' | 'time' | 'limit', number[]>} */
    const seconds = { ours: [], time: [], limit: [] };
    for (let round = 0; round <= rounds; round += 1) {
      const ours = await ask(server.url, 'ITERATION');
      const time = await ask(server.url, 'LOGGED_AT');
      const { perSecond } = await runLimit({
        connection: cluster.connection,
        script: 'series',
        shape,
        connections: 1,
        seconds: 2,
        seed: round,
      });
      // The first round warms up.
      if (round === 0) continue;
      seconds.ours.push(ours);
      seconds.time.push(time);
      seconds.limit.push(1 / perSecond);
    }
    const limit = median(seconds.limit);
    console.log(
      `Medians of ${rounds} rounds in turn; ${runs} runs × 2 keys × ${points.toLocaleString('en')} points.\n`,
    );
    console.log(
      table(
        ['', 'time ÷ that of pgbench for the same rows'],
        [
          ['series by iteration, thinned to 500 points each', ratio(median(seconds.ours) / limit)],
          ['series by time', ratio(median(seconds.time) / limit)],
        ],
      ),
    );
  } finally {
    await server.stop();
  }
} finally {
  await cluster.close();
}

/** Two curves for each run, under keys of their own. */
async function fillCurves() {
  await cluster.client.query(
    `INSERT INTO metadata_entry (run_id, scope_id, key, type, value, iteration, logged_at)
     SELECT r.id, r.id, k, 'FLOAT', to_json(random()), n, now() + n * interval '1 s'
     FROM pipeline_run r, unnest('{curve_a,curve_b}'::text[]) k, generate_series(1, $1::int) n`,
    [points],
  );
  await cluster.client.query('VACUUM ANALYZE');
}

/** The seconds that one question takes. @param {string} url @param {string} x */
async function ask(url, x) {
  const query = `query ($refs: [String!]!) { series(refs: $refs, keys: ["curve_a", "curve_b"], x: ${x}, maxPoints: 500) { total min max points { value iteration loggedAt } } }`;
  const refs = Array.from({ length: runs }, (_, run) => runId(run));
  const start = performance.now();
  const response = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ query, variables: { refs } }),
  });
  const { data, errors } = await response.json();
  const took = (performance.now() - start) / 1_000;
  if (errors) throw new Error(JSON.stringify(errors));
  const total = data.series.reduce((/** @type {number} */ sum, /** @type {any} */ { total: one }) => sum + one, 0);
  if (data.series.length !== 2 * runs || total !== 2 * runs * points) throw new Error('The answer is not whole.');
  return took;
}
