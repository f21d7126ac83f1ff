import { keys, runId, stepId } from './shape.js';
import { workloadsOfCurves } from './workloads-of-curves.js';

/**
 * A kind of request. `query` is what everyone answers; PostGraphile, whose fields are named after the tables, is asked for
 * the same under aliases, so that all answers look alike.
 * @typedef {object} Workload
 * @property {string} name for the table
 * @property {string} query
 * @property {string} postgraphile
 * @property {number} rows entries that a request writes; 0 for a read
 * @property {string} limit the pgbench script that does the same, or its nearest
 * @property {number} limitRows entries that one transaction of that script writes
 * @property {number} [followers] streams of all changes that are open meanwhile
 * @property {number} [above] for a page: the accuracy above which a run passes
 * @property {string[]} [without] contestants that have no such query
 * @property {(shape: import('./shape.js').Shape) => Record<string, unknown>} [sample] random variables for a check
 * @property {(client: import('pg').Client, variables: any) => Promise<unknown>} [expected] what the tables say
 * @property {(data: any) => unknown} [answered] the same of an answer
 */

const latest = 'runMetadata(key: $key) { value }';
const history = 'metadataHistory(key: $key, first: 50) { nodes { id value loggedAt } }';
const cells = ['a', 'b', 'c'].map((name) => `${name}: runMetadata(key: $${name}) { value }`).join(' ');
const log =
  'mutation ($id: UUID!, $metadata: JSONObject!) { logMetadata(input: { target: { stepId: $id }, metadata: $metadata }) { entries { id } } }';
const postgraphileLog =
  'mutation ($id: UUID!, $metadata: JSON!) { logMetadata(input: { stepId: $id, metadata: $metadata }) { entries: result { id: rowId } } }';

const pick = (/** @type {number} */ count) => Math.floor(Math.random() * count);
const randomStep = (/** @type {import('./shape.js').Shape} */ { runs, steps }) => stepId(pick(runs), 1 + pick(steps));

/** What every page of a large ledger shows of a run. */
const row =
  'nodes { id name status accuracy: runMetadata(key: "accuracy") { value } loss: runMetadata(key: "loss") { value } }';
const postgraphileRow = row.replace(' id ', ' id: rowId ');
const namesOf = (/** @type {any} */ { pipelineRuns }) => pipelineRuns.nodes.map((/** @type {any} */ { name }) => name);
const rowsOf = async (
  /** @type {import('pg').Client} */ client,
  /** @type {string} */ sql,
  /** @type {unknown[]} */ values,
) => (await client.query(sql, values)).rows.map(({ name }) => name);

/**
 * The first page of the runs whose accuracy, which is even between 0 and 1, is above a bound, by loss.
 * @param {number} above @param {string} share @returns {Workload}
 */
const pageByLoss = (above, share) => ({
  name: `accuracy > ${above} (${share}), by loss`,
  query: `query ($x: Float!) { pipelineRuns(first: 50, filter: { metadata: { key: "accuracy", gt: $x } }, orderBy: { metadata: { key: "loss", direction: ASC } }) { ${row} } }`,
  postgraphile: `query ($x: BigFloat!) { pipelineRuns: runsByLoss(accuracyAbove: $x, first: 50) { ${postgraphileRow} } }`,
  rows: 0,
  limit: 'page-by-loss',
  limitRows: 0,
  above,
  without: ['docsWay'],
  sample: () => ({ x: above + Math.random() * 0.0001 }),
  expected: (client, { x }) =>
    rowsOf(
      client,
      `SELECT r.name FROM pipeline_run r
       JOIN latest_entry a ON a.run_id = r.id AND a.scope_id = '00000000-0000-0000-0000-000000000000' AND a.key = 'accuracy'
       JOIN latest_entry l ON l.run_id = r.id AND l.scope_id = '00000000-0000-0000-0000-000000000000' AND l.key = 'loss'
       WHERE a.sort_number > $1 ORDER BY l.sort_number, r.id LIMIT 50`,
      [x],
    ),
  answered: namesOf,
});

