import pg from 'pg';
import { afterAll, describe, expect, vi } from 'vitest';
import { tally } from '../../src/storage/counts/tally.ts';
import { explainGeneric } from '../support/explain-generic.ts';
import { nodes, type Plan } from '../support/plans.ts';
import type { TestService } from '../support/service.ts';
import { test } from '../support/test.ts';

// What the planner makes of the statements as they are really sent, on tables of some size.

const runs = 3_000;
const keys = 20;
/** Runs that logged nothing: what finds a run has more to choose from. */
const bareRuns = 30_000;

const filled = ['pipeline_run', 'step', 'metadata_entry', 'latest_entry', 'counted_run', 'key_count', 'run_count'];

let sent: { text: string; values: unknown[]; name?: string | undefined }[] = [];
test.beforeAll(async ({ service }) => {
  // Listens in on what goes to Postgres, from before the first connection; everything goes there.
  const query = pg.Client.prototype.query as (this: pg.Client, ...args: unknown[]) => unknown;
  vi.spyOn(pg.Client.prototype, 'query').mockImplementation(function (this: pg.Client, ...args: unknown[]) {
    const [config, values] = args as [string | { text: string; values?: unknown[]; name?: string }, unknown];
    if (typeof config === 'string') sent.push({ text: config, values: Array.isArray(values) ? values : [] });
    else if (typeof config.text === 'string')
      sent.push({
        text: config.text,
        values: config.values ?? (Array.isArray(values) ? values : []),
        name: config.name,
      });
    return query.apply(this, args) as never;
  });
  await fill(service);
});
afterAll(async () => {
  vi.restoreAllMocks();
});

/** Runs r of pipeline p(r mod 10) with steps `train` and `eval`, ten keys each: seven numbers, a text, an object, a boolean. */
async function fill(service: TestService): Promise<void> {
  const runId = "(lpad(to_hex(r * 104729::bigint), 8, '0') || '-0000-7000-8000-000000000000')::uuid";
  const stepId = "(lpad(to_hex(r * 104729::bigint), 8, '0') || '-' || s || '000-7000-8000-000000000000')::uuid";
  await service.sql(
    `INSERT INTO pipeline_run (id, name, pipeline, status, started_at, ended_at)
     SELECT ${runId}, 'run-' || r, 'p' || r % 10, 'COMPLETED', '2026-01-01'::timestamptz + r * interval '1 min',
       '2026-01-01'::timestamptz + r * interval '1 min' + r % 977 * interval '1 s' FROM generate_series(1, ${runs + bareRuns}) r`,
  );
  await service.sql(
    `INSERT INTO step (run_id, id, name, attempt, status, started_at, ordinal)
     SELECT ${runId}, ${stepId}, CASE s WHEN 1 THEN 'train' ELSE 'eval' END, 1, 'COMPLETED', now(), s
     FROM generate_series(1, ${runs}) r, generate_series(1, 2) s`,
  );
  await service.sql(
    `INSERT INTO metadata_entry (run_id, scope_id, key, type, value, iteration, logged_at)
     SELECT ${runId}, ${stepId}, 'k' || s || k,
       (CASE k WHEN 7 THEN 'STRING' WHEN 8 THEN 'DICT' WHEN 9 THEN 'BOOLEAN' ELSE 'FLOAT' END)::"MetadataType",
       CASE k WHEN 7 THEN to_json('text ' || r) WHEN 8 THEN json_build_object('lr', r) WHEN 9 THEN to_json(r % 2 = 0)
         ELSE to_json(r + k / 10.0) END, 1, now()
     FROM generate_series(1, ${runs}) r, generate_series(1, 2) s, generate_series(0, ${keys / 2 - 1}) k`,
  );
  await service.sql(
    `INSERT INTO latest_entry (run_id, scope_id, key, entry_id, filter_scope, type, sort_class, sort_number, sort_text, logged_at)
     SELECT e.run_id, w.scope_id, e.key, e.id, w.filter_scope, e.type,
       CASE e.type WHEN 'FLOAT' THEN 0 WHEN 'STRING' THEN 1 ELSE 2 END,
       CASE e.type WHEN 'FLOAT' THEN (e.value::text)::numeric END,
       CASE e.type WHEN 'FLOAT' THEN NULL WHEN 'STRING' THEN e.value #>> '{}' ELSE to_hex(jsonb_hash_extended(e.value::jsonb, 0)) END, e.logged_at
     FROM metadata_entry e JOIN step s ON s.run_id = e.run_id AND s.id = e.scope_id
     CROSS JOIN LATERAL (VALUES (e.scope_id, s.name), ('00000000-0000-0000-0000-000000000000'::uuid, '')) AS w(scope_id, filter_scope)`,
  );
  // A curve, so that series and history have something to find.
  await service.sql(
    `INSERT INTO metadata_entry (run_id, scope_id, key, type, value, iteration, logged_at)
     SELECT run_id, id, 'curve', 'FLOAT', to_json(random()), n, now() FROM (SELECT * FROM step LIMIT 20) s, generate_series(1, 500) n`,
  );
  await tally(service.db);
  await service.sql(
    `INSERT INTO key_count (pipeline, qualified, key, type, runs, last_logged_at)
     SELECT 'other' || p, q, 'k' || k, 'FLOAT', 1, now()
     FROM generate_series(1, 500) p, generate_series(1, 20) k, unnest('{true,false}'::bool[]) q`,
  );
  await service.sql(
    `INSERT INTO run_count (pipeline, status, runs) SELECT 'other' || p, 'COMPLETED', 1 FROM generate_series(1, 5000) p`,
  );
  for (const table of filled) await service.sql(`VACUUM ANALYZE ${table}`);
}

