-- The keys of each step from the counters.
SELECT key, array_agg(type::text ORDER BY runs DESC) AS types, sum(runs) AS runs, max(last_logged_at) AS last
FROM key_count WHERE pipeline = '' AND qualified AND runs > 0 GROUP BY key ORDER BY key LIMIT 100;
