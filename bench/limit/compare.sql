-- The latest values of 100 runs under 50 keys.
SELECT l.run_id, l.key, e.value
FROM pipeline_run r
CROSS JOIN generate_series(1, 50) n
JOIN latest_entry l ON l.run_id = r.id AND l.scope_id = '00000000-0000-0000-0000-000000000000' AND l.key = 'compared_' || lpad(n::text, 2, '0')
JOIN metadata_entry e ON e.run_id = l.run_id AND e.id = l.entry_id;
