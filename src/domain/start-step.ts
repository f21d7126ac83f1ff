import { newUuid } from '@runledger/client/internal/uuid';
import { conflict, notFound } from '../errors.ts';
import { notifyChanges } from '../storage/changes/notify.ts';
import { type RecordedChange, recordChanges } from '../storage/changes/record.ts';
import { copyLatest } from '../storage/entries/copy-latest.ts';
import type { Transaction, Writer } from '../storage/postgres/database.ts';
import { inTransaction } from '../storage/postgres/transaction.ts';
import type { RunRow, StepRow } from '../storage/rows.ts';
import { claimStepId, findNextAttempt, insertStep, supersedeAttempts } from '../storage/runs/attempts.ts';
import { lockRun, lockSteps } from '../storage/runs/locks.ts';
import { findRunById } from '../storage/runs/runs.ts';
import { findStepById } from '../storage/runs/steps.ts';
import { requireRun } from './find-run.ts';
import { parseName } from './names.ts';
import { quote } from './value/quote.ts';
import { checkWritable } from './writable.ts';

export type StartStep = {
  id?: string | null | undefined;
  run: string;
  name: string;
  cachedFrom?: string | null | undefined;
  startedAt?: Date | null | undefined;
};

/**
 * Starts a step, or the next attempt at the one of this name; earlier attempts are superseded, and those that had not
 * completed become RETRIED. With `cachedFrom` it is CACHED from the start and takes over that step's latest entries.
 * With an id that exists it gives the step that has it, so that a retry starts nothing twice.
 * @throws BAD_USER_INPUT for a name that cannot be one; NOT_FOUND for the run or the cached step; AMBIGUOUS;
 *   CONFLICT when the id stands for another step.
 */
export async function startStep(db: Writer, input: StartStep): Promise<StepRow> {
  const name = parseName('step', input.name);
  const run = await requireRun(db, input.run);
  checkWritable(db, { runId: run.id });
  const cachedFrom = input.cachedFrom == null ? null : await requireCached(db, input.cachedFrom);
  const step = await inTransaction(db, async (transaction) => {
    const existing = input.id == null ? null : await claimStepId(transaction, input.id);
    if (existing && existing.runId !== run.id && !(await findRunById(db, existing.runId)))
      throw conflict(`The id ${existing.id} is taken. Use another for this step.`);
    if (existing) return checkSame(existing, run, name, cachedFrom);
    return addStep(transaction, run, name, cachedFrom, input);
  });
  notifyChanges(db);
  return step;
}

async function addStep(
  transaction: Transaction,
  run: RunRow,
  name: string,
  cachedFrom: StepRow | null,
  input: StartStep,
): Promise<StepRow> {
  if (!(await lockRun(transaction, run.id)))
    throw notFound(`The run ${quote(run.name)} is not there any more: it was deleted.`);
  const { attempts, ordinal } = await findNextAttempt(transaction, run.id, name);
  const startedAt = input.startedAt ?? new Date();
  const step: StepRow = {
    runId: run.id,
    id: input.id ?? newUuid(),
    name,
    attempt: attempts + 1,
    status: cachedFrom ? 'CACHED' : 'RUNNING',
    startedAt,
    endedAt: cachedFrom ? startedAt : null,
    cachedFromId: cachedFrom?.id ?? null,
    superseded: false,
    ordinal,
  };
  let superseded: string[] = [];
  if (attempts > 0) {
    await lockSteps(transaction, run.id);
    superseded = await supersedeAttempts(transaction, run.id, name);
  }
  await insertStep(transaction, step);
  const changed = [...superseded, step.id].map((stepId): RecordedChange => ({ kind: 'STEP', stepId }));
  await recordChanges(transaction, run, changed);
  if (cachedFrom) await copyLatest(transaction, cachedFrom, step);
  return step;
}

async function requireCached(db: Writer, id: string): Promise<StepRow> {
  const step = await findStepById(db, id);
  if (!step) throw notFound(`cachedFrom: there is no step with the id ${id}.`);
  return step;
}

function checkSame(existing: StepRow, run: RunRow, name: string, cachedFrom: StepRow | null): StepRow {
  const sameOrigin = cachedFrom === null || existing.cachedFromId === cachedFrom.id;
  if (existing.runId === run.id && existing.name === name && sameOrigin) return existing;
  throw conflict(
    `The step ${existing.id} is already started as ${quote(existing.name)} of run ${existing.runId}. Use another id for another step.`,
  );
}
