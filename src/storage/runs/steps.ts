import { Prisma } from '../../generated/prisma/client.ts';
import { nextCursor } from '../changes/record.ts';
import { arrayLiteral } from '../postgres/array-literal.ts';
import { stepColumns } from '../postgres/columns.ts';
import type { Reader, Writer } from '../postgres/database.ts';
import { batchPerDatabase, batchPerSight } from '../postgres/database-batch.ts';
import type { StepRow } from '../rows.ts';
import { noteEnding, type RowEnding } from './ending.ts';
import { named, runIdInSight } from './sight-sql.ts';

const byId = batchPerSight('steps_by_id', selectById, { identify: (id) => id });

/** The step with this id, or null. All that ask at one moment share one statement. */
export function findStepById(db: Reader, id: string): Promise<StepRow | null> {
  return byId(db, id);
}

async function selectById(db: Reader, ids: string[]): Promise<(StepRow | null)[]> {
  const rows = await db.select<StepRow>(Prisma.sql`${named(db, 'find_steps_by_id')}
SELECT ${stepColumns} FROM step s WHERE s.id = ANY(${arrayLiteral(ids)}::uuid[]) AND ${runIdInSight(db, 's.run_id')}`);
  const found = new Map(rows.map((row) => [row.id, row]));
  return ids.map((id) => found.get(id) ?? null);
}

/** A step of a run by name; the newest attempt where `attempt` is null. */
export type StepQuestion = { runId: string; name: string; attempt: number | null };

const byName = batchPerDatabase('steps_by_name', selectByName, {
  identify: ({ runId, name, attempt }) => `${runId} ${attempt} ${name}`,
});

/** The attempt asked for of the step of this name, or null. All that ask at one moment share one statement. */
export function findStepByName(db: Reader, question: StepQuestion): Promise<StepRow | null> {
  return byName(db, question);
}

async function selectByName(db: Reader, questions: StepQuestion[]): Promise<(StepRow | null)[]> {
  const runIds = arrayLiteral(questions.map((question) => question.runId));
  const names = arrayLiteral(questions.map((question) => question.name));
  const attempts = arrayLiteral(questions.map((question) => question.attempt));
  const rows = await db.select<StepRow & { n: number }>(Prisma.sql`/* find_steps_by_name, prepared */
SELECT q.n::int, ${stepColumns}
FROM unnest(${runIds}::uuid[], ${names}::text[], ${attempts}::int[]) WITH ORDINALITY AS q(run_id, name, attempt, n)
JOIN step s ON s.run_id = q.run_id AND s.name = q.name AND CASE WHEN q.attempt IS NULL THEN NOT s.superseded ELSE s.attempt = q.attempt END`);
  const found: (StepRow | null)[] = questions.map(() => null);
  for (const row of rows) found[row.n - 1] = row;
  return found;
}

/**
 * Ends the step if it is still running, or was taken for dead, not before it started; one that was superseded while it ran keeps its status, and
 * its end is noted. Gives the row as it is then, or null when there is no such step.
 */
export async function finishRunningStep(
  db: Writer,
  id: string,
  { status, endedAt, failure }: RowEnding,
): Promise<StepRow | null> {
  const rows = await db.prisma.$queryRaw<StepRow[]>`/* finish_step, prepared */
WITH ended AS (
  UPDATE step s SET ended_at = greatest(${endedAt}::timestamptz, s.started_at),
    status = CASE WHEN s.status = 'RETRIED' THEN s.status ELSE ${status}::text::"ExecutionStatus" END
  WHERE s.id = ${id}::uuid AND (s.status IN ('RUNNING', 'CRASHED') OR (s.status = 'RETRIED' AND s.ended_at IS NULL))
  RETURNING s.*
), ${noteEnding(failure)}, recorded AS (
  INSERT INTO change (run_id, id, kind, step_id, pipeline, run_name)
  SELECT s.run_id, ${nextCursor}, 'STEP', s.id, r.pipeline, r.name FROM ended s JOIN pipeline_run r ON r.id = s.run_id
)
SELECT ${stepColumns} FROM ended s`;
  return rows[0] ?? db.prisma.step.findFirst({ where: { id } });
}
