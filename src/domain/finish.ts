import { badInput, conflict, notFound } from '../errors.ts';
import type { Writer } from '../storage/postgres/database.ts';
import type { ExecutionStatus, RunRow, StepRow } from '../storage/rows.ts';
import { finishRunningRun } from '../storage/runs/runs.ts';
import { findStepById, finishRunningStep } from '../storage/runs/steps.ts';
import { requireRun } from './find-run.ts';
import { quote } from './value/quote.ts';

/** How something ended, and when: now, or its start where that lies ahead, when left out. */
export type Ending = { status: ExecutionStatus; endedAt?: Date | null | undefined };

/**
 * Ends a run. The same status again changes nothing.
 * @throws BAD_USER_INPUT for a status that does not end anything, or an end before the start; NOT_FOUND, AMBIGUOUS;
 *   CONFLICT when it ended otherwise.
 */
export async function finishRun(db: Writer, ref: string, ending: Ending): Promise<RunRow> {
  checkFinal(ending.status);
  const found = await requireRun(db, ref);
  const what = `The run ${quote(found.name)}`;
  checkEnd(what, found.startedAt, ending.endedAt);
  const run = await finishRunningRun(db, found.id, ending.status, ending.endedAt ?? new Date());
  if (!run) throw notFound(`The run ${found.id} is not there any more: it was deleted.`);
  return checkAgrees(run, what, ending.status);
}

/**
 * Ends a step. The same status again changes nothing; an attempt that was superseded while it ran stays RETRIED.
 * @throws BAD_USER_INPUT for a status that does not end anything, or an end before the start; NOT_FOUND; CONFLICT when it
 *   ended otherwise.
 */
export async function finishStep(db: Writer, id: string, ending: Ending): Promise<StepRow> {
  checkFinal(ending.status);
  const found = ending.endedAt == null ? null : await findStepById(db, id);
  if (found) checkEnd(nameOf(found), found.startedAt, ending.endedAt);
  const step = await finishRunningStep(db, id, ending.status, ending.endedAt ?? new Date());
  if (!step) throw notFound(`There is no step with the id ${id}. Start it with startStep.`);
  return step.status === 'RETRIED' ? step : checkAgrees(step, nameOf(step), ending.status);
}

function nameOf({ name, attempt }: StepRow): string {
  return `The step ${quote(name)} (attempt ${attempt})`;
}

function checkFinal(status: ExecutionStatus): void {
  if (status === 'COMPLETED' || status === 'FAILED' || status === 'CANCELLED') return;
  throw badInput(`status is ${status}, which does not end anything. Give COMPLETED, FAILED or CANCELLED.`);
}

function checkEnd(what: string, startedAt: Date, endedAt: Date | null | undefined): void {
  if (endedAt == null || endedAt >= startedAt) return;
  throw badInput(
    `endedAt: ${what} cannot have ended at ${endedAt.toISOString()}, as it started at ${startedAt.toISOString()}. Give a later time, or leave it out.`,
  );
}

function checkAgrees<T extends { status: ExecutionStatus }>(row: T, what: string, status: ExecutionStatus): T {
  if (row.status === status) return row;
  throw conflict(`${what} is already ${row.status}; it cannot become ${status}.`);
}
