import type { Writable } from 'node:stream';
import { from as copyFrom } from 'pg-copy-streams';
import { Prisma } from '../../generated/prisma/client.ts';
import { jsonHash } from '../postgres/json-hash.ts';
import type { MetadataType, SortKey } from '../rows.ts';
import { copyOptions, isOf, linesOfRuns } from './lines.ts';
import type { Session } from './session.ts';

/** Makes the table, of this session only and empty in each transaction, that lines come into. */
export async function prepareImport(session: Session): Promise<void> {
  await session.query('CREATE TEMP TABLE import_line (line json NOT NULL) ON COMMIT DELETE ROWS');
}

/** Takes lines in, as bytes; rejects, when it is ended, those that are not JSON. */
export function copyLinesIn(session: Session): Writable {
  return session.query(copyFrom(`COPY import_line FROM STDIN ${copyOptions}`));
}

/** Those of these runs that are there already, and those whose rows are still being removed. */
export async function findPresent(session: Session, runIds: readonly string[]) {
  const { rows } = await session.query<{ id: string; deleted: boolean }>({
    text: `/* find_present_runs */ SELECT id, false AS deleted FROM pipeline_run WHERE id = ANY($1::uuid[])
UNION ALL SELECT run_id, true FROM deleted_run WHERE run_id = ANY($1::uuid[])`,
    values: [runIds],
  });
  const idsOf = (deleted: boolean) => rows.filter((row) => row.deleted === deleted).map(({ id }) => id);
  return { present: idsOf(false), deleted: idsOf(true) };
}

/** The run that a line belongs to. */
const runOfLine = `coalesce(l.line ->> 'run', l.line ->> 'id')::uuid`;

/** A line that belongs to none of these runs, or null. */
export async function findStray(session: Session, runIds: readonly string[]): Promise<string | null> {
  const { rows } = await session.query<{ line: string }>({
    text: `/* find_stray_line */ SELECT l.line::text FROM import_line l WHERE (${runOfLine} = ANY($1::uuid[])) IS NOT TRUE LIMIT 1`,
    values: [runIds],
  });
  return rows[0]?.line ?? null;
}

/** A line of the runs that the file has and the ledger has not, or the other way round; null where they are the same. */
export async function findDifference(session: Session, runIds: readonly string[]) {
  const { rows } = await session.query<{ line: string; inFile: boolean }>({
    text: `/* find_difference */
WITH filed AS MATERIALIZED (SELECT l.line::text FROM import_line l WHERE ${runOfLine} = ANY($1::uuid[])),
  here AS MATERIALIZED (${linesOfRuns(runIds)})
(SELECT line, true AS "inFile" FROM (TABLE filed EXCEPT ALL TABLE here) f LIMIT 1)
UNION ALL (SELECT line, false FROM (TABLE here EXCEPT ALL TABLE filed) h LIMIT 1) LIMIT 1`,
    values: [runIds],
  });
  return rows[0] ?? null;
}

/** Adds the runs and steps of the lines, but for those that are there already; gives the runs. */
export async function insertRunsAndSteps(session: Session, present: readonly string[]): Promise<string[]> {
  const { rows } = await session.query<{ id: string }>({
    text: `/* import_runs */ INSERT INTO pipeline_run (id, name, pipeline, status, started_at, ended_at)
SELECT x.id, x.name, x.pipeline, x.status, x."startedAt", x."endedAt"
FROM import_line l CROSS JOIN LATERAL json_to_record(l.line) AS x(id uuid, name text, pipeline text,
  status "ExecutionStatus", "startedAt" timestamptz, "endedAt" timestamptz)
WHERE ${isOf('run')} AND x.id <> ALL($1::uuid[]) RETURNING id`,
    values: [present],
  });
  await session.query({
    text: `/* import_steps */ INSERT INTO step (run_id, id, name, attempt, status, started_at, ended_at, cached_from_id, superseded, ordinal)
SELECT x.run, x.id, x.name, x.attempt, x.status, x."startedAt", x."endedAt", x."cachedFrom", x.superseded, x.ordinal
FROM import_line l CROSS JOIN LATERAL json_to_record(l.line) AS x(run uuid, id uuid, name text, attempt int,
  status "ExecutionStatus", "startedAt" timestamptz, "endedAt" timestamptz, "cachedFrom" uuid, superseded bool, ordinal int)
WHERE ${isOf('step')} AND x.run <> ALL($1::uuid[])`,
    values: [present],
  });
  for (const [kind, run] of [
    ['run', 'x.id'],
    ['step', 'x.run'],
  ] as const)
    await insertDetails(session, kind, run, present);
  return rows.map(({ id }) => id);
}

/** Why they failed, and when they were last heard of. */
async function insertDetails(
  session: Session,
  kind: 'run' | 'step',
  run: string,
  present: readonly string[],
): Promise<void> {
  await session.query({
    text: `/* import_details */ WITH x AS MATERIALIZED (
  SELECT ${run} AS run_id, x.id, x.failure, x."lastSeenAt", x.watched FROM import_line l
  CROSS JOIN LATERAL json_to_record(l.line) AS x(run uuid, id uuid, failure json, "lastSeenAt" timestamptz, watched bool)
  WHERE ${isOf(kind)} AND (x.failure IS NOT NULL OR x."lastSeenAt" IS NOT NULL) AND ${run} <> ALL($1::uuid[])
), failed AS (
  INSERT INTO failure (run_id, scope_id, type, message, traceback)
  SELECT run_id, id, failure ->> 'type', failure ->> 'message', failure ->> 'traceback' FROM x WHERE failure IS NOT NULL
)
INSERT INTO heartbeat (run_id, scope_id, last_seen_at, watched)
SELECT run_id, id, "lastSeenAt", coalesce(watched, false) FROM x WHERE "lastSeenAt" IS NOT NULL`,
    values: [present],
  });
}

