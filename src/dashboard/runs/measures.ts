import { type Column, keyOf, titleOf } from '../../filter/columns.ts';
import type { KeyRef } from '../../filter/tree.ts';
import { latestOf, leafAt } from '../../format/cells.ts';
import type { Plotted, Target } from '../filter/brush.ts';
import type { Row } from './cells.ts';

const texts = ['STRING', 'URI', 'PATH', 'DTYPE'];

/** A value as an axis has it: numbers, texts that are shown whole, yes and no. */
function plottedOf(row: Row, ref: KeyRef): Plotted {
  if (ref.path) {
    const leaf = leafAt(latestOf(row.deep, keyOf(ref))?.value, ref.path);
    if (typeof leaf === 'bigint') return Number(leaf);
    return typeof leaf === 'number' || typeof leaf === 'string' || typeof leaf === 'boolean' ? leaf : undefined;
  }
  const entry = latestOf(row.metadata, keyOf(ref));
  if (!entry) return undefined;
  if (entry.number !== null) return Number(entry.number);
  if (entry.type === 'BOOLEAN') return entry.display === 'true';
  return texts.includes(entry.type) && !entry.display.endsWith('…') ? entry.display : undefined;
}

/** What a column is as an axis; null for those by which nothing can be filtered so. */
function targetOf({ builtIn, ref }: Column): Target | null {
  if (ref) return { ref };
  return builtIn === 'state' || builtIn === 'pipeline' ? { fact: builtIn } : null;
}

export function targetsOf(columns: readonly Column[]): Target[] {
  return columns.flatMap((column) => targetOf(column) ?? []);
}

/** The columns of the table as measures of its runs. */
export function measuresOf(columns: readonly Column[], rows: readonly Row[]) {
  return columns.flatMap((column) => {
    const target = targetOf(column);
    if (!target) return [];
    const read = (row: Row): Plotted => {
      if (column.ref) return plottedOf(row, column.ref);
      return column.builtIn === 'state' ? row.status : row.pipeline;
    };
    return [{ text: column.text, title: titleOf(column), target, values: rows.map(read) }];
  });
}
