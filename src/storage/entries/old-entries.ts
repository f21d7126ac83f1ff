import type { Queryable, Reader } from '../postgres/database.ts';

/** How many entries of a run are history from before, and how many request ids. */
export type OldEntries = { runId: string; entries: number; requests: number };

/**
 * Of these runs, those that have history from before (entries that are not the latest of their step, their run or the run as
 * a whole, whether they were retracted or not) or request ids from before.
 */
export async function countOldEntries(db: Reader, runIds: string[], before: Date): Promise<OldEntries[]> {
  return db.prisma.$queryRaw<OldEntries[]>`/* count_old_entries */
SELECT q.id AS "runId", e.count::int AS entries, x.count::int AS requests
FROM unnest(${runIds}::uuid[]) AS q(id)
CROSS JOIN LATERAL (
  SELECT count(*) FROM metadata_entry m WHERE m.run_id = q.id AND m.recorded_at < ${before}::timestamptz
    AND NOT EXISTS (SELECT FROM latest_entry l WHERE l.run_id = q.id AND l.scope_id = m.scope_id AND l.key = m.key AND l.entry_id = m.id)
) e
CROSS JOIN LATERAL (SELECT count(*) FROM log_request WHERE run_id = q.id AND created_at < ${before}::timestamptz) x
WHERE e.count > 0 OR x.count > 0`;
}

/** What a piece of pruning has done: how many entries it looked at, how many it removed, and where it has come. */
export type PrunedPiece = { looked: number; removed: number; last: bigint };

/**
 * Removes history from before, of the next `rows` entries of a run behind `after`. The run must be locked against whoever
 * changes which entries count; who appends makes an entry history, never the other way round.
 */
export async function removeOldEntries(
  transaction: Queryable,
  runId: string,
  before: Date,
  after: bigint,
  rows: number,
): Promise<PrunedPiece> {
  const found = await transaction.$queryRaw<
    (PrunedPiece & { last: bigint | null })[]
  >`/* remove_old_entries, prepared */
WITH piece AS MATERIALIZED (
  SELECT id, scope_id, key, recorded_at FROM metadata_entry WHERE run_id = ${runId}::uuid AND id > ${after} ORDER BY id LIMIT ${rows}::int
), removed AS (
  DELETE FROM metadata_entry m USING piece p
  WHERE m.run_id = ${runId}::uuid AND m.id = p.id AND p.recorded_at < ${before}::timestamptz
    AND NOT EXISTS (SELECT FROM latest_entry l WHERE l.run_id = ${runId}::uuid AND l.scope_id = p.scope_id AND l.key = p.key AND l.entry_id = p.id)
  RETURNING m.id
)
SELECT (SELECT count(*)::int FROM piece) AS looked, (SELECT count(*)::int FROM removed) AS removed, (SELECT max(id) FROM piece) AS last`;
  const { looked, removed, last } = found[0]!;
  return { looked, removed, last: last ?? after };
}

/** Removes request ids of a run from before, `rows` at most; gives how many. */
export async function removeOldRequests(db: Queryable, runId: string, before: Date, rows: number): Promise<number> {
  return db.$executeRaw`/* remove_old_requests, prepared */
DELETE FROM log_request WHERE run_id = ${runId}::uuid AND ctid = ANY(ARRAY(
  SELECT ctid FROM log_request WHERE run_id = ${runId}::uuid AND created_at < ${before}::timestamptz LIMIT ${rows}::int))`;
}
