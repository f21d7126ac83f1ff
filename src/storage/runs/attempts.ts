import { recomputeRunLatest } from '../entries/recompute-latest.ts';
import { stepColumns } from '../postgres/columns.ts';
import type { Transaction } from '../postgres/database.ts';
import type { StepRow } from '../rows.ts';

/** The step with this id as the transaction sees it. Holds off others that are about to start a step with the same id. */
export async function claimStepId(transaction: Transaction, id: string): Promise<StepRow | null> {
  await transaction.$queryRaw`/* claim_step_id, prepared */ SELECT pg_advisory_xact_lock(hashtextextended(${`step ${id}`}, 0))::text`;
  const rows = await transaction.$queryRaw<
    StepRow[]
  >`/* find_step, prepared */ SELECT ${stepColumns} FROM step s WHERE s.id = ${id}::uuid`;
  return rows[0] ?? null;
}

/** What a new attempt follows: the newest attempt of its name so far (0 for none) and the position after the last step of the run. */
export async function findNextAttempt(
  transaction: Transaction,
  runId: string,
  name: string,
): Promise<{ attempts: number; ordinal: number }> {
  const rows = await transaction.$queryRaw<{ attempts: number; ordinal: number }[]>`/* find_next_attempt, prepared */
SELECT coalesce(max(attempt) FILTER (WHERE name = ${name}), 0)::int AS attempts, (coalesce(max(ordinal), 0) + 1)::int AS ordinal
FROM step WHERE run_id = ${runId}::uuid`;
  return rows[0]!;
}

/** Adds the step. The run must be locked. */
export async function insertStep(transaction: Transaction, step: StepRow): Promise<void> {
  await transaction.step.create({ data: step, select: { id: true } });
}

/**
 * Marks all attempts of a name as superseded, those that had not completed as RETRIED, and takes what they logged out of
 * the latest values of the run. Gives the ids of the attempts. The run and its steps must be locked.
 */
export async function supersedeAttempts(transaction: Transaction, runId: string, name: string): Promise<string[]> {
  const steps = await transaction.$queryRaw<{ id: string }[]>`/* supersede_steps, prepared */
UPDATE step SET superseded = true, status = CASE WHEN status = 'COMPLETED' THEN status ELSE 'RETRIED' END
WHERE run_id = ${runId}::uuid AND name = ${name} AND NOT superseded RETURNING id`;
  const keys = await transaction.$queryRaw<{ key: string }[]>`/* supersede_latest, prepared */
UPDATE latest_entry SET filter_scope = NULL
WHERE run_id = ${runId}::uuid AND filter_scope = ${name} RETURNING key`;
  if (keys.length > 0) {
    await recomputeRunLatest(
      transaction,
      runId,
      keys.map((row) => row.key),
    );
  }
  return steps.map((step) => step.id);
}
