import { Prisma } from '../../generated/prisma/client.ts';
import { nextCursor } from '../changes/record.ts';
import { arrayLiteral } from '../postgres/array-literal.ts';
import { runColumns } from '../postgres/columns.ts';
import type { Reader, Writer } from '../postgres/database.ts';
import { batchPerSight } from '../postgres/database-batch.ts';
import { inTransaction } from '../postgres/transaction.ts';
import type { RunRow } from '../rows.ts';
import { isInSight } from '../sight.ts';
import { noteEnding, type RowEnding } from './ending.ts';
import { named, runInSight } from './sight-sql.ts';

const byId = batchPerSight('runs_by_id', selectById, { identify: (id) => id });

/** The run with this id, or null. */
export function findRunById(db: Reader, id: string): Promise<RunRow | null> {
  return byId(db, id);
}

async function selectById(db: Reader, ids: string[]): Promise<(RunRow | null)[]> {
  const rows = await db.select<RunRow>(Prisma.sql`${named(db, 'find_runs_by_id')}
SELECT ${runColumns} FROM pipeline_run r WHERE r.id = ANY(${arrayLiteral(ids)}::uuid[]) AND ${runInSight(db)}`);
  const found = new Map(rows.map((row) => [row.id, row]));
  return ids.map((id) => found.get(id) ?? null);
}

/**
 * Adds the run unless its id or its name is `taken`, or its id is that of a `deleted` run whose entries are still being
 * removed: they would pass for those of the new run, and the new ones would be removed with them.
 */
export function insertRun(db: Writer, run: RunRow): Promise<'inserted' | 'taken' | 'deleted'> {
  const gone = new Error('deleted');
  return inTransaction(db, async (transaction) => {
    const added = await transaction.$executeRaw`/* insert_run, prepared */
WITH added AS (
  INSERT INTO pipeline_run (id, name, pipeline, status, started_at)
  VALUES (${run.id}::uuid, ${run.name}, ${run.pipeline}, 'RUNNING', ${run.startedAt}::timestamptz)
  ON CONFLICT DO NOTHING RETURNING id, name, pipeline
)
INSERT INTO change (run_id, id, kind, pipeline, run_name)
SELECT id, ${nextCursor}, 'RUN', pipeline, name FROM added`;
    if (added === 0) return 'taken' as const;
    // Looked at behind the insert, which waits for whoever is deleting the run of this id.
    if (await transaction.deletedRun.findUnique({ where: { runId: run.id } })) throw gone;
    return 'inserted' as const;
  }).catch((error) => {
    if (error === gone) return 'deleted' as const;
    throw error;
  });
}

/** The run with this name, or null where there is none in sight. */
export async function findRunByName(db: Reader, name: string): Promise<RunRow | null> {
  const run = await db.prisma.pipelineRun.findUnique({ where: { name } });
  return run && isInSight(db.sight, run) ? run : null;
}

/**
 * Ends the run if it is still running, or was taken for dead, not before it started; gives the row as it is then, or null
 * when there is no such run.
 */
export async function finishRunningRun(
  db: Writer,
  id: string,
  { status, endedAt, failure }: RowEnding,
): Promise<RunRow | null> {
  const rows = await db.prisma.$queryRaw<RunRow[]>`/* finish_run, prepared */
WITH ended AS (
  UPDATE pipeline_run r SET status = ${status}::text::"ExecutionStatus", ended_at = greatest(${endedAt}::timestamptz, r.started_at)
  WHERE r.id = ${id}::uuid AND r.status IN ('RUNNING', 'CRASHED') RETURNING r.*, r.id AS run_id
), ${noteEnding(failure)}, recorded AS (
  INSERT INTO change (run_id, id, kind, pipeline, run_name) SELECT id, ${nextCursor}, 'RUN', pipeline, name FROM ended
)
SELECT ${runColumns} FROM ended r`;
  return rows[0] ?? db.prisma.pipelineRun.findUnique({ where: { id } });
}
