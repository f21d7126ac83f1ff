-- What PostGraphile is told about Runledger's tables, so that it does the same work: smart comments for the keys that the
-- tables do not declare, and one SQL function for each field and the mutation.

COMMENT ON TABLE step IS E'@unique id\n@foreignKey (run_id) references pipeline_run (id)';
COMMENT ON TABLE metadata_entry IS E'@foreignKey (run_id) references pipeline_run (id)';

-- `runMetadata(key)` of a step and of a run: the latest row, and the entry that it names.
CREATE FUNCTION step_run_metadata(step step, key text) RETURNS metadata_entry LANGUAGE sql STABLE AS $$
  SELECT e.* FROM latest_entry l JOIN metadata_entry e ON e.run_id = l.run_id AND e.id = l.entry_id
  WHERE l.run_id = step.run_id AND l.scope_id = step.id AND l.key = step_run_metadata.key
$$;
CREATE FUNCTION pipeline_run_run_metadata(run pipeline_run, key text) RETURNS metadata_entry LANGUAGE sql STABLE AS $$
  SELECT e.* FROM latest_entry l JOIN metadata_entry e ON e.run_id = l.run_id AND e.id = l.entry_id
  WHERE l.run_id = run.id AND l.scope_id = '00000000-0000-0000-0000-000000000000' AND l.key = pipeline_run_run_metadata.key
$$;

-- `metadataHistory(key)`: newest first.
CREATE FUNCTION step_metadata_history(step step, key text) RETURNS SETOF metadata_entry LANGUAGE sql STABLE AS $$
  SELECT e.* FROM metadata_entry e
  WHERE e.run_id = step.run_id AND e.scope_id = step.id AND e.key = step_metadata_history.key AND e.retracted_at IS NULL
  ORDER BY e.id DESC
$$;

-- A page of runs that pass a condition on one key, by another: PostGraphile adds the LIMIT.
CREATE FUNCTION runs_by_loss(accuracy_above numeric) RETURNS SETOF pipeline_run LANGUAGE sql STABLE AS $$
  SELECT r.* FROM latest_entry l JOIN pipeline_run r ON r.id = l.run_id
  WHERE l.filter_scope = '' AND l.key = 'loss' AND l.sort_class = 0 AND EXISTS (
    SELECT FROM latest_entry a
    WHERE a.run_id = r.id AND a.scope_id = '00000000-0000-0000-0000-000000000000' AND a.key = 'accuracy'
      AND a.sort_class = 0 AND a.sort_number > runs_by_loss.accuracy_above)
  ORDER BY l.sort_number, l.sort_text, l.run_id
$$;

-- `logMetadata`: history rows and latest rows (of the step and of its run) in one statement.
CREATE FUNCTION log_metadata(step_id uuid, metadata json) RETURNS SETOF metadata_entry LANGUAGE sql VOLATILE AS $$
  WITH target AS (
    SELECT run_id, id, name FROM step WHERE id = step_id
  ), entry AS (
    INSERT INTO metadata_entry (run_id, scope_id, key, type, value, logged_at)
    SELECT t.run_id, t.id, m.key,
      (CASE json_typeof(m.value) WHEN 'number' THEN 'FLOAT' WHEN 'string' THEN 'STRING' ELSE 'DICT' END)::"MetadataType", m.value, now()
    FROM target t, json_each(metadata) WITH ORDINALITY m(key, value, n) ORDER BY m.n
    RETURNING *
  ), latest AS (
    INSERT INTO latest_entry (run_id, scope_id, key, entry_id, filter_scope, type, sort_class, sort_number, sort_text, logged_at)
    SELECT e.run_id, s.scope_id, e.key, e.id, s.filter_scope, e.type,
      CASE e.type WHEN 'FLOAT' THEN 0 WHEN 'STRING' THEN 1 ELSE 2 END,
      CASE WHEN e.type = 'FLOAT' THEN (e.value #>> '{}')::numeric END,
      CASE e.type WHEN 'STRING' THEN left(e.value #>> '{}', 200) WHEN 'DICT' THEN to_hex(jsonb_hash_extended(e.value::jsonb, 0)) END,
      e.logged_at
    FROM entry e CROSS JOIN LATERAL (
      SELECT e.scope_id, (SELECT name FROM target) UNION ALL SELECT '00000000-0000-0000-0000-000000000000', ''
    ) s(scope_id, filter_scope)
    ORDER BY e.run_id, s.scope_id, e.key
    ON CONFLICT (run_id, scope_id, key) DO UPDATE SET
      entry_id = excluded.entry_id, filter_scope = excluded.filter_scope, type = excluded.type, sort_class = excluded.sort_class,
      sort_number = excluded.sort_number, sort_text = excluded.sort_text, logged_at = excluded.logged_at
    WHERE excluded.entry_id > latest_entry.entry_id
  )
  SELECT * FROM entry ORDER BY id
$$;
