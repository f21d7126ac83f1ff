-- The same of the first 50 runs by loss whose accuracy is above a bound.
\set more random(0, 100)
WITH page AS MATERIALIZED (
  SELECT r.id, r.name, r.status, l.sort_number
  FROM latest_entry l JOIN pipeline_run r ON r.id = l.run_id
  WHERE l.filter_scope = '' AND l.key = 'loss' AND l.sort_class = 0 AND EXISTS (
    SELECT FROM latest_entry a
    WHERE a.run_id = r.id AND a.scope_id = '00000000-0000-0000-0000-000000000000' AND a.key = 'accuracy'
      AND a.sort_class = 0 AND a.sort_number > :above::numeric + :more::numeric / 1000000 OFFSET 0)
  ORDER BY l.sort_number, l.sort_text, l.run_id LIMIT 50
)
SELECT p.id, p.name, p.status, l.key, e.value
FROM page p
LEFT JOIN latest_entry l ON l.run_id = p.id AND l.scope_id = '00000000-0000-0000-0000-000000000000' AND l.key IN ('accuracy', 'loss')
LEFT JOIN metadata_entry e ON e.run_id = l.run_id AND e.id = l.entry_id
ORDER BY p.sort_number, p.id;