/** The plans of all statements that a query sends, with the parameters it sends, and, where it is prepared, without. */
async function plansOf(service: TestService, query: string, variables?: Record<string, unknown>) {
  return plansOfAll(service, () => service.run(query, variables));
}

async function plansOfAll(service: TestService, act: () => Promise<unknown>) {
  sent = [];
  await act();
  const statements = sent.filter(({ text }) =>
    /\b(metadata_entry|key_count|run_count|latest_entry|pipeline_run|step)\b/.test(text),
  );
  expect(statements.length).toBeGreaterThan(0);
  const plans: { text: string; plan: Plan }[] = [];
  for (const { text, values, name } of statements) {
    const [withValues] = await service.sql(`EXPLAIN (FORMAT JSON) ${text}`, values);
    plans.push({ text, plan: withValues['QUERY PLAN'][0].Plan });
    if (!name) continue;
    const [without] = await explainGeneric(service, text, 'JSON');
    plans.push({ text, plan: without['QUERY PLAN'][0].Plan });
  }
  return plans;
}

const large = ['metadata_entry', 'latest_entry', 'key_count', 'run_count'];

/** Fails with the statement and its plan when a table of entries, or another given, is read from end to end. */
async function expectIndexes(
  service: TestService,
  query: string,
  variables?: Record<string, unknown>,
  more: string[] = [],
): Promise<void> {
  for (const { text, plan } of await plansOf(service, query, variables)) {
    const bad = nodes(plan).filter(
      (node) =>
        (node['Node Type'] === 'Seq Scan' && [...large, ...more].includes(node['Relation Name'] ?? '')) ||
        (/^(Index|Bitmap Index)/.test(node['Node Type']) &&
          large.includes(node['Relation Name'] ?? '') &&
          !node['Index Cond']),
    );
    expect(bad, `${query}\n${text}\n${JSON.stringify(plan, null, 1)}`).toEqual([]);
  }
}
const runId = `${(1_500 * 104_729).toString(16).padStart(8, '0')}-0000-7000-8000-000000000000`;
const stepId = `${(1_500 * 104_729).toString(16).padStart(8, '0')}-1000-7000-8000-000000000000`;

const conditions = [
  '{ key: "k11" }',
  '{ key: "k11", exists: false }',
  '{ key: "none" }',
  '{ key: "none", exists: false }',
  '{ key: "k11", type: FLOAT }',
  '{ key: "k11", type: STRING }',
  '{ key: "k11", equals: 1500.1 }',
  '{ key: "k17", equals: "text 7" }',
  '{ key: "k18", equals: { lr: 7 } }',
  '{ key: "k19", equals: true }',
  '{ key: "k11", in: [1500.1, 7.1, "x"] }',
  '{ key: "k11", gt: 2990 }',
  '{ key: "k11", gte: 10, lt: 20 }',
  '{ key: "k11", lte: 1e6 }',
  '{ key: "k17", contains: "99" }',
  '{ key: "k17", startsWith: "text 29" }',
  '{ key: "k11", step: "train", gt: 2990 }',
  '{ key: "k11", step: "train", exists: false }',
  '{ key: "train::k11", gt: 2990 }',
  '{ key: "train::k11", exists: false }',
  '{ key: "train::k17", equals: "text 7" }',
];

