import { listLatest } from '../storage/entries/latest.ts';
import type { Reader } from '../storage/postgres/database.ts';
import type { EntryRow, LatestListRow } from '../storage/rows.ts';
import { normalizeLookupKey } from './metadata-key.ts';
import { qualifyKey, separator } from './qualified-key.ts';

export type MetadataSelection = {
  /** Plain or qualified; an empty list selects nothing. */
  keys?: readonly string[] | null | undefined;
  /** Of the key; one that contains `::` is of the qualified key. */
  prefix?: string | null | undefined;
};

/** The latest entries of a run's own keys, of its steps' keys, or of both, by key. */
export async function listRunMetadata(
  db: Reader,
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
  db: Reader,
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
