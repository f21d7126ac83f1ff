import { notFound } from '../errors.ts';
import type { Reader } from '../storage/postgres/database.ts';
import type { RunRow, StepRow } from '../storage/rows.ts';
import { findStepByName } from '../storage/runs/steps.ts';
import { mayBeInName, normalizeName } from './names.ts';
import { quote } from './value/quote.ts';

/** A step of a run by its name, in its newest attempt unless another is asked for; null when there is none. Attempts count from 1. */
export async function findStep(
  db: Reader,
  runId: string,
  name: string,
  attempt?: number | null,
): Promise<StepRow | null> {
  const normalized = normalizeName(name);
  if (!mayBeInName(normalized)) return null;
  return findStepByName(db, { runId, name: normalized, attempt: attempt ?? null });
}

/** As `findStep`, for callers that cannot go on without. @throws NOT_FOUND naming the step and the run. */
export async function requireStep(db: Reader, run: RunRow, name: string, attempt?: number | null): Promise<StepRow> {
  const step = await findStep(db, run.id, name, attempt);
  if (step) return step;
  const which = attempt == null ? `step ${quote(name)}` : `attempt ${attempt} of a step ${quote(name)}`;
  throw notFound(`The run ${quote(run.name)} (${run.id}) has no ${which}. Start it with startStep.`);
}
