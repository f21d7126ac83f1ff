import type { HistoryScope } from '../storage/entries/history.ts';
import { findLatest } from '../storage/entries/latest.ts';
import type { Reader } from '../storage/postgres/database.ts';
import { findStep } from './find-step.ts';
import { normalizeLookupKey } from './metadata-key.ts';
import { splitQualified } from './qualified-key.ts';

/**
 * Whose entries a history is of, or null when the key can have none. In a run a key means the run and every attempt of
 * its steps; `name::key` means the newest attempt of that step, unless the run itself has a key of just that name.
 */
export async function resolveHistoryScope(
  db: Reader,
  owner: { runId: string; stepId: string | null },
  key: string,
): Promise<HistoryScope | null> {
  const wanted = normalizeLookupKey(key);
  const literal = wanted === null ? null : { ...owner, key: wanted };
  const qualified = splitQualified(key);
  if (owner.stepId !== null || !qualified) return literal;
  if (wanted !== null && (await findLatest(db, { runId: owner.runId, scopeId: owner.runId, key: wanted })))
    return literal;
  const step = await findStep(db, owner.runId, qualified.step);
  const ofStep = normalizeLookupKey(qualified.key);
  return step && ofStep !== null ? { runId: owner.runId, stepId: step.id, key: ofStep } : literal;
}
