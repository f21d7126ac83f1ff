import { readFileSync } from 'node:fs';
import { expect } from 'vitest';
import { nodes } from '../support/plans.ts';
import { test } from '../support/test.ts';

// The views on tables of some size: what is promised to be fast reads no table from end to end.

const runs = 4_000;

test.beforeAll(async ({ service }) => {
  await service.sql(
    `INSERT INTO pipeline_run (id, name, pipeline, status, started_at)
     SELECT md5('r' || r)::uuid, 'run-' || r, 'p' || r % 40, 'COMPLETED', '2026-01-01'::timestamptz + r * interval '1 h'
     FROM generate_series(1, ${runs}) r`,
  );
  await service.sql(
    `INSERT INTO step (run_id, id, name, attempt, status, started_at, ordinal)
     SELECT id, md5('s' || name)::uuid, 'train', 1, 'COMPLETED', started_at, 1 FROM pipeline_run`,
  );
  await service.sql(
    `INSERT INTO metadata_entry (run_id, scope_id, key, type, value, logged_at)
     SELECT r.id, md5('s' || r.name)::uuid, 'k' || k, 'FLOAT', to_json(k / 7.0 + n), now()
     FROM pipeline_run r, generate_series(1, 15) k, generate_series(1, 3) n ORDER BY r.started_at, n, k`,
  );
  await service.sql(
    `INSERT INTO metadata_entry (run_id, scope_id, key, type, value, logged_at)
     SELECT id, id, 'rare', 'INT', '1', now() FROM pipeline_run WHERE pipeline = 'p9' AND started_at < '2026-02-01'`,
  );
  await service.sql(
    `INSERT INTO latest_entry (run_id, scope_id, key, entry_id, filter_scope, type, sort_class, sort_number, logged_at)
     SELECT e.run_id, w.scope_id, e.key, e.id, w.filter_scope, e.type, 0, e.value::text::numeric, e.logged_at
     FROM (SELECT DISTINCT ON (run_id, scope_id, key) * FROM metadata_entry ORDER BY run_id, scope_id, key, id DESC) e
     CROSS JOIN LATERAL (VALUES (e.scope_id, 'train'), ('00000000-0000-0000-0000-000000000000'::uuid, '')) AS w(scope_id, filter_scope)`,
  );
  for (const table of ['pipeline_run', 'step', 'metadata_entry', 'latest_entry'])
    await service.sql(`VACUUM ANALYZE ${table}`);
});

const documented = [
  ...readFileSync(new URL('../../docs/sql-views.md', import.meta.url), 'utf8').matchAll(
    /```sql\n(SELECT [\s\S]*?)```/g,
  ),
].map(([, sql]) =>
  sql!
    .replaceAll("'iris-1'", "'run-77'")
    .replaceAll("'iris'", "'p7'")
    .replaceAll(/'(accuracy|loss)'/g, "'k3'")
    .replaceAll("'config'", "'rare'")
    .replace('entry_id > 12', `entry_id > ${runs * 45 - 100}`)
    .replace("'2026-11-01' AND run_started_at < '2026-12-01'", "'2026-05-01' AND run_started_at < '2026-05-03'"),
);

test.for([
  ...documented,
  `SELECT * FROM runledger_latest WHERE run_id = md5('r9')::uuid`,
  `SELECT * FROM runledger_entries WHERE run_id = md5('r9')::uuid`,
  `SELECT * FROM runledger_entries WHERE run_id = md5('r9')::uuid AND step_id = md5('srun-9')::uuid AND key = 'k4'`,
  `SELECT * FROM runledger_entries WHERE run = 'run-9' AND step = 'train' AND key = 'k4'`,
  `SELECT * FROM runledger_latest WHERE step = 'train' AND key = 'k4' AND pipeline = 'p3' AND run_started_at >= '2026-06-01' AND run_started_at < '2026-06-07'`,
])('%s', async (sql, { service }) => {
  const [{ 'QUERY PLAN': explained }] = await service.sql(`EXPLAIN (FORMAT JSON) ${sql}`);
  const all = nodes(explained[0].Plan);
  expect(all.some((node) => node['Node Type'].includes('Index'))).toBe(true);
  const large = ['metadata_entry', 'latest_entry'];
  const bad = all.filter(
    (node) =>
      large.includes(node['Relation Name'] ?? '') &&
      (node['Node Type'] === 'Seq Scan' || (node['Node Type'].includes('Index Scan') && !node['Index Cond'])),
  );
  expect(bad, JSON.stringify(explained, null, 1)).toEqual([]);
});
