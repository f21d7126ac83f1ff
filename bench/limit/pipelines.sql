-- The pipelines from the counters, with their last start.
SELECT c.name, c.runs, (SELECT max(started_at) FROM pipeline_run r WHERE r.pipeline = c.name)
FROM (SELECT pipeline AS name, sum(runs) AS runs FROM run_count WHERE pipeline <> '' GROUP BY pipeline ORDER BY pipeline LIMIT 50) c;
