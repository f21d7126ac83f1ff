import type { HistoryScope } from '../storage/entries/history.ts';
import { findLatest, findLatestOfRuns, type LatestListRow, listLatest } from '../storage/entries/latest.ts';
import type { Database } from '../storage/postgres/database.ts';
import { type EntryRow, type RunRow, wholeRun } from '../storage/rows.ts';
import { findStep } from './find-step.ts';
import { normalizeLookupKey } from './metadata-key.ts';

/** Separates the name of a step from a key; no step's name contains it. */
const separator = '::';

/** The two halves of `step::key`, split at the first `::`; null when there is none. */
export function splitQualified(key: string): { step: string; key: string } | null {
  const at = key.indexOf(separator);
  return at < 0 ? null : { step: key.slice(0, at), key: key.slice(at + separator.length) };
}

/** The latest entry that a step logged under a key, or null. */
export async function findStepMetadata(
  db: Database,
  step: { runId: string; id: string },
  key: string,
): Promise<EntryRow | null> {
  const wanted = normalizeLookupKey(key);
  return wanted === null ? null : findLatest(db, { runId: step.runId, scopeId: step.id, key: wanted });
}

/**
 * The latest entry under a key in a run, whether the run or the newest attempt of one of its steps logged it.
 * `name::key` is first the run's own key of just that name, then `key` of the step `name`.
 */
export function findRunMetadata(
  db: Database,
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
  db: Database,
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
export async function prefetchLatest<Run extends RunRow>(db: Database, runs: Run[], keys: string[]): Promise<Run[]> {
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

async function findQualified(db: Database, runId: string, name: string, key: string): Promise<EntryRow | null> {
  const step = await findStep(db, runId, name);
  return step && findStepMetadata(db, step, key);
}

/**
 * Whose entries a history is of, or null when the key can have none. In a run a key means the run and every attempt of
 * its steps; `name::key` means the newest attempt of that step, unless the run itself has a key of just that name.
 */
export async function resolveHistoryScope(
  db: Database,
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

/** `step::key` for an entry of a step, the key alone for one of a run. */
export function qualifyKey(stepName: string | null, key: string): string {
  return stepName === null ? key : `${stepName}${separator}${key}`;
}

export type MetadataSelection = {
  /** Plain or qualified; an empty list selects nothing. */
  keys?: readonly string[] | null | undefined;
  /** Of the key; one that contains `::` is of the qualified key. */
  prefix?: string | null | undefined;
};

/** The latest entries of a run's own keys, of its steps' keys, or of both, by key. */
export async function listRunMetadata(
  db: Database,
  runId: string,
  scope: 'ALL' | 'RUN' | 'STEPS',
  selection: MetadataSelection,
): Promise<EntryRow[]> {
  if (selection.keys?.length === 0) return [];
  const rows = await listLatest(db, { runId, stepId: null });
  return select(
    rows.filter((row) => scope === 'ALL' || (scope === 'RUN') === (row.stepName === null)),
    selection,
  );
}

/** The latest entry of every key that a step logged, by key. */
export async function listStepMetadata(
  db: Database,
  step: { runId: string; id: string; name: string },
  selection: MetadataSelection,
): Promise<EntryRow[]> {
  if (selection.keys?.length === 0) return [];
  const rows = await listLatest(db, { runId: step.runId, stepId: step.id });
  return select(
    rows.map((row) => ({ ...row, stepName: step.name })),
    selection,
  );
}

/** Whether an entry is under one of the keys, plain or qualified; under any where there are no keys. */
export function matchKeys(keys: readonly string[] | null | undefined): (entry: LatestListRow) => boolean {
  if (keys == null) return () => true;
  const wanted = new Set(keys.map((key) => normalizeLookupKey(key) ?? key));
  return ({ key, stepName }) => wanted.has(key) || wanted.has(qualifyKey(stepName, key));
}

function select(rows: LatestListRow[], { keys, prefix }: MetadataSelection): EntryRow[] {
  const isWanted = matchKeys(keys);
  const start = prefix == null ? null : prefix.normalize('NFC');
  const byQualified = start?.includes(separator) ?? false;
  return rows.filter((row) => {
    if (!isWanted(row)) return false;
    if (start === null || row.key.startsWith(start)) return true;
    return byQualified && qualifyKey(row.stepName, row.key).startsWith(start);
  });
}
