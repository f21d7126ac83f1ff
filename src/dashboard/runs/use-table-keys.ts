import { stringifyJson } from '@runledger/client/json';
import { navigate } from 'wouter/use-browser-location';
import { type Column, isSortable, keyOf, widthOf } from '../../filter/columns.ts';
import { leafAt } from '../../format/cells.ts';
import { runPath } from '../address/routes.ts';
import { writeSearch } from '../address/search.ts';
import type { Change } from '../address/use-address.ts';
import { ask } from '../api/ask.ts';
import { EntryOf } from '../generated/operations.ts';
import { announce } from '../parts/announce.ts';
import { copyText } from '../parts/copy.ts';
import { useShortcuts } from '../parts/shortcuts.ts';
import type { Row } from './cells.ts';
import { openCurves, openSelected } from './selection-bar.tsx';
import type { Active } from './table.tsx';
import type { useSelection } from './use-selection.ts';

type Table = {
  rows: readonly Row[];
  /** The columns that were chosen, and those of them that are shown. */
  columns: readonly Column[] | undefined;
  shown: readonly Column[] | undefined;
  active: Active;
  setActive: (active: Active) => void;
  peek: string | undefined;
  change: Change;
  selection: ReturnType<typeof useSelection>;
  openMenu: (row: number, column: number, cell: HTMLElement) => void;
  setPicking: (isPicking: boolean) => void;
  choose: (columns: readonly Column[]) => void;
  resize: (text: string, width: number) => void;
  sortBy: (column: string) => void;
  /** Keeps the list, so that the page of a run can walk through it. */
  remember: () => void;
};

/** So much wider or narrower a press makes a column. */
const widthStep = 16;

/** The keys of the table. */
export function useTableKeys(table: Table): void {
  const { rows, columns, shown, active, setActive, peek, change, selection, openMenu, setPicking, choose, resize } =
    table;
  const run = rows[active.row];
  const column = shown?.[active.column - 1];
  const goTo = (row: number, to: number) => {
    const next = {
      row: Math.max(0, Math.min(rows.length - 1, row)),
      column: Math.max(0, Math.min(shown?.length ?? 0, to)),
    };
    setActive(next);
    document.getElementById('runs')?.focus({ preventScroll: true });
    if (peek && rows[next.row]) change({ peek: rows[next.row]!.name }, { replace: true });
  };
  const step =
    (rowBy: number, columnBy = 0) =>
    () =>
      goTo(active.row + rowBy, active.column + columnBy);
  const shift = (by: number) => () => {
    const other = shown?.[active.column - 1 + by];
    if (!columns || !column || !other) return;
    choose(columns.map((one) => (one.text === column.text ? other : one.text === other.text ? column : one)));
    setActive({ row: active.row, column: active.column + by });
  };
  const widen = (by: number) => () => column && resize(column.text, widthOf(column) + by);
  useShortcuts({
    '/': () => document.getElementById('filter')?.focus(),
    j: step(1),
    k: step(-1),
    arrowdown: step(1),
    arrowup: step(-1),
    arrowright: step(0, 1),
    arrowleft: step(0, -1),
    pagedown: step(20),
    pageup: step(-20),
    home: () => goTo(0, active.column),
    end: () => goTo(rows.length - 1, active.column),
    x: () => run && selection.select(active.row, false),
    'shift+x': () => run && selection.select(active.row, true),
    space: () => run && change({ peek: peek ? undefined : run.name }, { replace: true }),
    enter: () => {
      if (!run) return;
      table.remember();
      navigate(runPath(run));
    },
    e: () => setPicking(true),
    s: () => {
      if (active.column === 0) table.sortBy('name');
      else if (column && isSortable(column)) table.sortBy(column.text);
    },
    c: () => selection.selected.size > 1 && openSelected('compare', selection.selected),
    p: () => selection.selected.size + rows.length > 0 && openCurves(selection.selected, rows),
    f: () => {
      const cell = document.getElementById(`cell-${active.row}-${active.column}`);
      if (cell && column?.ref) openMenu(active.row, active.column, cell);
    },
    h: () => run && column?.ref && navigate(runPath(run) + writeSearch({ tab: 'history', key: keyOf(column.ref) })),
    y: () => void (run && copyCell(run, column)),
    '[': shift(-1),
    ']': shift(1),
    '<': widen(-widthStep),
    '>': widen(widthStep),
    escape: () => (peek ? change({ peek: undefined }, { replace: true }) : selection.clear()),
  });
}

/** Copies what stands in a cell, to the last digit. */
async function copyCell(run: Row, column: Column | undefined): Promise<void> {
  if (!column) return copyText(run.name, 'the name');
  if (!column.ref) return announce('Only the name, and what was logged, can be copied.');
  const { pipelineRun } = await ask(EntryOf, { run: run.id, key: keyOf(column.ref) });
  const value = leafAt(pipelineRun?.runMetadata?.value, column.ref.path ?? []);
  if (value === undefined) announce('This run has nothing there.');
  else await copyText(stringifyJson(value), 'the exact value');
}
