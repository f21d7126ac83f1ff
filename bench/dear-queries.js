import { runId } from './shape.js';

/**
 * The dearest queries that the limits let through, of each kind. `make` gives the text and variables of one, never the same
 * twice, so that nobody shares another's answer.
 * @typedef {{ name: string, make: (runs: number) => { query: string, variables?: Record<string, unknown> } }} DearQuery
 */

const times = (/** @type {number} */ count, /** @type {(n: number) => string} */ part) =>
  Array.from({ length: count }, (_, n) => part(n)).join(' ');
const any = () => Math.random().toString(36).slice(2, 8);
const page = 'nodes { id name status startedAt metadata { id key value type display step { id name } } }';

/** @type {Record<string, DearQuery>} */
export const dearQueries = {
  counts: {
    name: '9 counts by a part of a value',
    make: () => ({
      query: `{ ${times(9, (n) => `a${n}: pipelineRuns(first: 1, filter: { metadata: { key: "metric_19", path: ["f1"], contains: "${any()}" } }) { totalCount }`)} }`,
    }),
  },
  without: {
    name: '16 counts of what does not pass a filter',
    make: () => ({
      query: `{ ${times(16, () => `a${any()}: pipelineRuns(first: 1, filter: { not: { metadata: { key: "loss", gt: ${Math.random()} } } }) { totalCount }`)} }`,
    }),
  },
  facets: {
    name: '24 facets by a part of the name',
    make: () => ({
      query: `{ ${times(24, (n) => `a${n}: runFacets(filter: { nameContains: "${any().slice(0, 1)}", startedAfter: "2026-01-0${1 + (n % 9)}T00:00:00Z" }) { total pipelines { pipeline runs } }`)} }`,
    }),
  },
  pages: {
    name: '2 pages of 200 runs with all that they have',
    make: (runs) => ({
      query: `{ ${times(2, (n) => `a${n}: pipelineRuns(first: 200, filter: { startedBefore: "${new Date(Date.UTC(2026, 0, 1) + Math.floor(Math.random() * runs) * 60_000).toISOString()}" }) { ${page} }`)} }`,
    }),
  },
  orders: {
    name: '46 pages in an order without an index',
    make: () => ({
      query: `{ ${times(46, (n) => `a${n}: pipelineRuns(first: 50, orderBy: { metadata: { key: "metric_${19 + (n % 2)}", path: ["f1"], direction: ${n % 3 ? 'ASC' : 'DESC'} } }, filter: { startedAfter: "2026-01-01T00:00:00.${Math.floor(Math.random() * 1_000)}Z" }) { nodes { name } }`)} }`,
    }),
  },
  comparisons: {
    name: '100 runs side by side',
    make: (runs) => ({
      query:
        'query ($refs: [String!]!) { compareRuns(refs: $refs) { runs { name } rows { key differs cells { id type display value step { name } } leaves { path values } } } }',
      variables: { refs: Array.from({ length: 100 }, () => runId(Math.floor(Math.random() * runs))) },
    }),
  },
  curves: {
    name: '100 runs × 20 curves',
    make: (runs) => ({
      query:
        'query ($refs: [String!]!, $keys: [String!]!) { series(refs: $refs, keys: $keys) { key total min max run { id name } points { value loggedAt } } }',
      variables: {
        refs: Array.from({ length: 100 }, () => runId(Math.floor(Math.random() * runs))),
        keys: ['accuracy', 'loss', ...Array.from({ length: 18 }, (_, n) => `metric_${String(n + 3).padStart(2, '0')}`)],
      },
    }),
  },
};
