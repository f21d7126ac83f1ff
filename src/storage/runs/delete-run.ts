import { Prisma } from '../../generated/prisma/client.ts';
import type { Transaction, Writer } from '../postgres/database.ts';
import { inPieces } from '../postgres/pieces.ts';

/** Deleted runs that are swept together. */
const runsAtOnce = 20;

/**
 * Takes the run and its steps out of the ledger, and notes that its entries are to be removed. From then on nothing
 * finds them, and writers find no target. The run and its steps must be locked.
 */
export async function removeRun(transaction: Transaction, runId: string): Promise<void> {
  await transaction.deletedRun.create({ data: { runId } });
  await transaction.step.deleteMany({ where: { runId } });
  await transaction.pipelineRun.delete({ where: { id: runId } });
}

/**
 * Removes what deleted runs have left, in small pieces, until nothing is left. Two servers may do it at once. Safe to break
 * off anywhere: what is noted is done the next time.
 */
export async function sweepDeletedRuns(db: Writer, signal?: AbortSignal): Promise<void> {
  for (;;) {
    const pending = await db.select<{ runId: string }>(Prisma.sql`/* deleted_runs, prepared */
SELECT run_id AS "runId" FROM deleted_run ORDER BY deleted_at LIMIT ${runsAtOnce}::int`);
    if (pending.length === 0) return;
    const runIds = pending.map(({ runId }) => runId);
    for (const sweep of [sweepLatest, sweepRequests, sweepHeartbeats, sweepFailures])
      await inPieces((rows) => sweep(db, runIds, rows), signal);
    for (const runId of runIds) await sweepEntries(db, runId, signal);
    if (signal?.aborted) return;
    await db.prisma.deletedRun.deleteMany({ where: { runId: { in: runIds } } });
  }
}

function sweepLatest(db: Writer, runIds: string[], rows: number) {
  return db.prisma.$executeRaw`/* sweep_latest, prepared */
DELETE FROM latest_entry WHERE run_id = ANY(${runIds}::uuid[]) AND ctid = ANY(ARRAY(SELECT ctid FROM latest_entry WHERE run_id = ANY(${runIds}::uuid[]) LIMIT ${rows}::int))`;
}

/**
 * In the order of the index, and each piece from where the last one ended: to begin at the first entry again and again would
 * pass over all that were removed before, as long as somebody's snapshot (of a backup, say) keeps them.
 */
async function sweepEntries(db: Writer, runId: string, signal?: AbortSignal): Promise<void> {
  let last = 0n;
  await inPieces(async (rows) => {
    const [removed] = await db.prisma.$queryRaw<{ count: number; last: bigint | null }[]>`/* sweep_entries, prepared */
WITH piece AS MATERIALIZED (
  SELECT ctid, id FROM metadata_entry WHERE run_id = ${runId}::uuid AND id > ${last} ORDER BY id LIMIT ${rows}::int
), removed AS (
  DELETE FROM metadata_entry WHERE run_id = ${runId}::uuid AND ctid = ANY(ARRAY(SELECT ctid FROM piece))
)
SELECT count(*)::int AS count, max(id) AS last FROM piece`;
    last = removed?.last ?? last;
    return removed?.count ?? 0;
  }, signal);
}

function sweepRequests(db: Writer, runIds: string[], rows: number) {
  return db.prisma.$executeRaw`/* sweep_requests, prepared */
DELETE FROM log_request WHERE run_id = ANY(${runIds}::uuid[]) AND ctid = ANY(ARRAY(SELECT ctid FROM log_request WHERE run_id = ANY(${runIds}::uuid[]) LIMIT ${rows}::int))`;
}

function sweepHeartbeats(db: Writer, runIds: string[], rows: number) {
  return db.prisma.$executeRaw`/* sweep_heartbeats, prepared */
DELETE FROM heartbeat WHERE run_id = ANY(${runIds}::uuid[]) AND ctid = ANY(ARRAY(SELECT ctid FROM heartbeat WHERE run_id = ANY(${runIds}::uuid[]) LIMIT ${rows}::int))`;
}

function sweepFailures(db: Writer, runIds: string[], rows: number) {
  return db.prisma.$executeRaw`/* sweep_failures, prepared */
DELETE FROM failure WHERE run_id = ANY(${runIds}::uuid[]) AND ctid = ANY(ARRAY(SELECT ctid FROM failure WHERE run_id = ANY(${runIds}::uuid[]) LIMIT ${rows}::int))`;
}