/** The newest entry under a key of a step, or of a run itself; those of superseded attempts count for themselves only. */
export type NewestEntry = {
  runId: string;
  scopeId: string;
  key: string;
  id: string;
  type: MetadataType;
  text: string;
  stepName: string | null;
  superseded: boolean;
};

/** Adds the entries and request ids of the lines, and gives the newest of those that were not retracted. */
export async function insertEntriesOfLines(session: Session, present: readonly string[]): Promise<NewestEntry[]> {
  const { rows } = await session.query<NewestEntry>({
    text: `/* import_entries */
WITH e AS MATERIALIZED (
  SELECT x.run, coalesce(x.step, x.run) AS scope, x.id, x.key, x.type, CASE WHEN x."retractedAt" IS NULL THEN l.line -> 'value' END AS value,
    x.iteration, x."loggedAt", x."recordedAt", x."retractedAt", x.reason
  FROM import_line l CROSS JOIN LATERAL json_to_record(l.line) AS x(run uuid, step uuid, id bigint, key text, type "MetadataType",
    iteration bigint, "loggedAt" timestamptz, "recordedAt" timestamptz, "retractedAt" timestamptz, reason text)
  WHERE ${isOf('entry')} AND x.run <> ALL($1::uuid[])
), history AS (
  INSERT INTO metadata_entry (run_id, id, scope_id, key, type, value, iteration, logged_at, recorded_at, retracted_at, retract_reason)
  SELECT run, id, scope, key, type, value, iteration, "loggedAt", "recordedAt", "retractedAt", reason FROM e
), newest AS (
  SELECT DISTINCT ON (run, scope, key COLLATE "C") * FROM e WHERE "retractedAt" IS NULL ORDER BY run, scope, key COLLATE "C", id DESC
)
SELECT n.run AS "runId", n.scope AS "scopeId", n.key, n.id::text, n.type::text, n.value::text AS text, s.name AS "stepName",
  coalesce(s.superseded, false) AS superseded
FROM newest n LEFT JOIN step s ON s.run_id = n.run AND s.id = n.scope`,
    values: [present],
  });
  await session.query({
    text: `/* import_requests */ INSERT INTO log_request (run_id, request_id, scope_id, content_hash, entry_ids, created_at)
SELECT x.run, x.id, coalesce(x.step, x.run), decode(x."contentHash", 'hex'), x.entries, x."createdAt"
FROM import_line l CROSS JOIN LATERAL json_to_record(l.line) AS x(run uuid, id uuid, step uuid, "contentHash" text,
  entries bigint[], "createdAt" timestamptz)
WHERE ${isOf('request')} AND x.run <> ALL($1::uuid[])`,
    values: [present],
  });
  return rows;
}

/** A latest row as it is to be: of which entry, in which scope, and how it sorts. */
export type LatestOfImport = { runId: string; scopeId: string; id: string; filterScope: string | null } & SortKey;

export async function insertLatest(session: Session, rows: readonly LatestOfImport[]): Promise<void> {
  const column = (name: keyof LatestOfImport) => rows.map((row) => row[name]);
  await session.query({
    text: `/* import_latest */
INSERT INTO latest_entry (run_id, scope_id, key, entry_id, filter_scope, type, sort_class, sort_number, sort_text, logged_at)
SELECT q.run_id, q.scope_id, e.key, e.id, q.filter_scope, e.type, q.sort_class, q.sort_number,
  CASE WHEN q.sort_class = 2 THEN ${jsonHash(Prisma.raw('e.value')).text} ELSE q.sort_text END, e.logged_at
FROM unnest($1::uuid[], $2::uuid[], $3::bigint[], $4::text[], $5::smallint[], $6::numeric[], $7::text[])
  AS q(run_id, scope_id, entry_id, filter_scope, sort_class, sort_number, sort_text)
-- One by one, by index, which OFFSET sees to: the table has just been filled, and the planner knows nothing of it yet.
CROSS JOIN LATERAL (SELECT * FROM metadata_entry m WHERE m.run_id = q.run_id AND m.id = q.entry_id OFFSET 0) e`,
    values: (['runId', 'scopeId', 'id', 'filterScope', 'sortClass', 'sortNumber', 'sortText'] as const).map(column),
  });
}

/** Notes that these runs are new, for counters and followers. */
export async function recordImported(session: Session, runIds: readonly string[]): Promise<void> {
  await session.query({
    text: `/* record_imported */ INSERT INTO change (run_id, id, kind, pipeline, run_name)
SELECT id, nextval('metadata_entry_id_seq'), 'RUN', pipeline, name FROM pipeline_run WHERE id = ANY($1::uuid[]) ORDER BY started_at, id`,
    values: [runIds],
  });
}
