-- The points of two curves of the first 50 runs, in order: what they are thinned out from.
SELECT e.run_id, e.key, e.value, e.iteration, e.logged_at
FROM (SELECT id FROM pipeline_run ORDER BY id LIMIT 50) r CROSS JOIN unnest('{curve_a,curve_b}'::text[]) AS k(key)
CROSS JOIN LATERAL (
  SELECT * FROM metadata_entry m WHERE m.run_id = r.id AND m.scope_id = r.id AND m.key = k.key ORDER BY m.id
) e;
