import { equalityKey, parseJson } from '@runledger/client/json';
import { badInput } from '../errors.ts';
import { listLatest } from '../storage/entries/latest.ts';
import type { Reader } from '../storage/postgres/database.ts';
import type { EntryRow, LatestListRow, RunRow } from '../storage/rows.ts';
import { compareBytes, differ } from './compare-leaves.ts';
import { requireRun } from './find-run.ts';
import { normalizeLookupKey } from './metadata-key.ts';
import { qualifyKey } from './qualified-key.ts';

/** One key of the runs side by side; null where a run has no such key. */
export type ComparisonRow = { key: string; cells: (EntryRow | null)[]; differs: boolean };

export type Comparison = { runs: RunRow[]; rows: ComparisonRow[] };

const maxCompared = 100;

/**
 * The latest entries of up to 100 runs side by side, in the order of `refs`. With `keys`, plain or qualified, their rows
 * in that order; without, every key: those that differ first, then by key in byte order.
 * @throws BAD_USER_INPUT for more than 100 runs; NOT_FOUND, AMBIGUOUS for a ref.
 */
export async function compareRuns(db: Reader, refs: string[], keys: string[] | null): Promise<Comparison> {
  if (refs.length > maxCompared) throw badInput(`refs has ${refs.length} runs; at most ${maxCompared} are compared.`);
  const runs = await Promise.all(refs.map((ref) => requireRun(db, ref)));
  const lists = await Promise.all(runs.map((run) => listLatest(db, { runId: run.id, stepId: null })));
  const rows = tabulate(lists);
  if (keys === null) {
    const ordered = [...rows.values()].sort(
      (a, b) => Number(b.differs) - Number(a.differs) || compareBytes(a.key, b.key),
    );
    return { runs, rows: ordered };
  }
  return { runs, rows: pick(rows, keys) };
}

type KeyedRow = ComparisonRow & { plainKeys: Set<string> };

function tabulate(lists: LatestListRow[][]): Map<string, KeyedRow> {
  const rows = new Map<string, KeyedRow>();
  lists.forEach((list, column) => {
    // A run's own key may read like a qualified one; then it stands before that of the step, as for runMetadata.
    const ownFirst = [
      ...list.filter((entry) => entry.stepName === null),
      ...list.filter((entry) => entry.stepName !== null),
    ];
    for (const entry of ownFirst) {
      const key = qualifyKey(entry.stepName, entry.key);
      let row = rows.get(key);
      if (!row) {
        row = { key, plainKeys: new Set(), cells: lists.map(() => null), differs: false };
        rows.set(key, row);
      }
      if (row.cells[column]) continue;
      row.cells[column] = entry;
      row.plainKeys.add(entry.key);
    }
  });
  for (const row of rows.values())
    row.differs = differ(row.cells.map((cell) => cell && equalityKey(parseJson(cell.text!))));
  return rows;
}

function pick(rows: Map<string, KeyedRow>, keys: string[]): ComparisonRow[] {
  const picked = new Set<ComparisonRow>();
  for (const key of keys) {
    const wanted = normalizeLookupKey(key) ?? key;
    const exact = rows.get(wanted);
    if (exact) picked.add(exact);
    const ofSteps = [...rows.values()].filter((row) => row.plainKeys.has(wanted));
    for (const row of ofSteps.sort((a, b) => compareBytes(a.key, b.key))) picked.add(row);
  }
  return [...picked];
}
