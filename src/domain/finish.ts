import { badInput, conflict, notFound } from '../errors.ts';
import type { Writer } from '../storage/postgres/database.ts';
import type { ExecutionStatus, RunRow, StepRow } from '../storage/rows.ts';
import { finishRunningRun } from '../storage/runs/runs.ts';
import { finishRunningStep } from '../storage/runs/steps.ts';
import { requireRun } from './find-run.ts';
import { quote } from './value/quote.ts';

/**
 * Ends a run. The same status again changes nothing.
 * @throws BAD_USER_INPUT for a status that does not end anything; NOT_FOUND, AMBIGUOUS; CONFLICT when it ended otherwise.
 */
export async function finishRun(db: Writer, ref: string, status: ExecutionStatus): Promise<RunRow> {
  checkFinal(status);
  const { id } = await requireRun(db, ref);
  const run = await finishRunningRun(db, id, status, new Date());
  if (!run) throw notFound(`The run ${id} is not there any more: it was deleted.`);
  return checkAgrees(run, `The run ${quote(run.name)}`, status);
}

/**
 * Ends a step. The same status again changes nothing.
 * @throws BAD_USER_INPUT for a status that does not end anything; NOT_FOUND; CONFLICT when it ended otherwise.
 */
export async function finishStep(db: Writer, id: string, status: ExecutionStatus): Promise<StepRow> {
  checkFinal(status);
  const step = await finishRunningStep(db, id, status, new Date());
  if (!step) throw notFound(`There is no step with the id ${id}. Start it with startStep.`);
  return checkAgrees(step, `The step ${quote(step.name)} (attempt ${step.attempt})`, status);
}

function checkFinal(status: ExecutionStatus): void {
  if (status === 'COMPLETED' || status === 'FAILED' || status === 'CANCELLED') return;
  throw badInput(`status is ${status}; what is finished is COMPLETED, FAILED or CANCELLED.`);
}

function checkAgrees<T extends { status: ExecutionStatus }>(row: T, what: string, status: ExecutionStatus): T {
  if (row.status === status) return row;
  throw conflict(`${what} is already ${row.status}; it cannot become ${status}.`);
}
