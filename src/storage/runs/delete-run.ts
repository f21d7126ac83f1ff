import type { Transaction, Writer } from '../postgres/database.ts';

/** Rows removed by one statement: short enough that nobody waits for it. */
const sweepRows = 5_000;

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
 * Removes what deleted runs have left, a few thousand rows at a time, until nothing is left. Two servers may do it at once.
 * Safe to break off anywhere: what is noted is done the next time.
 */
export async function sweepDeletedRuns(db: Writer, signal?: AbortSignal): Promise<void> {
  for (;;) {
    const pending = await db.prisma.deletedRun.findMany({ take: 10, orderBy: { deletedAt: 'asc' } });
    if (pending.length === 0) return;
    for (const { runId } of pending) {
      for (const table of [sweepLatest, sweepEntries, sweepRequests, sweepHeartbeats, sweepFailures]) {
        do if (signal?.aborted) return;
        while ((await table(db, runId)) > 0);
      }
      await db.prisma.deletedRun.deleteMany({ where: { runId } });
    }
  }
}

function sweepLatest(db: Writer, runId: string) {
  return db.prisma.$executeRaw`/* sweep_latest, prepared */
DELETE FROM latest_entry WHERE run_id = ${runId}::uuid AND ctid = ANY(ARRAY(SELECT ctid FROM latest_entry WHERE run_id = ${runId}::uuid LIMIT ${sweepRows}::int))`;
}

function sweepEntries(db: Writer, runId: string) {
  return db.prisma.$executeRaw`/* sweep_entries, prepared */
DELETE FROM metadata_entry WHERE run_id = ${runId}::uuid AND ctid = ANY(ARRAY(SELECT ctid FROM metadata_entry WHERE run_id = ${runId}::uuid LIMIT ${sweepRows}::int))`;
}

function sweepRequests(db: Writer, runId: string) {
  return db.prisma.$executeRaw`/* sweep_requests, prepared */
DELETE FROM log_request WHERE run_id = ${runId}::uuid AND ctid = ANY(ARRAY(SELECT ctid FROM log_request WHERE run_id = ${runId}::uuid LIMIT ${sweepRows}::int))`;
}

function sweepHeartbeats(db: Writer, runId: string) {
  return db.prisma.$executeRaw`/* sweep_heartbeats, prepared */
DELETE FROM heartbeat WHERE run_id = ${runId}::uuid AND ctid = ANY(ARRAY(SELECT ctid FROM heartbeat WHERE run_id = ${runId}::uuid LIMIT ${sweepRows}::int))`;
}

function sweepFailures(db: Writer, runId: string) {
  return db.prisma.$executeRaw`/* sweep_failures, prepared */
DELETE FROM failure WHERE run_id = ${runId}::uuid AND ctid = ANY(ARRAY(SELECT ctid FROM failure WHERE run_id = ${runId}::uuid LIMIT ${sweepRows}::int))`;
}
