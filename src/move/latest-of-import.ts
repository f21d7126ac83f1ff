import { sortKeyOf } from '../domain/value/sort-key.ts';
import type { LatestOfImport, NewestEntry } from '../storage/move/import.ts';
import { wholeRun } from '../storage/rows.ts';

/**
 * The latest rows that follow from the newest entries of each step and run: those of the scopes themselves, and those of the
 * runs as wholes, for which superseded attempts do not count. `stray` is an entry of a step that does not exist.
 */
export function latestOf(newest: readonly NewestEntry[]): { rows: LatestOfImport[]; stray: NewestEntry | null } {
  const rows: LatestOfImport[] = [];
  const ofRuns = new Map<string, LatestOfImport>();
  for (const entry of newest) {
    const { runId, scopeId, key, id, type, text, stepName, superseded } = entry;
    const isOwn = scopeId === runId;
    if (!isOwn && stepName === null) return { rows: [], stray: entry };
    const row = { runId, scopeId, id, ...sortKeyOf(type, text), filterScope: superseded ? null : stepName };
    rows.push(row);
    if (superseded) continue;
    const place = `${runId} ${key}`;
    const known = ofRuns.get(place);
    if (!known || BigInt(known.id) < BigInt(id)) ofRuns.set(place, { ...row, scopeId: wholeRun, filterScope: '' });
  }
  return { rows: [...rows, ...ofRuns.values()], stray: null };
}
