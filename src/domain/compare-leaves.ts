import type { JsonObject, JsonValue } from '@runledger/client/json';
import { equalityKey, isRawJson, parseJson } from '@runledger/client/json';
import type { ComparisonRow } from './compare-runs.ts';

/** One leaf of objects side by side: `present` is false where the object of a run has no such path. */
export type ComparisonLeaf = { path: string[]; cells: { present: boolean; value: JsonValue }[]; differs: boolean };

/** Leaves of one row at most; an object with more is compared as a whole only. */
const maxLeaves = 1_000;

/** The leaves of a row whose cells are all objects, by path; null where they are not, or there are too many. */
export function compareLeaves(row: ComparisonRow): ComparisonLeaf[] | null {
  const present = row.cells.filter((cell) => cell !== null);
  if (present.length === 0 || present.some((cell) => cell.type !== 'DICT')) return null;
  const leaves = new Map<string, ComparisonLeaf>();
  row.cells.forEach((cell, column) => {
    if (!cell) return;
    for (const { path, value } of leavesOf(parseJson(cell.text!, { keepFloats: true }) as JsonObject, [])) {
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

export function differ(keys: (string | null)[]) {
  return keys.some((key) => key !== keys[0]);
}

export function compareBytes(a: string, b: string) {
  return Buffer.compare(Buffer.from(a), Buffer.from(b));
}
