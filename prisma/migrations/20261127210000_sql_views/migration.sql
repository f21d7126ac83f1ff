-- Two views with a promise, for whatever speaks SQL: docs/sql-views.md has their columns. Later versions add columns at the
-- end, and take none away. They run with the rights of their owner, so a role needs no more than SELECT on them.
--
-- Numbers that a double cannot hold have null as `number`, as in GraphQL.

CREATE VIEW "runledger_latest" AS
SELECT r."id" AS "run_id", r."name" AS "run", r."pipeline", r."status"::text AS "run_status",
  r."started_at" AS "run_started_at", r."ended_at" AS "run_ended_at",
  l."filter_scope" AS "step", l."key", l."type"::text AS "type", e."value"::text AS "value",
  CASE WHEN l."sort_class" = 0 AND CASE WHEN length(e."value"::text) < 300 THEN true
    ELSE abs(l."sort_number") < 179769313486231580793728971405301e276::numeric END THEN e."value"::text::float8 END AS "number",
  CASE WHEN e."type" IN ('STRING', 'URI', 'PATH', 'DTYPE') THEN e."value" #>> '{}' END AS "text",
  e."iteration", e."logged_at", s."id" AS "step_id", s."name" AS "logged_by", s."attempt", e."id" AS "entry_id"
FROM "latest_entry" l
JOIN "pipeline_run" r ON r."id" = l."run_id"
JOIN "metadata_entry" e ON e."run_id" = l."run_id" AND e."id" = l."entry_id"
LEFT JOIN "step" s ON s."run_id" = e."run_id" AND s."id" = e."scope_id"
WHERE l."filter_scope" IS NOT NULL;

CREATE VIEW "runledger_entries" AS
SELECT r."id" AS "run_id", r."name" AS "run", r."pipeline", r."status"::text AS "run_status",
  r."started_at" AS "run_started_at", r."ended_at" AS "run_ended_at",
  s."id" AS "step_id", s."name" AS "step", s."attempt", coalesce(s."superseded", false) AS "superseded",
  e."key", e."type"::text AS "type", e."value"::text AS "value",
  CASE WHEN e."type" IN ('INT', 'FLOAT', 'STORAGE_SIZE') AND json_typeof(e."value") = 'number'
    AND CASE WHEN length(e."value"::text) < 300 THEN true
      ELSE abs((e."value"::text)::numeric) < 179769313486231580793728971405301e276::numeric END THEN e."value"::text::float8 END AS "number",
  CASE WHEN e."type" IN ('STRING', 'URI', 'PATH', 'DTYPE') THEN e."value" #>> '{}' END AS "text",
  e."iteration", e."logged_at", e."recorded_at", e."id" AS "entry_id"
FROM "metadata_entry" e
JOIN "pipeline_run" r ON r."id" = e."run_id"
LEFT JOIN "step" s ON s."run_id" = e."run_id" AND s."id" = e."scope_id"
WHERE e."retracted_at" IS NULL;

COMMENT ON VIEW "runledger_latest" IS 'The latest value under each key: of a run as a whole (step is empty), and of the newest attempt of each of its steps.';
COMMENT ON VIEW "runledger_entries" IS 'Every value that was logged and not taken back, those of superseded attempts too.';
