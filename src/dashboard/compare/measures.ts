import type { CompareCell, CompareLine } from '../../format/comparison.ts';
import type { Plotted, Target } from '../filter/brush.ts';

/** More axes than that leave no room between them. */
const maxAxes = 10;

function plottedOf(cell: CompareCell): Plotted {
  if (cell.kind !== 'value') return undefined;
  if (cell.number !== null) return cell.number;
  if (cell.exact === 'true' || cell.exact === 'false') return cell.exact === 'true';
  return cell.exact.startsWith('"') && !cell.text.endsWith('…') ? cell.text : undefined;
}

/** The lines in which runs differ as measures, and how many more there would be. */
export function measuresOf(lines: readonly CompareLine[]) {
  const all = lines
    .filter(({ differs, isHead }) => differs && !isHead)
    .map((line) => ({
      text: line.id,
      title: [line.key, ...line.path].join(' › '),
      target: { ref: { key: line.key, ...(line.path.length > 0 ? { path: line.path } : {}) } } satisfies Target,
      values: line.cells.map(plottedOf),
    }))
    .filter(({ values }) => isAxis(values));
  return { measures: all.slice(0, maxAxes), left: Math.max(0, all.length - maxAxes) };
}

/** Whether there are numbers, or few enough texts, to be told apart on an axis. */
function isAxis(values: readonly Plotted[]): boolean {
  const known = values.filter((value) => value !== undefined);
  const different = new Set(known);
  return different.size > 1 && (known.every((value) => typeof value === 'number') || different.size <= 24);
}
