-- all runs, newest first: filter {}, order { startedAt: DESC }
/* list_runs_by_start */
SELECT r.id, r.name, r.pipeline, r.status::text, r.started_at AS "startedAt", r.ended_at AS "endedAt"
  FROM pipeline_run r
  WHERE true AND true
  ORDER BY r.started_at DESC, r.id DESC
  LIMIT $1;
/* count_runs */
SELECT count(*)::int AS count
  FROM pipeline_run r
  WHERE true;

-- by pipeline, status and time: filter { pipeline: "p", status: [RUNNING, FAILED], startedAfter: "2026-01-01T00:00:00Z" }, order { startedAt: ASC }
/* list_runs_by_start */
SELECT r.id, r.name, r.pipeline, r.status::text, r.started_at AS "startedAt", r.ended_at AS "endedAt"
  FROM pipeline_run r
  WHERE true
  AND ( r.pipeline = $1 AND r.status = ANY($2::text[]::"ExecutionStatus"[]) AND r.started_at >= $3::timestamptz)
  ORDER BY r.started_at ASC, r.id ASC
  LIMIT $4;
/* count_runs */
SELECT count(*)::int AS count
  FROM pipeline_run r
  WHERE (r.pipeline = $1 AND r.status = ANY($2::text[]::"ExecutionStatus"[]) AND r.started_at >= $3::timestamptz);

-- by the beginning of the name: filter { namePrefix: "iris" }, order { name: ASC }
/* list_runs_by_name */
SELECT r.id, r.name, r.pipeline, r.status::text, r.started_at AS "startedAt", r.ended_at AS "endedAt"
  FROM pipeline_run r
  WHERE true
  AND ( (r.name >= $1 AND r.name < $2))
  ORDER BY r.name ASC
  LIMIT $3;
/* count_runs */
SELECT count(*)::int AS count
  FROM pipeline_run r
  WHERE ((r.name >= $1 AND r.name < $2));

-- a number between two others: filter { metadata: { key: "acc", gt: 0.5, lte: 0.9 } }, order { startedAt: DESC }
/* count_candidates */
SELECT reltuples::float8 AS runs, ARRAY[(SELECT count(*)::int FROM (SELECT l.run_id FROM (SELECT * FROM latest_entry
  WHERE filter_scope = '' AND key = $1) l
  WHERE (l.sort_class = 0 AND l.sort_number > $2::numeric)
  AND ( l.sort_class = 0 AND l.sort_number <= $3::numeric)
  LIMIT $4::int) m)] AS counts
  FROM pg_class WHERE oid = 'pipeline_run'::regclass;
/* list_runs_by_start */
SELECT r.id, r.name, r.pipeline, r.status::text, r.started_at AS "startedAt", r.ended_at AS "endedAt"
  FROM pipeline_run r
  WHERE true AND r.id = ANY(ARRAY(SELECT DISTINCT m.run_id FROM (SELECT l.run_id FROM (SELECT * FROM latest_entry
  WHERE filter_scope = '' AND key = $1) l
  WHERE (l.sort_class = 0 AND l.sort_number > $2::numeric)
  AND ( l.sort_class = 0 AND l.sort_number <= $3::numeric)) m))
  AND ( EXISTS (SELECT FROM latest_entry l
  WHERE l.run_id = r.id AND l.scope_id = $4::uuid AND l.filter_scope = '' AND l.key = $5
  AND ( l.sort_class = 0 AND l.sort_number > $6::numeric)
  AND ( l.sort_class = 0 AND l.sort_number <= $7::numeric) OFFSET 0))
  ORDER BY r.started_at DESC, r.id DESC
  LIMIT $8;
/* count_runs */
SELECT count(*)::int AS count
  FROM pipeline_run r
  WHERE (EXISTS (SELECT FROM latest_entry l
  WHERE l.run_id = r.id AND l.scope_id = $1::uuid AND l.filter_scope = '' AND l.key = $2
  AND ( l.sort_class = 0 AND l.sort_number > $3::numeric)
  AND ( l.sort_class = 0 AND l.sort_number <= $4::numeric) ));

-- a number of one step: filter { metadata: { key: "acc", step: "train", gte: 1 } }, order { startedAt: DESC }
/* count_candidates */
SELECT reltuples::float8 AS runs, ARRAY[(SELECT count(*)::int FROM (SELECT l.run_id FROM (SELECT * FROM latest_entry
  WHERE filter_scope = $1 AND key = $2) l
  WHERE (l.sort_class = 0 AND l.sort_number >= $3::numeric)
  LIMIT $4::int) m)] AS counts
  FROM pg_class WHERE oid = 'pipeline_run'::regclass;
