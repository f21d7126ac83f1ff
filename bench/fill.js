import { curves, keys } from './shape.js';

/** @typedef {import('pg').Client} Client @typedef {import('./shape.js').Shape} Shape */

/** Rows of one statement stay few enough to be sorted in memory. */
const runsAtOnce = 1_000;
const tables = ['pipeline_run', 'step', 'metadata_entry', 'latest_entry'];

/**
 * Fills empty tables in the given shape, with the latest rows that the history implies, as the service itself would
 * have written them: a row for each step and key, and one for each run and key. Indexes are built afterwards.
 * @param {Client} client @param {Shape} shape
 */
export async function fill(client, shape) {
  await client.query("SET maintenance_work_mem = '1GB'; SET work_mem = '256MB'");
  const restoreIndexes = await dropIndexes(client);
  const { runs, steps, curve } = shape;
  await client.query(
    `INSERT INTO pipeline_run (id, name, pipeline, status, started_at, ended_at)
     SELECT ${runIdOf('r')}, 'run-' || r, 'pipeline-' || r % 10, 'COMPLETED',
       timestamptz '2026-01-01' + r * interval '1 minute', timestamptz '2026-01-01' + r * interval '1 minute' + interval '30 s'
     FROM generate_series(0, $1::int - 1) r`,
    [runs],
  );
  await client.query(
    `INSERT INTO step (run_id, id, name, attempt, status, started_at, ended_at, ordinal)
     SELECT ${runIdOf('r')}, ${stepIdOf('r', 's')}, 'step_' || s, 1, 'COMPLETED',
       timestamptz '2026-01-01' + r * interval '1 minute', timestamptz '2026-01-01' + r * interval '1 minute' + interval '30 s', s
     FROM generate_series(0, $1::int - 1) r, generate_series(1, $2::int) s`,
    [runs, steps],
  );
  await client.query('SELECT setseed(0.5)');
  for (let first = 0; first < runs; first += runsAtOnce) {
    await client.query(
      `INSERT INTO metadata_entry (run_id, id, scope_id, key, type, value, iteration, logged_at)
       SELECT ${runIdOf('r')}, r::bigint * $3 * ($5 + $4 - 1)
           + CASE WHEN v = 0 THEN (s - 1) * $5 + k ELSE $3 * ($5 + v - 1) + s END AS id,
         ${stepIdOf('r', 's')}, ($6::text[])[k],
         (CASE WHEN k <= 14 THEN 'FLOAT' WHEN k <= 16 THEN 'INT' WHEN k <= 18 THEN 'STRING' ELSE 'DICT' END)::"MetadataType",
         (CASE WHEN k <= 14 THEN random()::text WHEN k <= 16 THEN (random() * 1e6)::int::text
           WHEN k <= 18 THEN '"s3://bucket/model/' || (random() * 1e6)::int || '"'
           ELSE '{"f1":' || random() || ',"classes":[' || (random() * 100)::int || ',2,3]}' END)::json,
         v, timestamptz '2026-01-01' + r * interval '1 minute' + v * interval '100 ms'
       FROM generate_series($1::int, $2::int - 1) r, generate_series(1, $3::int) s, generate_series(1, $5::int) k,
         generate_series(0, CASE k WHEN 2 THEN $4::int - 1 ELSE 0 END) v
       ORDER BY id`,
      [first, Math.min(runs, first + runsAtOnce), steps, curve, keys.length, keys],
    );
  }
  await client.query(`SELECT setval('metadata_entry_id_seq', $1)`, [shape.entries]);
  if (shape.of === 'curves') await fillCurves(client);
  await restoreIndexes('metadata_entry');
  await fillLatest(client);
  await restoreIndexes();
  await client.query('VACUUM ANALYZE');
  await client.query('CHECKPOINT');
}