describe.each(conditions)('filter %s', (condition) => {
  const list = (filter: string) => `{ pipelineRuns(filter: ${filter}) { nodes { name } totalCount } }`;
  test('alone', ({ service }) => expectIndexes(service, list(`{ metadata: ${condition} }`)));
  test('negated', ({ service }) => expectIndexes(service, list(`{ not: { metadata: ${condition} } }`)));
  test('beside another', ({ service }) =>
    expectIndexes(service, list(`{ metadata: ${condition}, and: [{ metadata: { key: "k21", lt: 1000 } }] }`)));
  test('or another', ({ service }) =>
    expectIndexes(service, list(`{ or: [{ metadata: ${condition} }, { metadata: { key: "k21", lt: 10 } }] }`)));
  test('ordered by another', ({ service }) =>
    expectIndexes(
      service,
      `{ pipelineRuns(filter: { metadata: ${condition} }, orderBy: { metadata: { key: "k21" } }) { nodes { name } } }`,
    ));
});

const orders = [
  'metadata: { key: "k11" }',
  'metadata: { key: "k11", direction: ASC }',
  'metadata: { key: "k11", step: "train" }',
  'metadata: { key: "train::k11" }',
  'metadata: { key: "k17" }',
  'metadata: { key: "k18", direction: ASC }',
];
test.for(orders)('order by %s: the first page and the one behind it', async (order, { service }) => {
  const query = `query ($after: String) { pipelineRuns(after: $after, orderBy: { ${order} }) { nodes { name } pageInfo { endCursor } } }`;
  const { endCursor } = (await service.run(query)).pipelineRuns.pageInfo;
  for (const variables of [{}, { after: endCursor }]) {
    await expectIndexes(service, query, variables);
    if (order.includes('::')) continue;
    // Rows come out of the index as they are wanted; where texts are long, those of one beginning are sorted by the rest.
    const first = (await plansOf(service, query, variables))[0]!.plan;
    expect(nodes(first).map((node) => node['Node Type'])).not.toContain('Sort');
  }
});

test.for(['startedAt: DESC', 'startedAt: ASC', 'name: ASC', 'name: DESC'])(
  'order by %s reads no more runs than it needs',
  async (order, { service }) => {
    const query = `query ($after: String) { pipelineRuns(after: $after, orderBy: { ${order} }) { nodes { name } pageInfo { endCursor } } }`;
    const { endCursor } = (await service.run(query)).pipelineRuns.pageInfo;
    for (const variables of [{}, { after: endCursor }]) {
      await expectIndexes(service, query, variables, ['pipeline_run']);
      for (const { plan } of await plansOf(service, query, variables))
        expect(nodes(plan).map((node) => node['Node Type'])).not.toContain('Sort');
    }
  },
);

test.for([
  '{ pipeline: "p3" }',
  '{ status: [FAILED] }',
  '{ namePrefix: "run-29" }',
  '{ startedAfter: "2026-01-03T00:00:00Z" }',
  '{ startedBefore: "2026-01-01T02:00:00Z" }',
])('filter %s finds its runs by index', async (filter, { service }) => {
  await expectIndexes(service, `{ pipelineRuns(filter: ${filter}) { nodes { name } } }`, {}, ['pipeline_run']);
});

test.for([
  ['a run by id', `{ pipelineRun(ref: "${runId}") { name } }`],
  ['a run by name', '{ pipelineRun(ref: "run-1500") { name } }'],
  ['a run by the beginning of its name', '{ pipelineRun(ref: "run-299") { name } }'],
  ['a run by the beginning of its id', `{ pipelineRun(ref: "${runId.slice(0, 12)}") { name } }`],
  ['a step by id', `{ step(id: "${stepId}") { name } }`],
  ['a step by name', '{ pipelineRun(ref: "run-1500") { step(name: "train") { id } } }'],
  ['the steps of runs', '{ pipelineRuns { nodes { steps { nodes { name } } } } }'],
] as const)('%s is found by index', async ([_name, query], { service }) => {
  sent = [];
  // The beginning of a name or id may be that of several.
  await service.answer(JSON.stringify({ query }), undefined);
  const [statement] = sent.filter(({ text }) => text.includes('find_runs') || text.includes('step'));
  expect(statement).toBeDefined();
  if (!query.includes('run-299"')) await expectIndexes(service, query, {}, ['pipeline_run', 'step']);
});

