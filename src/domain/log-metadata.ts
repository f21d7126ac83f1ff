import { conflict, notFound } from '../errors.ts';
import {
  appendEntries,
  appendTogether,
  type LedgerEntry,
  type LedgerResult,
  type LedgerWrite,
} from '../storage/entries/append.ts';
import { findEntries } from '../storage/entries/find.ts';
import type { Writer } from '../storage/postgres/database.ts';
import type { EntryRow } from '../storage/rows.ts';
import { findStepById } from '../storage/runs/steps.ts';
import { requireRun } from './find-run.ts';
import { requireStep } from './find-step.ts';
import { nameInput } from './name-input.ts';
import { normalizeName } from './names.ts';
import { checkCount, hashContent, type LogMetadata, type LogTarget, parseEntries } from './parse-entries.ts';
import { reviveTargets } from './revive.ts';
import type { Limits } from './value/limits.ts';
import { checkWritable } from './writable.ts';

/** What was logged, and where. `replayed` when an earlier call with this request id had logged it. */
export type Logged = { entries: EntryRow[]; runId: string; stepId: string | null; replayed: boolean };

/**
 * Logs entries to a step (and so to its run), or to a run: all are committed when it resolves, or none is.
 * @throws BAD_USER_INPUT for a key, value or number of entries that is refused; NOT_FOUND, AMBIGUOUS for the target;
 *   CONFLICT when the request id was used in this run for something else.
 */
export async function logMetadata(db: Writer, limits: Limits, input: LogMetadata): Promise<Logged> {
  const entries = parseEntries(limits, input);
  checkCount(limits, entries.length);
  const prepared = await prepare(db, input, entries);
  const result = await appendEntries(db, prepared.write);
  reviveTargets(db, [result]);
  return toLogged(db, prepared, await checkResult(db, prepared, result));
}

/**
 * Many calls in one commit: all are written, or none. Answers in their order.
 * @throws as `logMetadata`; the message begins with the input that is at fault.
 */
export async function logMetadataBatch(db: Writer, limits: Limits, inputs: LogMetadata[]): Promise<Logged[]> {
  if (inputs.length === 0) return [];
  const parsed = await Promise.all(inputs.map((input, index) => nameInput(index, () => parseEntries(limits, input))));
  checkCount(
    limits,
    parsed.reduce((total, entries) => total + entries.length, 0),
  );
  const prepared = await Promise.all(
    inputs.map((input, index) => nameInput(index, () => prepare(db, input, parsed[index]!))),
  );
  const results = await appendTogether(
    db,
    prepared.map(({ write }) => write),
    (found) =>
      Promise.all(found.map((result, index) => nameInput(index, () => checkResult(db, prepared[index]!, result)))),
  );
  reviveTargets(db, results);
  return Promise.all(results.map((result, index) => toLogged(db, prepared[index]!, result)));
}

type Prepared = { write: LedgerWrite; target: LogTarget };

type Accepted = Exclude<LedgerResult, { outcome: 'missing' } | { outcome: 'locked' }>;

async function prepare(db: Writer, input: LogMetadata, entries: LedgerEntry[]): Promise<Prepared> {
  const request = input.requestId == null ? null : { id: input.requestId, contentHash: hashContent(entries, input) };
  return { target: input.target, write: { target: await resolveTarget(db, input.target), entries, request } };
}

async function resolveTarget(db: Writer, target: LogTarget): Promise<LedgerWrite['target']> {
  if ('stepId' in target) {
    // Who sees all needs no look: the statement that writes finds it, or not.
    if (db.sight.of !== 'all' && !(await findStepById(db, target.stepId))) throw missing({ stepId: target.stepId });
    return checkWritable(db, { stepId: target.stepId });
  }
  if ('run' in target) return checkWritable(db, { runId: (await requireRun(db, target.run)).id });
  const run = await requireRun(db, target.step.run);
  return checkWritable(db, { stepId: (await requireStep(db, run, target.step.name, target.step.attempt)).id });
}

function missing(target: LedgerWrite['target']) {
  const isStep = 'stepId' in target;
  const what = isStep ? `step with the id ${target.stepId}` : `run ${target.runId} any more`;
  return notFound(`There is no ${what}. Start it with ${isStep ? 'startStep' : 'startRun'}, then log to it.`);
}

async function checkResult(db: Writer, { write, target }: Prepared, result: LedgerResult): Promise<Accepted> {
  if (result.outcome === 'written') return result;
  if (result.outcome === 'missing' || result.outcome === 'locked') {
    throw missing(write.target);
  }
  const same = result.contentHash === write.request!.contentHash && (await isSameTarget(db, target, write, result));
  if (same) return result;
  throw conflict(
    `The requestId ${write.request!.id} was already used in this run, for other entries or another target. Make a new one for each call, and keep it only for retries.`,
  );
}

/** A step meant by name alone is the same target even when a newer attempt has begun since. */
async function isSameTarget(db: Writer, target: LogTarget, write: LedgerWrite, was: Accepted): Promise<boolean> {
  const scopeId = 'stepId' in write.target ? write.target.stepId : write.target.runId;
  if (scopeId === was.scopeId) return true;
  if (!('step' in target) || target.step.attempt != null) return false;
  const step = await findStepById(db, was.scopeId);
  return step !== null && step.name === normalizeName(target.step.name);
}

async function toLogged(db: Writer, { write }: Prepared, result: Accepted): Promise<Logged> {
  const { runId, scopeId, ids } = result;
  const where = { runId, stepId: scopeId === runId ? null : scopeId };
  if (result.outcome === 'repeated') {
    db.counts.replays += 1;
    return { ...where, entries: await findEntries(db, runId, ids), replayed: true };
  }
  db.counts.entries += ids.length;
  const entries = write.entries.map(
    ({ key, type, text, iteration, loggedAt }, index): EntryRow => ({
      runId,
      scopeId,
      id: ids[index]!,
      key,
      type,
      text,
      iteration,
      loggedAt,
    }),
  );
  return { ...where, entries, replayed: false };
}
