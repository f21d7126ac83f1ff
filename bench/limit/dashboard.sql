-- The newest 50 runs with the latest entry under each of three keys.
\set key random(0, 19)
WITH page AS MATERIALIZED (
  SELECT id, name, status, started_at FROM pipeline_run ORDER BY started_at DESC, id DESC LIMIT 50
)
SELECT p.id, p.name, p.status, l.key, e.value
FROM page p
LEFT JOIN latest_entry l ON l.run_id = p.id AND l.scope_id = '00000000-0000-0000-0000-000000000000' AND l.key IN (
  (ARRAY['accuracy','loss','metric_03','metric_04','metric_05','metric_06','metric_07','metric_08','metric_09','metric_10','metric_11','metric_12','metric_13','metric_14','metric_15','metric_16','metric_17','metric_18','metric_19','metric_20'])[:key::int + 1],
  (ARRAY['accuracy','loss','metric_03','metric_04','metric_05','metric_06','metric_07','metric_08','metric_09','metric_10','metric_11','metric_12','metric_13','metric_14','metric_15','metric_16','metric_17','metric_18','metric_19','metric_20'])[(:key::int + 7) % 20 + 1],
  (ARRAY['accuracy','loss','metric_03','metric_04','metric_05','metric_06','metric_07','metric_08','metric_09','metric_10','metric_11','metric_12','metric_13','metric_14','metric_15','metric_16','metric_17','metric_18','metric_19','metric_20'])[(:key::int + 13) % 20 + 1])
LEFT JOIN metadata_entry e ON e.run_id = l.run_id AND e.id = l.entry_id
ORDER BY p.started_at DESC, p.id DESC;