test.for([
  ['the latest of many runs', '{ pipelineRuns(first: 200) { nodes { runMetadata(key: "k11") { value } } } }'],
  ['the latest of many steps', '{ pipelineRuns(first: 200) { nodes { runMetadata(key: "train::k11") { value } } } }'],
  ['all latest of a run', `{ pipelineRun(ref: "${runId}") { metadata { value } } }`],
  ['all latest of many runs', '{ pipelineRuns(first: 50) { nodes { metadata { value } } } }'],
  ['all latest of a step', `{ step(id: "${stepId}") { metadata { value } } }`],
  ['runs side by side', '{ compareRuns(refs: ["run-10", "run-20", "run-30"]) { rows { key cells { value } } } }'],
  [
    'the history of a run',
    `{ pipelineRun(ref: "${runId}") { metadataHistory(key: "k11") { totalCount nodes { value } } } }`,
  ],
  ['the history of a step', `{ step(id: "${stepId}") { metadataHistory(key: "k11") { totalCount nodes { value } } } }`],
  ['a series', `{ step(id: "${stepId}") { metadataSeries(key: "curve") { total } } }`],
  ['the keys in use', '{ metadataKeys { key runs } }'],
  ['the keys of a beginning', '{ metadataKeys(prefix: "k1") { key runs } }'],
  ['the keys of a pipeline', '{ metadataKeys(pipeline: "p3", prefix: "k1") { key runs } }'],
  ['the keys of each step', '{ metadataKeys(qualified: true, prefix: "train::") { key runs } }'],
  ['pipelines by name', '{ pipelines(first: 10, prefix: "p") { nodes { name runs lastStartedAt } } }'],
  ['the newest end', '{ pipelineRuns(first: 5, orderBy: { endedAt: DESC }) { nodes { id } } }'],
  ['the longest', '{ pipelineRuns(first: 5, orderBy: { duration: DESC }) { nodes { id } } }'],
  [
    'ended in a time',
    '{ pipelineRuns(first: 5, filter: { endedAfter: "2026-01-20T00:00:00Z" }, orderBy: { endedAt: ASC }) { nodes { id } } }',
  ],
] as const)('%s: by index', async ([_name, query], { service }) => {
  await expectIndexes(service, query);
});

test('how all runs divide: nothing but the counters are looked at', async ({ service }) => {
  const query = '{ runFacets { total statuses { status runs } pipelines { pipeline runs } } }';
  const plans = await plansOf(service, query);
  const read = plans.flatMap(({ plan }) => nodes(plan).map((node) => node['Relation Name']));
  expect(new Set(read.filter((name) => name !== undefined))).toEqual(new Set(['run_count']));
});

test('what was touched is counted by index from run to run, however many runs there are', async ({ service }) => {
  await service.sql(`UPDATE ledger_mark SET id = id - 20000 WHERE name = 'counted'`);
  const plans = await plansOfAll(service, () => tally(service.db));
  const counting = plans.filter(({ text }) => text.startsWith('/* tally,'));
  expect(counting.length).toBeGreaterThan(0);
  for (const { text, plan } of counting) {
    const scanned = nodes(plan).filter((node) => node['Node Type'] === 'Seq Scan');
    const tables = scanned.map((node) => node['Relation Name'] ?? '').filter((name) => filled.includes(name));
    expect(tables, `${text}\n${JSON.stringify(plan, null, 1)}`).toEqual([]);
  }
});

test('plans are not compiled, which would take longer than what they do', async ({ service }) => {
  expect((await service.db.pool.query('SHOW jit')).rows).toEqual([{ jit: 'off' }]);
});

test('an entry to be taken back is found by the index of ids', async ({ service }) => {
  const [{ id }] = await service.sql('SELECT min(id)::text AS id FROM metadata_entry');
  await expectIndexes(service, 'mutation ($id: ID!) { retractMetadata(entryId: $id, reason: "r") { latest { id } } }', {
    id,
  });
});
