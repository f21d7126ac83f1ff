import { badInput, conflict, notFound } from '../errors.ts';
import { notifyChanges } from '../storage/changes/notify.ts';
import type { Writer } from '../storage/postgres/database.ts';
import type { ExecutionStatus, RunRow, StepRow } from '../storage/rows.ts';
import type { RowEnding } from '../storage/runs/ending.ts';
import type { FailureRow } from '../storage/runs/failures.ts';
import { finishRunningRun } from '../storage/runs/runs.ts';
import { findStepById, finishRunningStep } from '../storage/runs/steps.ts';
import { type FailureInput, parseFailure } from './failure.ts';
import { requireRun } from './find-run.ts';
import { quote } from './value/quote.ts';
import { checkWritable } from './writable.ts';

/** How something ended, and when: now, or its start where that lies ahead, when left out; and why, of what FAILED. */
export type Ending = {
  status: ExecutionStatus;
  endedAt?: Date | null | undefined;
  failure?: FailureInput | null | undefined;
};

/**
 * Ends a run. The same status again changes nothing.
 * @throws BAD_USER_INPUT for a status that does not end anything, an end before the start, or the failure of what did not
 *   fail; NOT_FOUND, AMBIGUOUS;
 *   CONFLICT when it ended otherwise.
 */
export async function finishRun(db: Writer, ref: string, ending: Ending): Promise<RunRow> {
  const failure = checkFinal(ending);
  const found = await requireRun(db, ref);
  const what = `The run ${quote(found.name)}`;
  checkEnd(what, found.startedAt, ending.endedAt);
  const run = await finishRunningRun(db, found.id, rowEnding(ending, failure));
  notifyChanges(db);
  if (!run) throw notFound(`The run ${found.id} is not there any more: it was deleted.`);
  return checkAgrees(run, what, ending.status);
}

/**
 * Ends a step. The same status again changes nothing; an attempt that was superseded while it ran stays RETRIED.
 * @throws BAD_USER_INPUT for a status that does not end anything, or an end before the start; NOT_FOUND; CONFLICT when it
 *   ended otherwise.
 */
export async function finishStep(db: Writer, id: string, ending: Ending): Promise<StepRow> {
  const failure = checkFinal(ending);
  const found = ending.endedAt == null && db.sight.of === 'all' ? null : await findStepById(db, id);
  if (!found && db.sight.of !== 'all') throw noStep(id);
  checkWritable(db, { stepId: id });
  if (found) checkEnd(nameOf(found), found.startedAt, ending.endedAt);
  const step = await finishRunningStep(db, id, rowEnding(ending, failure));
  notifyChanges(db);
  if (!step) throw noStep(id);
  return step.status === 'RETRIED' ? step : checkAgrees(step, nameOf(step), ending.status);
}

function noStep(id: string) {
  return notFound(`There is no step with the id ${id}. Start it with startStep.`);
}

function nameOf({ name, attempt }: StepRow): string {
  return `The step ${quote(name)} (attempt ${attempt})`;
}

function rowEnding({ status, endedAt }: Ending, failure: FailureRow | null): RowEnding {
  return { status, endedAt: endedAt ?? new Date(), failure };
}

function checkFinal({ status, failure }: Ending): FailureRow | null {
  if (status !== 'COMPLETED' && status !== 'FAILED' && status !== 'CANCELLED')
    throw badInput(`status is ${status}, which does not end anything. Give COMPLETED, FAILED or CANCELLED.`);
  if (failure == null) return null;
  if (status === 'FAILED') return parseFailure(failure);
  throw badInput(`failure says why something FAILED, but status is ${status}. Give FAILED, or leave failure out.`);
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