/* list_runs_by_start */
SELECT r.id, r.name, r.pipeline, r.status::text, r.started_at AS "startedAt", r.ended_at AS "endedAt"
  FROM pipeline_run r
  WHERE true AND r.id = ANY(ARRAY(SELECT DISTINCT m.run_id FROM (SELECT l.run_id FROM (SELECT * FROM latest_entry
  WHERE filter_scope = $1 AND key = $2) l
  WHERE (l.sort_class = 0 AND l.sort_number >= $3::numeric)) m))
  AND ( EXISTS (SELECT FROM latest_entry l
  JOIN step s ON s.run_id = l.run_id AND s.id = l.scope_id
  WHERE l.run_id = r.id AND s.name = $4
  AND NOT s.superseded AND l.filter_scope = $5 AND l.key = $6
  AND ( l.sort_class = 0 AND l.sort_number >= $7::numeric) OFFSET 0))
  ORDER BY r.started_at DESC, r.id DESC
  LIMIT $8;
/* count_runs */
SELECT count(*)::int AS count
  FROM pipeline_run r
  WHERE (EXISTS (SELECT FROM latest_entry l
  JOIN step s ON s.run_id = l.run_id AND s.id = l.scope_id
  WHERE l.run_id = r.id AND s.name = $1
  AND NOT s.superseded AND l.filter_scope = $2 AND l.key = $3
  AND ( l.sort_class = 0 AND l.sort_number >= $4::numeric) ));

-- a qualified key: filter { metadata: { key: "train::acc", lt: 1 } }, order { startedAt: DESC }
/* find_own_qualified_keys */
SELECT ARRAY[EXISTS (SELECT FROM latest_entry
  WHERE filter_scope IS NULL AND key = $1 AND scope_id = run_id)] AS used;
/* count_candidates */
SELECT reltuples::float8 AS runs, ARRAY[(SELECT count(*)::int FROM (SELECT l.run_id FROM (SELECT * FROM latest_entry
  WHERE filter_scope = $1 AND key = $2) l
  WHERE (l.sort_class = 0 AND l.sort_number < $3::numeric)
  LIMIT $4::int) m)] AS counts
  FROM pg_class WHERE oid = 'pipeline_run'::regclass;
/* list_runs_by_start */
SELECT r.id, r.name, r.pipeline, r.status::text, r.started_at AS "startedAt", r.ended_at AS "endedAt"
  FROM pipeline_run r
  WHERE true AND r.id = ANY(ARRAY(SELECT DISTINCT m.run_id FROM (SELECT l.run_id FROM (SELECT * FROM latest_entry
  WHERE filter_scope = $1 AND key = $2) l
  WHERE (l.sort_class = 0 AND l.sort_number < $3::numeric)) m))
  AND ( EXISTS (SELECT FROM latest_entry l
  JOIN step s ON s.run_id = l.run_id AND s.id = l.scope_id
  WHERE l.run_id = r.id AND s.name = $4
  AND NOT s.superseded AND l.filter_scope = $5 AND l.key = $6
  AND ( l.sort_class = 0 AND l.sort_number < $7::numeric) OFFSET 0))
  ORDER BY r.started_at DESC, r.id DESC
  LIMIT $8;
/* find_own_qualified_keys */
SELECT ARRAY[EXISTS (SELECT FROM latest_entry
  WHERE filter_scope IS NULL AND key = $1 AND scope_id = run_id)] AS used;
/* count_runs */
SELECT count(*)::int AS count
  FROM pipeline_run r
  WHERE (EXISTS (SELECT FROM latest_entry l
  JOIN step s ON s.run_id = l.run_id AND s.id = l.scope_id
  WHERE l.run_id = r.id AND s.name = $1
  AND NOT s.superseded AND l.filter_scope = $2 AND l.key = $3
  AND ( l.sort_class = 0 AND l.sort_number < $4::numeric) ));

-- a text: filter { metadata: { key: "model", contains: "iris" } }, order { startedAt: DESC }
/* count_candidates */
SELECT reltuples::float8 AS runs, ARRAY[(SELECT count(*)::int FROM (SELECT l.run_id FROM (SELECT * FROM latest_entry
  WHERE filter_scope = '' AND key = $1) l
  WHERE (l.sort_class = 1
  AND ( strpos(l.sort_text, $2) > 0 OR length(l.sort_text) >= 200))
  LIMIT $3::int) m)] AS counts
  FROM pg_class WHERE oid = 'pipeline_run'::regclass;
