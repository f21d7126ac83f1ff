import { navigate } from 'wouter/use-browser-location';
import type { Column } from '../../filter/columns.ts';
import { rememberList } from '../address/list-walk.ts';
import { runPath } from '../address/routes.ts';
import { writeSearch } from '../address/search.ts';
import type { Changes } from '../address/use-address.ts';
import { useShortcuts } from '../parts/shortcuts.ts';
import type { Row } from './cells.ts';
import { openSelected } from './selection-bar.tsx';
import type { Active } from './table.tsx';
import type { useSelection } from './use-selection.ts';

type Table = {
  rows: readonly Row[];
  columns: readonly Column[] | undefined;
  active: Active;
  setActive: (active: Active) => void;
  peek: string | undefined;
  change: (changes: Changes, options?: { replace?: boolean }) => void;
  selection: ReturnType<typeof useSelection>;
  openMenu: (row: number, column: number, cell: HTMLElement) => void;
  setPicking: (isPicking: boolean) => void;
  choose: (columns: readonly Column[]) => void;
};

/** The keys of the table. */
export function useTableKeys({
  rows,
  columns,
  active,
  setActive,
  peek,
  change,
  selection,
  openMenu,
  setPicking,
  choose,
}: Table): void {
  const run = rows[active.row];
  const activeRef = columns?.[active.column - 1]?.ref;
  const goTo = (row: number, column: number) => {
    const next = {
      row: Math.max(0, Math.min(rows.length - 1, row)),
      column: Math.max(0, Math.min(columns?.length ?? 0, column)),
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
    const at = active.column - 1;
    const other = columns?.[at + by];
    if (!columns?.[at] || !other) return;
    const next = [...columns];
    [next[at], next[at + by]] = [other, columns[at]!];
    choose(next);
    setActive({ row: active.row, column: active.column + by });
  };
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
    enter: () => run && openRun(run, rows),
    e: () => setPicking(true),
    c: () => selection.selected.size > 1 && openSelected('compare', selection.selected),
    p: () => selection.selected.size > 0 && openSelected('curves', selection.selected),
    f: () => {
      const cell = document.getElementById(`cell-${active.row}-${active.column}`);
      if (cell && activeRef) openMenu(active.row, active.column, cell);
    },
    h: () => run && activeRef && navigate(runPath(run) + writeSearch({ tab: 'history', key: activeRef.key })),
    '[': shift(-1),
    ']': shift(1),
    escape: () => (peek ? change({ peek: undefined }, { replace: true }) : selection.clear()),
  });
}

function openRun(run: Row, rows: readonly Row[]): void {
  rememberList(
    rows.map(({ name }) => name),
    location.search,
  );
  navigate(runPath(run));
}
