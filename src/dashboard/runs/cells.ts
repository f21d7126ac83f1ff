import { stringifyJson } from '@runledger/client/json';
import { type Column, keyOf } from '../../filter/columns.ts';
import type { KeyRef } from '../../filter/tree.ts';
import { latestOf, leafAt } from '../../format/cells.ts';
import type { CellFragment, RunRowsQuery } from '../generated/operations.ts';

export type Row = RunRowsQuery['pipelineRuns']['nodes'][number];

/** What a cell shows; null where the run has nothing there. */
export type CellView = { readonly display: string; readonly isNumber: boolean; readonly entry?: CellFragment };

export function cellOf(row: Row, ref: KeyRef): CellView | null {
  if (!ref.path) {
    const entry = latestOf(row.metadata, keyOf(ref));
    if (!entry) return null;
    return { display: entry.display, isNumber: entry.number !== null, entry };
  }
  const leaf = leafAt(latestOf(row.deep, keyOf(ref))?.value, ref.path);
  if (leaf === undefined) return null;
  const isNumber = typeof leaf === 'number' || typeof leaf === 'bigint';
  return { display: typeof leaf === 'string' ? leaf : stringifyJson(leaf), isNumber };
}

/** How many digits of numbers stand behind the point at most, so that the points of a column can stand in line; -1 without numbers. */
export function fractionDigits(cells: readonly (CellView | null)[]): number {
  let most = -1;
  for (const cell of cells) {
    if (cell?.isNumber) most = Math.max(most, /^-?\d+\.(\d+)$/.exec(cell.display)?.[1]?.length ?? 0);
  }
  return Math.min(most, 6);
}

/** Blanks of the width of digits, that bring the point of a number into line. */
export function padding(display: string, digits: number): string {
  const own = /^-?\d+(?:\.(\d+))?$/.exec(display);
  if (!own || digits === 0) return '';
  const missing = digits - (own[1]?.length ?? 0);
  return missing <= 0 ? '' : (own[1] === undefined ? '\u2008' : '') + '\u2007'.repeat(missing);
}

/** Whether the loaded rows differ in a column; those of time and length always do. */
export function differs(rows: readonly Row[], { builtIn, ref }: Column): boolean {
  if (builtIn && builtIn !== 'state' && builtIn !== 'pipeline') return true;
  const textOf = (row: Row) => {
    if (ref) return cellOf(row, ref)?.display;
    return builtIn === 'state' ? row.status : row.pipeline;
  };
  const first = rows[0] && textOf(rows[0]);
  return rows.some((row) => textOf(row) !== first);
}