/* list_runs_by_start */
SELECT r.id, r.name, r.pipeline, r.status::text, r.started_at AS "startedAt", r.ended_at AS "endedAt"
  FROM pipeline_run r
  WHERE true AND r.id = ANY(ARRAY(SELECT DISTINCT m.run_id FROM (SELECT l.run_id FROM (SELECT * FROM latest_entry
  WHERE filter_scope = '' AND key = $1) l
  WHERE (l.sort_class = 1
  AND ( strpos(l.sort_text, $2) > 0 OR length(l.sort_text) >= 200))) m))
  AND ( EXISTS (SELECT FROM latest_entry l
  WHERE l.run_id = r.id AND l.scope_id = $3::uuid AND l.filter_scope = '' AND l.key = $4
  AND ( l.sort_class = 1 AND strpos((CASE WHEN length(l.sort_text) >= 200 THEN (SELECT e.value::jsonb FROM metadata_entry e
  WHERE e.run_id = l.run_id AND e.id = l.entry_id) #>> '{}' ELSE l.sort_text END), $5) > 0) OFFSET 0))
  ORDER BY r.started_at DESC, r.id DESC
  LIMIT $6;
/* count_runs */
SELECT count(*)::int AS count
  FROM pipeline_run r
  WHERE (EXISTS (SELECT FROM latest_entry l
  WHERE l.run_id = r.id AND l.scope_id = $1::uuid AND l.filter_scope = '' AND l.key = $2
  AND ( l.sort_class = 1 AND strpos((CASE WHEN length(l.sort_text) >= 200 THEN (SELECT e.value::jsonb FROM metadata_entry e
  WHERE e.run_id = l.run_id AND e.id = l.entry_id) #>> '{}' ELSE l.sort_text END), $3) > 0) ));

-- the beginning of a text: filter { metadata: { key: "model", startsWith: "s3://" } }, order { startedAt: DESC }
/* count_candidates */
SELECT reltuples::float8 AS runs, ARRAY[(SELECT count(*)::int FROM (SELECT l.run_id FROM (SELECT * FROM latest_entry
  WHERE filter_scope = '' AND key = $1) l
  WHERE (l.sort_class = 1 AND l.sort_text ^@ $2)
  LIMIT $3::int) m)] AS counts
  FROM pg_class WHERE oid = 'pipeline_run'::regclass;
/* list_runs_by_start */
SELECT r.id, r.name, r.pipeline, r.status::text, r.started_at AS "startedAt", r.ended_at AS "endedAt"
  FROM pipeline_run r
  WHERE true AND r.id = ANY(ARRAY(SELECT DISTINCT m.run_id FROM (SELECT l.run_id FROM (SELECT * FROM latest_entry
  WHERE filter_scope = '' AND key = $1) l
  WHERE (l.sort_class = 1 AND l.sort_text ^@ $2)) m))
  AND ( EXISTS (SELECT FROM latest_entry l
  WHERE l.run_id = r.id AND l.scope_id = $3::uuid AND l.filter_scope = '' AND l.key = $4
  AND ( l.sort_class = 1 AND l.sort_text ^@ $5 AND starts_with((CASE WHEN length(l.sort_text) >= 200 THEN (SELECT e.value::jsonb FROM metadata_entry e
  WHERE e.run_id = l.run_id AND e.id = l.entry_id) #>> '{}' ELSE l.sort_text END), $6)) OFFSET 0))
  ORDER BY r.started_at DESC, r.id DESC
  LIMIT $7;
/* count_runs */
SELECT count(*)::int AS count
  FROM pipeline_run r
  WHERE (EXISTS (SELECT FROM latest_entry l
  WHERE l.run_id = r.id AND l.scope_id = $1::uuid AND l.filter_scope = '' AND l.key = $2
  AND ( l.sort_class = 1 AND l.sort_text ^@ $3 AND starts_with((CASE WHEN length(l.sort_text) >= 200 THEN (SELECT e.value::jsonb FROM metadata_entry e
  WHERE e.run_id = l.run_id AND e.id = l.entry_id) #>> '{}' ELSE l.sort_text END), $4)) ));

-- one of several values: filter { metadata: { key: "lr", in: [0.1, "auto", true, { a: 1 }] } }, order { startedAt: DESC }
/* count_candidates */
SELECT reltuples::float8 AS runs, ARRAY[(SELECT count(*)::int FROM (SELECT l.run_id FROM (SELECT * FROM latest_entry
  WHERE filter_scope = '' AND key = $1) l
  WHERE ((l.sort_class = 0 AND l.sort_number = $2::text::numeric) OR (l.sort_class = 1 AND l.sort_text = $3::text::text) OR ((l.sort_class = 2 AND l.sort_text = ANY(ARRAY(SELECT to_hex(jsonb_hash_extended(v::jsonb, 0)) FROM unnest($4::text[]) AS v)))
  AND ( SELECT e.value::jsonb FROM metadata_entry e
  WHERE e.run_id = l.run_id AND e.id = l.entry_id) = ANY($5::text[]::jsonb[])))
  LIMIT $6::int) m)] AS counts
  FROM pg_class WHERE oid = 'pipeline_run'::regclass;
/* list_runs_by_start */
SELECT r.id, r.name, r.pipeline, r.status::text, r.started_at AS "startedAt", r.ended_at AS "endedAt"
  FROM pipeline_run r
  WHERE true AND r.id = ANY(ARRAY(SELECT DISTINCT m.run_id FROM (SELECT l.run_id FROM (SELECT * FROM latest_entry
  WHERE filter_scope = '' AND key = $1) l
  WHERE ((l.sort_class = 0 AND l.sort_number = $2::text::numeric) OR (l.sort_class = 1 AND l.sort_text = $3::text::text) OR ((l.sort_class = 2 AND l.sort_text = ANY(ARRAY(SELECT to_hex(jsonb_hash_extended(v::jsonb, 0)) FROM unnest($4::text[]) AS v)))
  AND ( SELECT e.value::jsonb FROM metadata_entry e
  WHERE e.run_id = l.run_id AND e.id = l.entry_id) = ANY($5::text[]::jsonb[])))) m))
  AND ( EXISTS (SELECT FROM latest_entry l
  WHERE l.run_id = r.id AND l.scope_id = $6::uuid AND l.filter_scope = '' AND l.key = $7
  AND ( (l.sort_class = 0 AND l.sort_number = $8::text::numeric) OR (l.sort_class = 1 AND l.sort_text = $9::text::text) OR ((l.sort_class = 2 AND l.sort_text = ANY(ARRAY(SELECT to_hex(jsonb_hash_extended(v::jsonb, 0)) FROM unnest($10::text[]) AS v)))
  AND ( SELECT e.value::jsonb FROM metadata_entry e
  WHERE e.run_id = l.run_id AND e.id = l.entry_id) = ANY($11::text[]::jsonb[]))) OFFSET 0))
  ORDER BY r.started_at DESC, r.id DESC
  LIMIT $12;
/* count_runs */
SELECT count(*)::int AS count
  FROM pipeline_run r
  WHERE (EXISTS (SELECT FROM latest_entry l
  WHERE l.run_id = r.id AND l.scope_id = $1::uuid AND l.filter_scope = '' AND l.key = $2
  AND ( (l.sort_class = 0 AND l.sort_number = $3::text::numeric) OR (l.sort_class = 1 AND l.sort_text = $4::text::text) OR ((l.sort_class = 2 AND l.sort_text = ANY(ARRAY(SELECT to_hex(jsonb_hash_extended(v::jsonb, 0)) FROM unnest($5::text[]) AS v)))
  AND ( SELECT e.value::jsonb FROM metadata_entry e
  WHERE e.run_id = l.run_id AND e.id = l.entry_id) = ANY($6::text[]::jsonb[]))) ));

-- at a path: filter { metadata: { key: "config", path: ["model", "layers", "0"], equals: 64, type: INT } }, order { startedAt: DESC }
/* count_candidates */
SELECT reltuples::float8 AS runs, ARRAY[(SELECT count(*)::int FROM (SELECT l.run_id FROM (SELECT * FROM latest_entry
  WHERE filter_scope = '' AND key = $1) l
  WHERE true
  LIMIT $2::int) m)] AS counts
  FROM pg_class WHERE oid = 'pipeline_run'::regclass;
/* list_runs_by_start */
SELECT r.id, r.name, r.pipeline, r.status::text, r.started_at AS "startedAt", r.ended_at AS "endedAt"
  FROM pipeline_run r
  WHERE true AND r.id = ANY(ARRAY(SELECT DISTINCT m.run_id FROM (SELECT l.run_id FROM (SELECT * FROM latest_entry
  WHERE filter_scope = '' AND key = $1) l
  WHERE true) m))
  AND ( EXISTS (SELECT FROM (SELECT ((SELECT e.value::jsonb FROM metadata_entry e
  WHERE e.run_id = l.run_id AND e.id = l.entry_id) #> $2::text[]) AS v,((SELECT e.value FROM metadata_entry e
  WHERE e.run_id = l.run_id AND e.id = l.entry_id) #> $3::text[]) AS j FROM (SELECT * FROM latest_entry
  WHERE run_id = r.id AND scope_id = $4::uuid AND key = $5) l OFFSET 0) n
  WHERE n.v IS NOT NULL
  AND ( CASE jsonb_typeof(n.v) WHEN 'string' THEN 'STRING' WHEN 'boolean' THEN 'BOOLEAN' WHEN 'null' THEN 'NULL' WHEN 'array' THEN 'LIST' WHEN 'object' THEN 'DICT' ELSE CASE WHEN n.j::text ~ '[.eE]' THEN 'FLOAT' ELSE 'INT' END END) = $6 AND n.v = $7::text::jsonb))
  ORDER BY r.started_at DESC, r.id DESC
  LIMIT $8;
/* count_runs */
SELECT count(*)::int AS count
  FROM pipeline_run r
  WHERE (EXISTS (SELECT FROM (SELECT ((SELECT e.value::jsonb FROM metadata_entry e
  WHERE e.run_id = l.run_id AND e.id = l.entry_id) #> $1::text[]) AS v,((SELECT e.value FROM metadata_entry e
  WHERE e.run_id = l.run_id AND e.id = l.entry_id) #> $2::text[]) AS j FROM (SELECT * FROM latest_entry
  WHERE run_id = r.id AND scope_id = $3::uuid AND key = $4) l OFFSET 0) n
  WHERE n.v IS NOT NULL
  AND ( CASE jsonb_typeof(n.v) WHEN 'string' THEN 'STRING' WHEN 'boolean' THEN 'BOOLEAN' WHEN 'null' THEN 'NULL' WHEN 'array' THEN 'LIST' WHEN 'object' THEN 'DICT' ELSE CASE WHEN n.j::text ~ '[.eE]' THEN 'FLOAT' ELSE 'INT' END END) = $5 AND n.v = $6::text::jsonb));

-- a member: filter { metadata: { key: "tags", has: "best" } }, order { startedAt: DESC }
/* count_candidates */
SELECT reltuples::float8 AS runs, ARRAY[(SELECT count(*)::int FROM (SELECT l.run_id FROM (SELECT * FROM latest_entry
  WHERE filter_scope = '' AND key = $1) l
  WHERE l.type IN ('LIST', 'SET', 'TUPLE')
  LIMIT $2::int) m)] AS counts
  FROM pg_class WHERE oid = 'pipeline_run'::regclass;
/* list_runs_by_start */
SELECT r.id, r.name, r.pipeline, r.status::text, r.started_at AS "startedAt", r.ended_at AS "endedAt"
  FROM pipeline_run r
  WHERE true AND r.id = ANY(ARRAY(SELECT DISTINCT m.run_id FROM (SELECT l.run_id FROM (SELECT * FROM latest_entry
  WHERE filter_scope = '' AND key = $1) l
  WHERE l.type IN ('LIST', 'SET', 'TUPLE')) m))
  AND ( EXISTS (SELECT FROM latest_entry l
  WHERE l.run_id = r.id AND l.scope_id = $2::uuid AND l.filter_scope = '' AND l.key = $3
  AND ( CASE WHEN l.type IN ('LIST', 'SET', 'TUPLE') THEN EXISTS (SELECT FROM jsonb_array_elements((SELECT e.value::jsonb FROM metadata_entry e
  WHERE e.run_id = l.run_id AND e.id = l.entry_id)) AS m(v)
  WHERE m.v = $4::text::jsonb) ELSE false END) OFFSET 0))
  ORDER BY r.started_at DESC, r.id DESC
  LIMIT $5;
/* count_runs */
SELECT count(*)::int AS count
  FROM pipeline_run r
  WHERE (EXISTS (SELECT FROM latest_entry l
  WHERE l.run_id = r.id AND l.scope_id = $1::uuid AND l.filter_scope = '' AND l.key = $2
  AND ( CASE WHEN l.type IN ('LIST', 'SET', 'TUPLE') THEN EXISTS (SELECT FROM jsonb_array_elements((SELECT e.value::jsonb FROM metadata_entry e
  WHERE e.run_id = l.run_id AND e.id = l.entry_id)) AS m(v)
  WHERE m.v = $3::text::jsonb) ELSE false END) ));

-- several pipelines, part of the name, ended in a time: filter { pipelines: ["p", "q"], nameContains: "iris", endedAfter: "2026-01-01T00:00:00Z", endedBefore: "2026-02-01T00:00:00Z" }, order { endedAt: DESC }
/* list_runs_by_end */
SELECT r.id, r.name, r.pipeline, r.status::text, r.started_at AS "startedAt", r.ended_at AS "endedAt"
  FROM pipeline_run r
  WHERE r.ended_at IS NOT NULL AND true
  AND ( r.pipeline = ANY($1::text[]) AND strpos(r.name, $2) > 0
  AND ( r.ended_at IS NOT NULL AND r.ended_at >= $3::timestamptz)
  AND ( r.ended_at IS NOT NULL AND r.ended_at < $4::timestamptz))
  ORDER BY r.ended_at DESC, r.id DESC
  LIMIT $5;
/* list_runs_not_ended */
SELECT r.id, r.name, r.pipeline, r.status::text, r.started_at AS "startedAt", r.ended_at AS "endedAt"
  FROM pipeline_run r
  WHERE r.ended_at IS NULL AND true
  AND ( r.pipeline = ANY($1::text[]) AND strpos(r.name, $2) > 0
  AND ( r.ended_at IS NOT NULL AND r.ended_at >= $3::timestamptz)
  AND ( r.ended_at IS NOT NULL AND r.ended_at < $4::timestamptz))
  ORDER BY r.started_at DESC, r.id DESC
  LIMIT $5;
/* count_runs */
SELECT count(*)::int AS count
  FROM pipeline_run r
  WHERE (r.pipeline = ANY($1::text[]) AND strpos(r.name, $2) > 0
  AND ( r.ended_at IS NOT NULL AND r.ended_at >= $3::timestamptz)
  AND ( r.ended_at IS NOT NULL AND r.ended_at < $4::timestamptz));

-- by how long they took: filter {}, order { duration: ASC }
/* list_runs_by_duration */
SELECT r.id, r.name, r.pipeline, r.status::text, r.started_at AS "startedAt", r.ended_at AS "endedAt"
  FROM pipeline_run r
  WHERE (r.ended_at - r.started_at) IS NOT NULL AND true AND true
  ORDER BY (r.ended_at - r.started_at) ASC, r.id ASC
  LIMIT $1;
/* list_runs_not_ended */
SELECT r.id, r.name, r.pipeline, r.status::text, r.started_at AS "startedAt", r.ended_at AS "endedAt"
  FROM pipeline_run r
  WHERE r.ended_at IS NULL AND true AND true
  ORDER BY r.started_at DESC, r.id DESC
  LIMIT $1;
/* count_runs */
SELECT count(*)::int AS count
  FROM pipeline_run r
  WHERE true;

-- without a key: filter { metadata: { key: "acc", exists: false } }, order { startedAt: DESC }
/* list_runs_by_start */
SELECT r.id, r.name, r.pipeline, r.status::text, r.started_at AS "startedAt", r.ended_at AS "endedAt"
  FROM pipeline_run r
  WHERE true
  AND ( NOT EXISTS (SELECT FROM latest_entry l
  WHERE l.run_id = r.id AND l.scope_id = $1::uuid AND l.filter_scope = '' AND l.key = $2 OFFSET 0))
  ORDER BY r.started_at DESC, r.id DESC
  LIMIT $3;
/* count_runs */
SELECT count(*)::int AS count
  FROM pipeline_run r
  WHERE (NOT EXISTS (SELECT FROM latest_entry l
  WHERE l.run_id = r.id AND l.scope_id = $1::uuid AND l.filter_scope = '' AND l.key = $2 ));

-- and, or, not: filter { or: [{ pipeline: "p" }, { not: { metadata: { key: "acc", gt: 0 } } }], and: [{ status: [FAILED] }] }, order { startedAt: DESC }
/* list_runs_by_start */
SELECT r.id, r.name, r.pipeline, r.status::text, r.started_at AS "startedAt", r.ended_at AS "endedAt"
  FROM pipeline_run r
  WHERE true
  AND ( ((r.status = ANY($1::text[]::"ExecutionStatus"[])))
  AND ( (r.pipeline = $2) OR (NOT ((EXISTS (SELECT FROM latest_entry l
  WHERE l.run_id = r.id AND l.scope_id = $3::uuid AND l.filter_scope = '' AND l.key = $4
  AND ( l.sort_class = 0 AND l.sort_number > $5::numeric) OFFSET 0))))))
  ORDER BY r.started_at DESC, r.id DESC
  LIMIT $6;
/* count_runs */
SELECT count(*)::int AS count
  FROM pipeline_run r
  WHERE (((r.status = ANY($1::text[]::"ExecutionStatus"[])))
  AND ( (r.pipeline = $2) OR (NOT ((EXISTS (SELECT FROM latest_entry l
  WHERE l.run_id = r.id AND l.scope_id = $3::uuid AND l.filter_scope = '' AND l.key = $4
  AND ( l.sort_class = 0 AND l.sort_number > $5::numeric) ))))));

-- by a number or a text: filter {}, order { metadata: { key: "acc", direction: DESC } }
/* list_runs_by_number */
SELECT r.id, r.name, r.pipeline, r.status::text, r.started_at AS "startedAt", r.ended_at AS "endedAt", 0 AS "sortClass", l.sort_number::text AS "sortNumber" FROM (SELECT * FROM latest_entry
  WHERE filter_scope = '' AND key = $1) l
  JOIN pipeline_run r ON r.id = l.run_id
  WHERE l.sort_class = 0 AND true AND true
  ORDER BY l.sort_number DESC, l.sort_text DESC, l.run_id DESC
  LIMIT $2;
/* list_runs_by_text */
SELECT r.id, r.name, r.pipeline, r.status::text, r.started_at AS "startedAt", r.ended_at AS "endedAt", $1::int AS "sortClass", (CASE WHEN length(l.sort_text) >= 200 THEN (SELECT e.value::jsonb FROM metadata_entry e
  WHERE e.run_id = l.run_id AND e.id = l.entry_id) #>> '{}' ELSE l.sort_text END) AS "sortText" FROM (SELECT * FROM latest_entry
  WHERE filter_scope = '' AND key = $2) l
  JOIN pipeline_run r ON r.id = l.run_id
  WHERE l.sort_class = $3 AND l.sort_number IS NULL AND true AND true
  ORDER BY l.sort_number DESC, l.sort_text DESC, (CASE WHEN length(l.sort_text) >= 200 THEN (SELECT e.value::jsonb FROM metadata_entry e
  WHERE e.run_id = l.run_id AND e.id = l.entry_id) #>> '{}' ELSE l.sort_text END) COLLATE "C" DESC, l.run_id DESC
  LIMIT $4;
/* list_runs_by_text */
SELECT r.id, r.name, r.pipeline, r.status::text, r.started_at AS "startedAt", r.ended_at AS "endedAt", $1::int AS "sortClass", (CASE WHEN length(l.sort_text) >= 200 THEN (SELECT e.value::jsonb FROM metadata_entry e
  WHERE e.run_id = l.run_id AND e.id = l.entry_id) #>> '{}' ELSE l.sort_text END) AS "sortText" FROM (SELECT * FROM latest_entry
  WHERE filter_scope = '' AND key = $2) l
  JOIN pipeline_run r ON r.id = l.run_id
  WHERE l.sort_class = $3 AND l.sort_number IS NULL AND true AND true
  ORDER BY l.sort_number DESC, l.sort_text DESC, (CASE WHEN length(l.sort_text) >= 200 THEN (SELECT e.value::jsonb FROM metadata_entry e
  WHERE e.run_id = l.run_id AND e.id = l.entry_id) #>> '{}' ELSE l.sort_text END) COLLATE "C" DESC, l.run_id DESC
  LIMIT $4;
/* list_runs_without_key */
SELECT r.id, r.name, r.pipeline, r.status::text, r.started_at AS "startedAt", r.ended_at AS "endedAt", 3 AS "sortClass"
  FROM pipeline_run r
  WHERE NOT EXISTS (SELECT FROM latest_entry l
  WHERE l.run_id = r.id AND l.scope_id = $1::uuid AND l.filter_scope = '' AND l.key = $2 OFFSET 0) AND true AND true
  ORDER BY r.started_at DESC, r.id DESC
  LIMIT $3;
/* count_runs */
SELECT count(*)::int AS count
  FROM pipeline_run r
  WHERE true;

-- by what stands at a path: filter {}, order { metadata: { key: "config", path: ["lr"], direction: ASC } }
/* list_runs_by_number */
SELECT r.id, r.name, r.pipeline, r.status::text, r.started_at AS "startedAt", r.ended_at AS "endedAt", 0 AS "sortClass", l.sort_number::text AS "sortNumber" FROM (SELECT n.run_id, CASE jsonb_typeof(n.v) WHEN 'number' THEN 0 WHEN 'string' THEN 1 ELSE 2 END AS sort_class, CASE WHEN jsonb_typeof(n.v) = 'number' THEN (n.v #>> '{}')::numeric END AS sort_number, (CASE WHEN jsonb_typeof(n.v) = 'string' THEN n.v #>> '{}' ELSE to_hex(jsonb_hash_extended(n.v::jsonb, 0)) END) COLLATE "C" AS sort_text FROM (SELECT l.run_id, ((SELECT e.value::jsonb FROM metadata_entry e
  WHERE e.run_id = l.run_id AND e.id = l.entry_id) #> $1::text[]) AS v FROM (SELECT * FROM latest_entry
  WHERE filter_scope = '' AND key = $2) l OFFSET 0) n
  WHERE n.v IS NOT NULL) l
  JOIN pipeline_run r ON r.id = l.run_id
  WHERE l.sort_class = 0 AND true AND true
  ORDER BY l.sort_number ASC, l.sort_text ASC, l.run_id ASC
  LIMIT $3;
/* list_runs_by_text */
SELECT r.id, r.name, r.pipeline, r.status::text, r.started_at AS "startedAt", r.ended_at AS "endedAt", $1::int AS "sortClass", l.sort_text AS "sortText" FROM (SELECT n.run_id, CASE jsonb_typeof(n.v) WHEN 'number' THEN 0 WHEN 'string' THEN 1 ELSE 2 END AS sort_class, CASE WHEN jsonb_typeof(n.v) = 'number' THEN (n.v #>> '{}')::numeric END AS sort_number, (CASE WHEN jsonb_typeof(n.v) = 'string' THEN n.v #>> '{}' ELSE to_hex(jsonb_hash_extended(n.v::jsonb, 0)) END) COLLATE "C" AS sort_text FROM (SELECT l.run_id, ((SELECT e.value::jsonb FROM metadata_entry e
  WHERE e.run_id = l.run_id AND e.id = l.entry_id) #> $2::text[]) AS v FROM (SELECT * FROM latest_entry
  WHERE filter_scope = '' AND key = $3) l OFFSET 0) n
  WHERE n.v IS NOT NULL) l
  JOIN pipeline_run r ON r.id = l.run_id
  WHERE l.sort_class = $4 AND l.sort_number IS NULL AND true AND true
  ORDER BY l.sort_number ASC, l.sort_text ASC, l.sort_text COLLATE "C" ASC, l.run_id ASC
  LIMIT $5;
/* list_runs_by_text */
SELECT r.id, r.name, r.pipeline, r.status::text, r.started_at AS "startedAt", r.ended_at AS "endedAt", $1::int AS "sortClass", l.sort_text AS "sortText" FROM (SELECT n.run_id, CASE jsonb_typeof(n.v) WHEN 'number' THEN 0 WHEN 'string' THEN 1 ELSE 2 END AS sort_class, CASE WHEN jsonb_typeof(n.v) = 'number' THEN (n.v #>> '{}')::numeric END AS sort_number, (CASE WHEN jsonb_typeof(n.v) = 'string' THEN n.v #>> '{}' ELSE to_hex(jsonb_hash_extended(n.v::jsonb, 0)) END) COLLATE "C" AS sort_text FROM (SELECT l.run_id, ((SELECT e.value::jsonb FROM metadata_entry e
  WHERE e.run_id = l.run_id AND e.id = l.entry_id) #> $2::text[]) AS v FROM (SELECT * FROM latest_entry
  WHERE filter_scope = '' AND key = $3) l OFFSET 0) n
  WHERE n.v IS NOT NULL) l
  JOIN pipeline_run r ON r.id = l.run_id
  WHERE l.sort_class = $4 AND l.sort_number IS NULL AND true AND true
  ORDER BY l.sort_number ASC, l.sort_text ASC, l.sort_text COLLATE "C" ASC, l.run_id ASC
  LIMIT $5;
/* list_runs_without_key */
SELECT r.id, r.name, r.pipeline, r.status::text, r.started_at AS "startedAt", r.ended_at AS "endedAt", 3 AS "sortClass"
  FROM pipeline_run r
  WHERE NOT EXISTS (SELECT FROM (SELECT * FROM latest_entry
  WHERE run_id = r.id AND scope_id = $1::uuid AND key = $2) l
  WHERE ((SELECT e.value::jsonb FROM metadata_entry e
  WHERE e.run_id = l.run_id AND e.id = l.entry_id) #> $3::text[]) IS NOT NULL) AND true AND true
  ORDER BY r.started_at DESC, r.id DESC
  LIMIT $4;
/* count_runs */
SELECT count(*)::int AS count
  FROM pipeline_run r
  WHERE true;
