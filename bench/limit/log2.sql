-- Two entries to a random step: the history rows and the latest rows (of the step and of its run), as one statement.
\set run random(0, :runs - 1)
\set step random(1, :steps)
\set key random(0, 19)
\set value random(0, 1000000)
WITH target AS (
  SELECT run_id, id, name FROM step
  WHERE id = (lpad(to_hex(:run::int), 8, '0') || '-' || lpad(to_hex(:step::int), 4, '0') || '-7000-8000-000000000000')::uuid
), entry AS (
  INSERT INTO metadata_entry (run_id, scope_id, key, type, value, logged_at)
  SELECT t.run_id, t.id,
    (ARRAY['accuracy','loss','metric_03','metric_04','metric_05','metric_06','metric_07','metric_08','metric_09','metric_10','metric_11','metric_12','metric_13','metric_14','metric_15','metric_16','metric_17','metric_18','metric_19','metric_20'])[(:key::int + n) % 20 + 1],
    'FLOAT', (0.000001 * (:value::int + n))::text::json, now()
  FROM target t, generate_series(0, 1) n
  RETURNING id, run_id, scope_id, key, type, value, logged_at
)
INSERT INTO latest_entry (run_id, scope_id, key, entry_id, filter_scope, type, sort_class, sort_number, logged_at)
SELECT e.run_id, s.scope_id, e.key, e.id, s.filter_scope, e.type, 0, (e.value #>> '{}')::numeric, e.logged_at
FROM entry e CROSS JOIN LATERAL (
  SELECT e.scope_id, (SELECT name FROM target) UNION ALL SELECT '00000000-0000-0000-0000-000000000000', ''
) s(scope_id, filter_scope)
ORDER BY e.run_id, s.scope_id, e.key
ON CONFLICT (run_id, scope_id, key) DO UPDATE SET
  entry_id = excluded.entry_id, filter_scope = excluded.filter_scope, type = excluded.type, sort_class = excluded.sort_class,
  sort_number = excluded.sort_number, sort_text = excluded.sort_text, logged_at = excluded.logged_at
WHERE excluded.entry_id > latest_entry.entry_id;
