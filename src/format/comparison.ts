import { stringifyJson } from '@runledger/client/json';
import { formatNumber } from './time.ts';

type Entry = {
  readonly type: string;
  readonly number: number | bigint | null;
  readonly display: string;
  readonly value: unknown;
};

/** What is compared under one key: an entry of each run and, where these are dicts, their leaves. */
export type ComparedKey = {
  readonly key: string;
  readonly differs: boolean;
  readonly cells: readonly (Entry | null)[];
  readonly leaves:
    | readonly {
        readonly path: readonly string[];
        readonly differs: boolean;
        readonly present: readonly boolean[];
        readonly values: readonly unknown[];
      }[]
    | null;
};

/** What stands in a cell. Nothing comes in four kinds, each with a mark of its own. */
export type CompareCell =
  | { readonly kind: 'missing' }
  | { readonly kind: 'null' }
  | { readonly kind: 'nan' }
  | { readonly kind: 'value'; readonly text: string; readonly exact: string; readonly number: number | null };

/** A line of the comparison: a key, or a leaf of the dicts that stand under it. */
export type CompareLine = {
  readonly id: string;
  readonly key: string;
  readonly path: readonly string[];
  readonly differs: boolean;
  /** A dict whose leaves follow. */
  readonly isHead: boolean;
  readonly cells: readonly CompareCell[];
};

function leafCell(value: unknown, isPresent: boolean): CompareCell {
  if (!isPresent) return { kind: 'missing' };
  if (value === null) return { kind: 'null' };
  if (value === 'NaN') return { kind: 'nan' };
  const exact = stringifyJson(value);
  const number = typeof value === 'number' || typeof value === 'bigint' ? Number(value) : null;
  return { kind: 'value', text: typeof value === 'string' ? value : exact, exact, number };
}

function entryCell(entry: Entry | null): CompareCell {
  if (entry === null) return { kind: 'missing' };
  if (entry.type === 'NULL') return { kind: 'null' };
  if (entry.type === 'FLOAT' && entry.value === 'NaN') return { kind: 'nan' };
  const number = entry.number === null ? null : Number(entry.number);
  return { kind: 'value', text: entry.display, exact: stringifyJson(entry.value), number };
}

/** All lines, dicts taken apart. */
export function linesOf(rows: readonly ComparedKey[]): CompareLine[] {
  return rows.flatMap(({ key, differs, cells, leaves }) => {
    const head = { id: key, key, path: [], differs, isHead: leaves !== null, cells: cells.map(entryCell) };
    const lines = (leaves ?? []).map((leaf) => ({
      id: JSON.stringify([key, ...leaf.path]),
      key,
      path: leaf.path,
      differs: leaf.differs,
      isHead: false,
      cells: leaf.values.map((value, at) => leafCell(value, leaf.present[at]!)),
    }));
    return [head, ...lines];
  });
}

/** How a number stands to that of the base: the same, so many times, or so much more. Null where there is nothing to say. */
export function deltaOf(cell: CompareCell, base: CompareCell | undefined): string | null {
  if (cell.kind !== 'value' || base?.kind !== 'value') return null;
  if (cell.exact === base.exact) return '=';
  if (cell.number === null || base.number === null) return null;
  const ratio = cell.number / base.number;
  if (base.number !== 0 && (ratio >= 2 || (ratio > 0 && ratio <= 0.5))) {
    const times = ratio >= 1 ? ratio : 1 / ratio;
    return `${ratio >= 1 ? '×' : '÷'}${formatNumber(Number(times.toPrecision(3)))}`;
  }
  const difference = cell.number - base.number;
  return `${difference > 0 ? '+' : '−'}${formatNumber(Math.abs(Number(difference.toPrecision(4))))}`;
}

/** How a cell reads in a file. */
export function cellText(cell: CompareCell): string {
  return cell.kind === 'value'
    ? cell.exact.replace(/^"(.*)"$/s, () => cell.text)
    : { missing: '', null: 'null', nan: 'NaN' }[cell.kind];
}