/** By the name that is given to `--workloads`. @type {Record<string, Workload>} */
const workloadsOfEntries = {
  latest: {
    name: 'latest of one key of one step',
    query: `query ($id: UUID!, $key: String!) { step(id: $id) { ${latest} } }`,
    postgraphile: `query ($id: UUID!, $key: String!) { step: stepByRowId(rowId: $id) { ${latest} } }`,
    rows: 0,
    limit: 'latest',
    limitRows: 0,
    sample: (shape) => ({ id: randomStep(shape), key: keys[pick(keys.length)] }),
    expected: async (client, { id, key }) => {
      const { rows } = await client.query(
        'SELECT value FROM metadata_entry WHERE run_id = $1 AND scope_id = $2 AND key = $3 ORDER BY id DESC LIMIT 1',
        [runId(Number.parseInt(id.slice(0, 8), 16)), id, key],
      );
      return rows[0].value;
    },
    answered: ({ step }) => step.runMetadata.value,
  },
  history: {
    name: 'history of one key of one step, newest 50',
    query: `query ($id: UUID!, $key: String!) { step(id: $id) { ${history} } }`,
    postgraphile: `query ($id: UUID!, $key: String!) { step: stepByRowId(rowId: $id) { ${history.replace(' id ', ' id: rowId ')} } }`,
    rows: 0,
    limit: 'history',
    limitRows: 0,
    sample: (shape) => ({ id: randomStep(shape), key: 'loss' }),
    expected: async (client, { id, key }) => {
      const { rows } = await client.query(
        'SELECT value FROM metadata_entry WHERE run_id = $1 AND scope_id = $2 AND key = $3 ORDER BY id DESC LIMIT 50',
        [runId(Number.parseInt(id.slice(0, 8), 16)), id, key],
      );
      return rows.map(({ value }) => value);
    },
    answered: ({ step }) => step.metadataHistory.nodes.map((/** @type {any} */ { value }) => value),
  },
  dashboard: {
    name: 'dashboard: newest 50 runs × 3 keys',
    query: `query ($a: String!, $b: String!, $c: String!) { pipelineRuns(first: 50) { nodes { id name status ${cells} } } }`,
    postgraphile: `query ($a: String!, $b: String!, $c: String!) { pipelineRuns: allPipelineRuns(first: 50, orderBy: STARTED_AT_DESC) { nodes { id: rowId name status ${cells} } } }`,
    rows: 0,
    limit: 'dashboard',
    limitRows: 0,
    sample: () => ({ a: keys[pick(keys.length)], b: keys[pick(keys.length)], c: keys[pick(keys.length)] }),
    expected: async (client, { a, b, c }) => {
      const { rows } = await client.query(
        `SELECT r.name, k.n, (SELECT value FROM metadata_entry e WHERE e.run_id = r.id AND e.key = k.key ORDER BY id DESC LIMIT 1)
         FROM (SELECT * FROM pipeline_run ORDER BY started_at DESC, id DESC LIMIT 50) r, unnest($1::text[]) WITH ORDINALITY k(key, n)
         ORDER BY r.started_at DESC, k.n`,
        [[a, b, c]],
      );
      return rows.map(({ name, value }) => [name, value]);
    },
    answered: ({ pipelineRuns }) =>
      pipelineRuns.nodes.flatMap((/** @type {any} */ { name, a, b, c }) => [a, b, c].map((cell) => [name, cell.value])),
  },
  log2: {
    name: 'log 2 entries',
    query: log,
    postgraphile: postgraphileLog,
    rows: 2,
    limit: 'log2',
    limitRows: 2,
  },
  log100: {
    name: 'log 100 entries',
    query: log,
    postgraphile: postgraphileLog,
    rows: 100,
    limit: 'log2',
    limitRows: 2,
  },
  followed: {
    name: 'log 2 entries while 100 follow all changes',
    query: log,
    postgraphile: '',
    rows: 2,
    limit: 'log2',
    limitRows: 2,
    followers: 100,
    without: ['docsWay', 'postgraphile'],
  },
};

