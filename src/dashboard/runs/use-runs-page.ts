import { useCallback, useMemo, useState } from 'react';
import { orderOf, parseSort } from '../../filter/columns.ts';
import { printFilter } from '../../filter/print.ts';
import { both, type Filter } from '../../filter/tree.ts';
import type { Params } from '../address/search.ts';
import type { Changes } from '../address/use-address.ts';
import { announce } from '../parts/announce.ts';
import { cellOf } from './cells.ts';
import { exportRuns } from './export.ts';
import type { Active } from './table.tsx';
import { useColumns } from './use-columns.ts';
import { useFilter } from './use-filter.ts';
import { useNewRuns } from './use-new-runs.ts';
import { useFacets, useKeys, useRows } from './use-rows.ts';
import { useSelection } from './use-selection.ts';
import { useTableKeys } from './use-table-keys.ts';

type Change = (changes: Changes, options?: { replace?: boolean }) => void;
type Menu = Active & { readonly place: DOMRect };

/** All that the page of runs knows and can do; its address is where most of it lies. */
export function useRunsPage(params: Params, change: Change) {
  const filter = useFilter(params.q ?? '');
  const sort = useMemo(() => parseSort(params.sort ?? ''), [params.sort]);
  const { data: keys = [], isSuccess, isError } = useKeys();
  const { columns, choose, reset } = useColumns(params.cols, isSuccess ? keys : isError ? [] : undefined, change);
  const orderBy = useMemo(() => orderOf(sort), [sort]);
  const { query, rows } = useRows(filter, orderBy, columns);
  const facets = useFacets(filter);
  // The buttons count what each state would have, so that of the filter is left out.
  const { status: _status, ...stateless } = filter;
  const { data: all } = useFacets(stateless);
  const counts = useMemo(() => new Map(all?.statuses.map(({ status, runs }) => [status, runs])), [all]);
  const total = facets.isPlaceholderData ? undefined : facets.data?.total;
  const selection = useSelection(rows);
  const [active, setActive] = useState<Active>({ row: 0, column: 0 });
  const [menu, setMenu] = useState<Menu | null>(null);
  const [isPicking, setPicking] = useState(false);
  const [isAtTop, setAtTop] = useState(true);
  const fresh = useNewRuns(query, total, isAtTop);

  const setText = useCallback((text: string, isTyped: boolean) => change({ q: text }, { replace: isTyped }), [change]);
  const setFilter = useCallback((next: Filter) => change({ q: printFilter(next) }), [change]);
  const addFilter = useCallback((part: Filter) => setFilter(both(filter, part)), [filter, setFilter]);
  const sortBy = useCallback(
    (column: string) => {
      const isSame = sort.column === column;
      change({ sort: `${(isSame ? sort.descending : column === 'name') ? '' : '-'}${column}` });
    },
    [sort, change],
  );
  const moveColumn = useCallback(
    (text: string, before: string) => {
      if (!columns) return;
      const moved = columns.find((column) => column.text === text)!;
      const others = columns.filter((column) => column !== moved);
      const at = others.findIndex((column) => column.text === before);
      choose([...others.slice(0, at), moved, ...others.slice(at)]);
    },
    [columns, choose],
  );
  const { hasNextPage, isFetchingNextPage, fetchNextPage } = query;
  const loadMore = useCallback(() => {
    if (hasNextPage && !isFetchingNextPage) void fetchNextPage();
  }, [hasNextPage, isFetchingNextPage, fetchNextPage]);
  const openMenu = useCallback((row: number, column: number, cell: HTMLElement) => {
    setActive({ row, column });
    setMenu({ row, column, place: cell.getBoundingClientRect() });
  }, []);
  const exportCsv = useCallback(
    () => void exportRuns(filter, orderBy, columns ?? []).catch((error: Error) => announce(error.message)),
    [filter, orderBy, columns],
  );
  const closeMenu = useCallback(() => setMenu(null), []);

  const known = useMemo(
    () => ({
      keys,
      pipelines: all?.pipelines.map(({ pipeline }) => pipeline) ?? [],
      valuesOf: (key: string) => rows.flatMap((row) => cellOf(row, { key })?.display ?? []),
    }),
    [keys, rows, all],
  );

  useTableKeys({
    rows,
    columns,
    active,
    setActive,
    peek: params.peek,
    change,
    selection,
    openMenu,
    setPicking,
    choose,
  });

  return {
    filter,
    sort,
    keys,
    columns,
    rows,
    query,
    total,
    counts,
    all: all?.total,
    known,
    selection,
    active,
    menu,
    isPicking,
    fresh,
    setActive,
    setPicking,
    setAtTop,
    setText,
    setFilter,
    addFilter,
    sortBy,
    moveColumn,
    loadMore,
    openMenu,
    closeMenu,
    exportCsv,
    chooseColumns: choose,
    resetColumns: reset,
  };
}
