-- The 50 runs that took longest with the latest entry under each of two keys.
WITH page AS MATERIALIZED (
  SELECT id, name, status, ended_at - started_at AS took FROM pipeline_run ORDER BY ended_at - started_at DESC, id DESC LIMIT 50
)
SELECT p.id, p.name, p.status, l.key, e.value
FROM page p
LEFT JOIN latest_entry l ON l.run_id = p.id AND l.scope_id = '00000000-0000-0000-0000-000000000000' AND l.key IN ('accuracy', 'loss')
LEFT JOIN metadata_entry e ON e.run_id = l.run_id AND e.id = l.entry_id
ORDER BY p.took DESC, p.id DESC;
