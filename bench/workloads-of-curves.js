import { curves, runId } from './shape.js';

const drawn = 50;
const refs = (/** @type {number} */ count) => Array.from({ length: count }, (_, run) => runId(run));
const compared = Array.from({ length: curves.compared }, (_, n) => `compared_${String(n + 1).padStart(2, '0')}`);

/** What people look at for long: asked one at a time too. @type {Record<string, import('./workloads.js').Workload>} */
export const workloadsOfCurves = {
  compare: {
    name: 'compare 100 runs × 50 keys',
    query: `{ compareRuns(refs: ${JSON.stringify(refs(100))}, keys: ${JSON.stringify(compared)}) { rows { key differs cells { value } } } }`,
    postgraphile: '',
    rows: 0,
    limit: 'compare',
    limitRows: 0,
    without: ['docsWay', 'postgraphile'],
    sample: () => ({}),
    expected: async (client) => {
      const { rows } = await client.query(
        `SELECT key, json_agg(value ORDER BY run_id) AS values FROM metadata_entry
         WHERE key LIKE 'compared%' GROUP BY key ORDER BY key`,
      );
      return rows.map(({ key, values }) => [key, values]);
    },
    answered: ({ compareRuns }) =>
      compareRuns.rows.map((/** @type {any} */ { key, cells }) => [
        key,
        cells.map((/** @type {any} */ { value }) => value),
      ]),
  },
  series: {
    name: `series of ${drawn} runs × 2 keys, 500 points each`,
    query: `{ series(refs: ${JSON.stringify(refs(drawn))}, keys: ["curve_a", "curve_b"], x: ITERATION, maxPoints: 500) { total min max points { value iteration } } }`,
    postgraphile: '',
    rows: 0,
    limit: 'series-of-50',
    limitRows: 0,
    without: ['docsWay', 'postgraphile'],
    sample: () => ({}),
    expected: async (client) => {
      const { rows } = await client.query(
        `SELECT count(*)::int AS total, min((value #>> '{}')::float8) AS min, max((value #>> '{}')::float8) AS max FROM metadata_entry
         WHERE key LIKE 'curve%' AND run_id = ANY ($1) GROUP BY run_id, key ORDER BY run_id, key`,
        [refs(drawn)],
      );
      return rows.map(({ total, min, max }) => [total, min, max]);
    },
    answered: ({ series }) => series.map((/** @type {any} */ { total, min, max }) => [total, min, max]),
  },
};