/** Of each run, not of its step: two curves, and the keys by which runs are compared. */
async function fillCurves(/** @type {Client} */ client) {
  await client.query(
    `INSERT INTO metadata_entry (run_id, scope_id, key, type, value, iteration, logged_at)
     SELECT r.id, r.id, k, 'FLOAT'::"MetadataType", to_json(random()), n, r.started_at + n * interval '10 ms'
     FROM pipeline_run r, unnest('{curve_a,curve_b}'::text[]) k, generate_series(1, $1::int) n
     UNION ALL
     SELECT r.id, r.id, 'compared_' || lpad(n::text, 2, '0'), 'FLOAT'::"MetadataType", to_json(random()), 0, r.started_at
     FROM pipeline_run r, generate_series(1, $2::int) n`,
    [curves.points, curves.compared],
  );
}

/** Works the latest rows out of the history. The number of a sort is its value, the text of a dict a hash of it. */
async function fillLatest(/** @type {Client} */ client) {
  await client.query(
    `INSERT INTO latest_entry (run_id, scope_id, key, entry_id, filter_scope, type, sort_class, sort_number, sort_text, logged_at)
     WITH newest AS (
       SELECT DISTINCT ON (run_id, scope_id, key) * FROM metadata_entry ORDER BY run_id, scope_id, key, id DESC
     ), scoped AS (
       SELECT n.*, s.name AS filter_scope FROM newest n JOIN step s ON s.run_id = n.run_id AND s.id = n.scope_id
       UNION ALL
       SELECT n.*, NULL FROM newest n WHERE n.scope_id = n.run_id
       UNION ALL
       SELECT * FROM (
         SELECT DISTINCT ON (run_id, key) run_id, id, '00000000-0000-0000-0000-000000000000'::uuid, key, type, value, iteration,
           logged_at, recorded_at, retracted_at, retract_reason, ''
         FROM newest ORDER BY run_id, key, id DESC
       ) whole
     )
     SELECT run_id, scope_id, key, id, filter_scope, type,
       CASE WHEN type IN ('FLOAT', 'INT') THEN 0 WHEN type = 'STRING' THEN 1 ELSE 2 END,
       CASE WHEN type IN ('FLOAT', 'INT') THEN (value #>> '{}')::numeric END,
       CASE type WHEN 'STRING' THEN left(value #>> '{}', 200) WHEN 'DICT' THEN to_hex(jsonb_hash_extended(value::jsonb, 0)) END,
       logged_at
     FROM scoped`,
  );
}

/** Takes all indexes off the tables; what it returns puts them back, of one table or of all that are left. */
async function dropIndexes(/** @type {Client} */ client) {
  const { rows } = await client.query(
    `SELECT c.relname AS "table", i.relname AS name, pg_get_indexdef(x.indexrelid) AS index,
       k.conname AS "constraint", pg_get_constraintdef(k.oid) AS definition
     FROM pg_index x JOIN pg_class c ON c.oid = x.indrelid JOIN pg_class i ON i.oid = x.indexrelid
     LEFT JOIN pg_constraint k ON k.conindid = x.indexrelid AND k.contype IN ('p', 'u')
     WHERE c.relname = ANY ($1) AND c.relnamespace = 'public'::regnamespace`,
    [tables],
  );
  for (const { table, name, constraint } of rows) {
    await client.query(constraint ? `ALTER TABLE "${table}" DROP CONSTRAINT "${constraint}"` : `DROP INDEX "${name}"`);
  }
  let left = rows;
  return async (/** @type {string | undefined} */ only = undefined) => {
    const now = left.filter(({ table }) => only === undefined || table === only);
    left = left.filter((row) => !now.includes(row));
    for (const { table, index, constraint, definition } of now) {
      await client.query(constraint ? `ALTER TABLE "${table}" ADD CONSTRAINT "${constraint}" ${definition}` : index);
    }
  };
}

const runIdOf = (/** @type {string} */ run) => `(lpad(to_hex(${run}), 8, '0') || '-0000-7000-8000-000000000000')::uuid`;
const stepIdOf = (/** @type {string} */ run, /** @type {string} */ step) =>
  `(lpad(to_hex(${run}), 8, '0') || '-' || lpad(to_hex(${step}), 4, '0') || '-7000-8000-000000000000')::uuid`;
