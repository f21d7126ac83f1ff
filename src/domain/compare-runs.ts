import { badInput } from '../errors.ts';
import { parseJson } from '../json/parse.ts';
import { isRawJson } from '../json/raw.ts';
import type { JsonObject, JsonValue } from '../json/value.ts';
import { type LatestListRow, listLatest } from '../storage/entries/latest.ts';
import type { Database } from '../storage/postgres/database.ts';
import type { EntryRow, RunRow } from '../storage/rows.ts';
import { requireRun } from './find-run.ts';
import { normalizeLookupKey } from './metadata-key.ts';
import { qualifyKey } from './read-metadata.ts';
import { equalityKey } from './value/json-equality.ts';

/** One key of the runs side by side; null where a run has no such key. */
export type ComparisonRow = { key: string; cells: (EntryRow | null)[]; differs: boolean };

/** One leaf of objects side by side: `present` is false where the object of a run has no such path. */
export type ComparisonLeaf = { path: string[]; cells: { present: boolean; value: JsonValue }[]; differs: boolean };

export type Comparison = { runs: RunRow[]; rows: ComparisonRow[] };

const maxCompared = 100;
/** Leaves of one row at most; an object with more is compared as a whole only. */
const maxLeaves = 1_000;

/**
 * The latest entries of up to 100 runs side by side, in the order of `refs`. With `keys`, plain or qualified, their rows
 * in that order; without, every key: those that differ first, then by key in byte order.
 * @throws BAD_USER_INPUT for more than 100 runs; NOT_FOUND, AMBIGUOUS for a ref.
 */
export async function compareRuns(db: Database, refs: string[], keys: string[] | null): Promise<Comparison> {
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

/** The leaves of a row whose cells are all objects, by path; null where they are not, or there are too many. */
export function compareLeaves(row: ComparisonRow): ComparisonLeaf[] | null {
  const present = row.cells.filter((cell) => cell !== null);
  if (present.length === 0 || present.some((cell) => cell.type !== 'DICT')) return null;
  const leaves = new Map<string, ComparisonLeaf>();
  row.cells.forEach((cell, column) => {
    if (!cell) return;
    for (const { path, value } of leavesOf(parseJson(cell.text!) as JsonObject, [])) {
      if (leaves.size > maxLeaves) return;
      const id = JSON.stringify(path);
      let leaf = leaves.get(id);
      if (!leaf) {
        leaf = { path, cells: row.cells.map(() => ({ present: false, value: null })), differs: false };
        leaves.set(id, leaf);
      }
      leaf.cells[column] = { present: true, value };
    }
  });
  if (leaves.size > maxLeaves) return null;
  for (const leaf of leaves.values()) {
    leaf.differs = differ(leaf.cells.map((cell) => (cell.present ? equalityKey(cell.value) : null)));
  }
  return [...leaves.values()].sort(
    (a, b) => Number(b.differs) - Number(a.differs) || compareBytes(a.path.join(' '), b.path.join(' ')),
  );
}

function* leavesOf(object: JsonObject, path: string[]): Generator<{ path: string[]; value: JsonValue }> {
  for (const [key, value] of Object.entries(object)) {
    const isObject =
      typeof value === 'object' && value !== null && !Array.isArray(value) && Object.keys(value).length > 0;
    if (isObject && !isRawJson(value)) yield* leavesOf(value as JsonObject, [...path, key]);
    else yield { path: [...path, key], value };
  }
}

function differ(keys: (string | null)[]) {
  return keys.some((key) => key !== keys[0]);
}

function compareBytes(a: string, b: string) {
  return Buffer.compare(Buffer.from(a), Buffer.from(b));
}
