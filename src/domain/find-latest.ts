import { findLatest, findLatestOfRuns } from '../storage/entries/latest.ts';
import type { Reader } from '../storage/postgres/database.ts';
import { type EntryRow, type RunRow, type StepRow, wholeRun } from '../storage/rows.ts';
import { findStepWithLatest } from '../storage/runs/step-with-latest.ts';
import { findStepById } from '../storage/runs/steps.ts';
import { findStep } from './find-step.ts';
import { normalizeLookupKey } from './metadata-key.ts';
import { splitQualified } from './qualified-key.ts';

/** The latest entry that a step logged under a key, or null. */
export function findStepMetadata(
  db: Reader,
  step: Pick<StepRow, 'runId' | 'id' | 'latest'>,
  key: string,
): EntryRow | null | Promise<EntryRow | null> {
  const readAlong = step.latest?.get(key);
  if (readAlong !== undefined) return readAlong;
  const wanted = normalizeLookupKey(key);
  return wanted === null ? null : findLatest(db, { runId: step.runId, scopeId: step.id, key: wanted });
}

/** The step with this id, or null, together with what `findStepMetadata` will be asked about it: one statement instead of two, which fails whole. */
export function findStepWithMetadata(db: Reader, id: string, keys: string[]): Promise<StepRow | null> {
  const plain = keys.filter((key) => normalizeLookupKey(key) === key);
  return plain.length === 0 ? findStepById(db, id) : findStepWithLatest(db, { id, keys: plain });
}

/**
 * The latest entry under a key in a run, whether the run or the newest attempt of one of its steps logged it.
 * `name::key` is first the run's own key of just that name, then `key` of the step `name`.
 */
export function findRunMetadata(
  db: Reader,
  run: Pick<RunRow, 'id' | 'latest'>,
  key: string,
): EntryRow | null | Promise<EntryRow | null> {
  const readAlong = run.latest?.get(key);
  if (readAlong !== undefined) return readAlong;
  const wanted = normalizeLookupKey(key);
  const qualified = splitQualified(key);
  if (qualified) return findOwnOrQualified(db, run.id, wanted, qualified);
  return wanted === null ? null : findLatest(db, { runId: run.id, scopeId: wholeRun, key: wanted });
}

async function findOwnOrQualified(
  db: Reader,
  runId: string,
  wanted: string | null,
  qualified: { step: string; key: string },
): Promise<EntryRow | null> {
  const [own, ofStep] = await Promise.all([
    wanted === null ? null : findLatest(db, { runId, scopeId: runId, key: wanted }),
    findQualified(db, runId, qualified.step, qualified.key),
  ]);
  return own ?? ofStep;
}

/**
 * The runs together with what `findRunMetadata` will be asked about them, looked up at once. Where that fails, without:
 * then each that is asked for fails, or does not, by itself.
 */
export async function prefetchLatest<Run extends RunRow>(db: Reader, runs: Run[], keys: string[]): Promise<Run[]> {
  const plain = keys.filter((key) => splitQualified(key) === null && normalizeLookupKey(key) === key);
  if (runs.length === 0 || plain.length === 0) return runs;
  try {
    const ids = runs.map(({ id }) => id);
    const found = await findLatestOfRuns(db, ids, plain);
    // Spreading a row of Prisma's takes ten times as long.
    return runs.map((run) => Object.assign({ latest: found.get(run.id) }, run));
  } catch {
    return runs;
  }
}

async function findQualified(db: Reader, runId: string, name: string, key: string): Promise<EntryRow | null> {
  const step = await findStep(db, runId, name);
  return step && findStepMetadata(db, step, key);
}
