-- The runs by pipeline and status from the counters.
SELECT pipeline, status, runs FROM run_count;
