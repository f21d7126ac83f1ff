import type { CompareCell, CompareLine } from '../../format/comparison.ts';
import type { Plotted, Target } from '../filter/brush.ts';
import { axisOf, type Measure } from '../plots/axes.ts';

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
    .filter(isTellingApart);
  return { measures: all.slice(0, maxAxes), left: Math.max(0, all.length - maxAxes) };
}

/** Whether a measure makes an axis on which runs have different places. */
function isTellingApart(measure: Measure): boolean {
  return new Set(measure.values.filter((value) => value !== undefined)).size > 1 && axisOf(measure) !== null;
}
