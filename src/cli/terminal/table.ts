import { alignPoints, shortened } from './numbers.ts';
import { padEnd, truncate, widthOf } from './text.ts';

export interface TableColumn {
  readonly title: string;
  /** Numbers are never cut in silence, and stand with their points in line. */
  readonly isNumeric?: boolean;
  /** How narrow a text may be made. Default: 8. */
  readonly leastWidth?: number;
  /** It is shown whatever the room. */
  readonly isNeeded?: boolean;
}

export interface Cell {
  readonly text: string;
  /** Applied to the cell as it is shown. */
  readonly paint?: ((text: string) => string) | undefined;
}

export interface Table {
  readonly lines: readonly string[];
  /** Titles of columns for which there was no room. */
  readonly hidden: readonly string[];
}

const gap = 2;
const usualLeast = 8;

interface Laid {
  readonly column: TableColumn;
  cells: readonly string[];
  width: number;
}

function lay(column: TableColumn, texts: readonly string[]): Laid {
  const cells = column.isNumeric ? alignPoints(texts) : texts;
  return { column, cells, width: Math.max(widthOf(column.title), ...cells.map(widthOf)) };
}

function totalOf(columns: readonly Laid[]): number {
  return columns.reduce((sum, { width }) => sum + width, gap * (columns.length - 1));
}

/** Makes columns narrower until they fit: first long fractions, then the widest texts. */
function narrow(columns: Laid[], width: number): void {
  if (totalOf(columns) > width)
    for (const laid of columns)
      if (laid.column.isNumeric)
        Object.assign(
          laid,
          lay(
            laid.column,
            laid.cells.map((cell) => shortened(cell.trim())),
          ),
        );
  for (let over = totalOf(columns) - width; over > 0; over = totalOf(columns) - width) {
    const least = ({ column }: Laid) => Math.max(column.leastWidth ?? usualLeast, widthOf(column.title));
    const yielding = columns.filter((laid) => !laid.column.isNumeric && laid.width > least(laid));
    const widest = yielding.reduce<Laid | undefined>((a, b) => (a && a.width >= b.width ? a : b), undefined);
    if (!widest) return;
    const next = Math.max(0, ...yielding.filter((laid) => laid !== widest).map((laid) => laid.width));
    widest.width = Math.max(least(widest), Math.min(widest.width - 1, Math.max(next - 1, widest.width - over)));
  }
}

/** The columns that fit, from the left; those that are needed in any case. */
function chosenOf(all: readonly Laid[], width: number): Laid[] {
  const copies = () => all.map((laid) => ({ ...laid }));
  let chosen = copies();
  for (;;) {
    narrow(chosen, width);
    const last = chosen.findLastIndex(({ column }) => !column.isNeeded);
    if (totalOf(chosen) <= width || last === -1) return chosen;
    const kept = new Set(chosen.filter((_, at) => at !== last).map(({ column }) => column));
    chosen = copies().filter(({ column }) => kept.has(column));
  }
}

/** Lines of a table no wider than `width`, undefined where that is as it comes; no blanks at their ends. */
export function table(
  columns: readonly TableColumn[],
  rows: readonly (readonly Cell[])[],
  { width, paintTitle = (text) => text }: { width?: number | undefined; paintTitle?: (text: string) => string } = {},
): Table {
  const laid = columns.map((column, at) =>
    lay(
      column,
      rows.map((row) => row[at]?.text ?? ''),
    ),
  );
  const chosen = width === undefined ? laid : chosenOf(laid, width);
  const cellOf = (laid: Laid, text: string, paint: (text: string) => string = (plain) => plain) => {
    const shown = truncate(text, laid.width);
    const padded = laid.column.isNumeric ? shown : padEnd(shown, laid.width);
    const lead = ' '.repeat(Math.max(0, laid.width - widthOf(padded)));
    return { plain: lead + padded, painted: lead + paint(padded.trimEnd()) + padded.slice(padded.trimEnd().length) };
  };
  const lineOf = (cells: { plain: string; painted: string }[]) => {
    const last = cells.findLastIndex(({ plain }) => plain.trim() !== '');
    return cells
      .slice(0, last + 1)
      .map(({ painted }, at) => (at === last ? painted.trimEnd() : painted))
      .join(' '.repeat(gap));
  };
  return {
    lines: [
      lineOf(chosen.map((column) => cellOf(column, column.column.title, paintTitle))),
      ...rows.map((row, at) =>
        lineOf(
          chosen.map((column) => cellOf(column, column.cells[at] ?? '', row[columns.indexOf(column.column)]?.paint)),
        ),
      ),
    ],
    hidden: columns.filter((column) => !chosen.some((one) => one.column === column)).map(({ title }) => title),
  };
}

/** Lines of a table of texts, as wide as it comes. */
export function plainTable(titles: readonly string[], rows: readonly (readonly string[])[]): readonly string[] {
  return table(
    titles.map((title) => ({ title })),
    rows.map((row) => row.map((text) => ({ text }))),
  ).lines;
}
