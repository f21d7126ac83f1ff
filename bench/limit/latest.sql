-- The latest entry under a random key of a random step: what `step(id) { runMetadata(key) { value } }` needs, as one statement.
\set run random(0, :runs - 1)
\set step random(1, :steps)
\set key random(0, 19)
SELECT e.value
FROM step s
JOIN latest_entry l ON l.run_id = s.run_id AND l.scope_id = s.id
  AND l.key = (ARRAY['accuracy','loss','metric_03','metric_04','metric_05','metric_06','metric_07','metric_08','metric_09','metric_10','metric_11','metric_12','metric_13','metric_14','metric_15','metric_16','metric_17','metric_18','metric_19','metric_20'])[:key::int + 1]
JOIN metadata_entry e ON e.run_id = l.run_id AND e.id = l.entry_id
WHERE s.id = (lpad(to_hex(:run::int), 8, '0') || '-' || lpad(to_hex(:step::int), 4, '0') || '-7000-8000-000000000000')::uuid;
