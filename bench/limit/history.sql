-- The newest 50 entries under `loss` of a random step.
\set run random(0, :runs - 1)
\set step random(1, :steps)
SELECT e.id, e.value, e.logged_at
FROM step s
JOIN metadata_entry e ON e.run_id = s.run_id AND e.scope_id = s.id AND e.key = 'loss' AND e.retracted_at IS NULL
WHERE s.id = (lpad(to_hex(:run::int), 8, '0') || '-' || lpad(to_hex(:step::int), 4, '0') || '-7000-8000-000000000000')::uuid
ORDER BY e.id DESC LIMIT 50;