/** Asked one at a time: what counts is the time of a page. @type {Record<string, Workload>} */
const workloadsOfRuns = {
  pageByStart: {
    name: 'first 50 runs by start',
    query: `{ pipelineRuns(first: 50) { ${row} } }`,
    postgraphile: `{ pipelineRuns: allPipelineRuns(first: 50, orderBy: STARTED_AT_DESC) { ${postgraphileRow} } }`,
    rows: 0,
    limit: 'page-by-start',
    limitRows: 0,
    sample: () => ({}),
    expected: (client) =>
      rowsOf(client, 'SELECT name FROM pipeline_run ORDER BY started_at DESC, id DESC LIMIT 50', []),
    answered: namesOf,
  },
  pageByLoss: pageByLoss(0.5, '1 run in 2'),
  pageByLoss10: pageByLoss(0.9, '1 in 10'),
  pageByLoss1000: pageByLoss(0.999, '1 in 1,000'),
  pageByDuration: {
    name: 'first 50 runs by duration',
    query: `{ pipelineRuns(first: 50, orderBy: { duration: DESC }) { ${row} } }`,
    postgraphile: '',
    rows: 0,
    limit: 'page-by-duration',
    limitRows: 0,
    without: ['docsWay', 'postgraphile'],
    sample: () => ({}),
    expected: (client) =>
      rowsOf(client, 'SELECT name FROM pipeline_run ORDER BY ended_at - started_at DESC, id DESC LIMIT 50', []),
    answered: namesOf,
  },
  keysInUse: {
    name: 'the keys in use, of each step',
    query: '{ metadataKeys(first: 100, qualified: true) { key types runs lastLoggedAt } }',
    postgraphile: '',
    rows: 0,
    limit: 'keys-in-use',
    limitRows: 0,
    without: ['docsWay', 'postgraphile'],
    sample: () => ({}),
    expected: async (client) => {
      const { rows } = await client.query(
        `SELECT key, count(*)::int AS runs
         FROM (SELECT s.name || '::' || l.key COLLATE "C" AS key FROM latest_entry l
               JOIN step s ON s.run_id = l.run_id AND s.id = l.scope_id) AS logged
         GROUP BY key ORDER BY key LIMIT 100`,
      );
      return rows.map(({ key, runs }) => [key, runs]);
    },
    answered: ({ metadataKeys }) => metadataKeys.map((/** @type {any} */ { key, runs }) => [key, runs]),
  },
  facets: {
    name: 'how all runs divide',
    query: '{ runFacets { total statuses { status runs } pipelines { pipeline runs } } }',
    postgraphile: '',
    rows: 0,
    limit: 'facets',
    limitRows: 0,
    without: ['docsWay', 'postgraphile'],
    sample: () => ({}),
    expected: async (client) => (await client.query('SELECT count(*)::int AS total FROM pipeline_run')).rows[0].total,
    answered: ({ runFacets }) => runFacets.total,
  },
  pipelines: {
    name: 'the pipelines',
    query: '{ pipelines(first: 50) { nodes { name runs lastStartedAt } } }',
    postgraphile: '',
    rows: 0,
    limit: 'pipelines',
    limitRows: 0,
    without: ['docsWay', 'postgraphile'],
    sample: () => ({}),
    expected: async (client) => {
      const { rows } = await client.query(
        'SELECT pipeline AS name, count(*)::int AS runs FROM pipeline_run GROUP BY pipeline ORDER BY pipeline COLLATE "C" LIMIT 50',
      );
      return rows.map(({ name, runs }) => [name, runs]);
    },
    answered: ({ pipelines }) => pipelines.nodes.map((/** @type {any} */ { name, runs }) => [name, runs]),
  },
};

/** @type {Record<string, Workload>} */
export const workloads = { ...workloadsOfEntries, ...workloadsOfRuns, ...workloadsOfCurves };

/** What is measured on a ledger unless it is said. @param {import('./shape.js').Shape} shape */
export const usualWorkloads = ({ of }) =>
  Object.keys({ entries: workloadsOfEntries, runs: workloadsOfRuns, curves: workloadsOfCurves }[of]);
