import { type Column, keyOf, parseColumnList, titleOf } from '../../filter/columns.ts';
import type { Status } from '../../filter/tree.ts';
import { latestOf, leafAt } from '../../format/cells.ts';
import { formatAgo, formatDuration } from '../../format/time.ts';
import type { RunTableQuery } from '../generated/operations.ts';
import type { Style } from '../terminal/style.ts';
import type { Cell, TableColumn } from '../terminal/table.ts';
import { printable } from '../terminal/text.ts';
import { parsing } from './reader.ts';
import { paintOf, statusText, tookMs } from './status.ts';
import { exactText, isNumber, readable } from './values.ts';

export type RunRow = RunTableQuery['pipelineRuns']['nodes'][number];

/** The columns of an option, in the words of the page. Throws a UsageError that says what is none. */
export function readColumns(text: string): Column[] {
  return parsing('--columns', text, parseColumnList);
}

/** What stands in a column of a run, as it was logged or is a fact of it; undefined where nothing does. */
export function exactValue(row: RunRow, column: Column): unknown {
  switch (column.builtIn) {
    case 'state':
      return row.status;
    case 'pipeline':
      return row.pipeline;
    case 'started':
      return row.startedAt;
    case 'ended':
      return row.endedAt ?? undefined;
    case 'took':
      return row.endedAt === null ? undefined : tookMs(row, 0) / 1_000;
    default: {
      const entry = column.ref && latestOf(row.metadata, keyOf(column.ref));
      return entry && leafAt(entry.value, column.ref?.path ?? []);
    }
  }
}

function cellOf(row: RunRow, column: Column, style: Style, now: number): Cell {
  switch (column.builtIn) {
    case 'state':
      return { text: statusText(row.status as Status), paint: paintOf(row.status as Status, style) };
    case 'pipeline':
      return { text: printable(row.pipeline) };
    case 'started':
      return { text: formatAgo(row.startedAt, now), paint: style.dim };
    case 'ended':
      return { text: row.endedAt === null ? '' : formatAgo(row.endedAt, now), paint: style.dim };
    case 'took':
      return { text: formatDuration(tookMs(row, now)), paint: row.endedAt === null ? style.blue : undefined };
    default: {
      const entry = column.ref && latestOf(row.metadata, keyOf(column.ref));
      if (!entry) return { text: '–', paint: style.dim };
      if (!column.ref?.path) return { text: printable(readable(entry)) };
      const leaf = leafAt(entry.value, column.ref.path);
      return leaf === undefined ? { text: '–', paint: style.dim } : { text: printable(exactText(leaf)) };
    }
  }
}

/** Whether all that stands in a column are numbers, sizes or times. */
function isNumeric(rows: readonly RunRow[], column: Column): boolean {
  if (column.builtIn) return column.builtIn === 'took';
  const values = rows.map((row) => exactValue(row, column)).filter((value) => value !== undefined);
  return values.length > 0 && values.every((value) => isNumber(value) || value === 'NaN');
}

/** The table of some runs: their names, and these columns. */
export function runTable(rows: readonly RunRow[], columns: readonly Column[], style: Style, now: number) {
  const heads: TableColumn[] = [
    { title: 'RUN', isNeeded: true, leastWidth: 12 },
    ...columns.map((column) => ({
      title: column.builtIn ? column.builtIn.toUpperCase() : printable(titleOf(column)),
      isNumeric: isNumeric(rows, column),
      leastWidth: column.builtIn === 'state' || column.builtIn === 'started' ? 12 : 8,
    })),
  ];
  const cells = rows.map((row) => [
    { text: printable(row.name), paint: style.bold },
    ...columns.map((column) => cellOf(row, column, style, now)),
  ]);
  return { heads, cells };
}
