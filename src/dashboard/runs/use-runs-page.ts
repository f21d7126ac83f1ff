import { useCallback, useEffect, useMemo, useRef, useState } from 'react';
import { orderOf, parseSort } from '../../filter/columns.ts';
import { printFilter } from '../../filter/print.ts';
import { both, type Filter } from '../../filter/tree.ts';
import { rememberList } from '../address/list-walk.ts';
import type { Params } from '../address/search.ts';
import type { Change } from '../address/use-address.ts';
import { withoutJudged } from '../filter/brush.ts';
import { useFilter } from '../filter/use-filter.ts';
import { announce } from '../parts/announce.ts';
import { useCommands } from '../parts/commands.ts';
import { viewOf } from '../parts/view-switch.tsx';
import { cellOf } from './cells.ts';
import { exportRuns } from './export.ts';
import { targetsOf } from './measures.ts';
import type { Active } from './table.tsx';
import { useColumns, useDiffering } from './use-columns.ts';
import { useNewRuns } from './use-new-runs.ts';
import { useFacets, useKeys, useRows } from './use-rows.ts';
import { useSelection } from './use-selection.ts';
import { useTableKeys } from './use-table-keys.ts';

type Menu = Active & { readonly place: DOMRect };

/** All that the page of runs knows and can do; its address is where most of it lies. */
export function useRunsPage(params: Params, change: Change) {
  const filter = useFilter(params.q ?? '');
  const view = viewOf(params.view);
  const sort = useMemo(() => parseSort(params.sort ?? ''), [params.sort]);
  const { data: keys = [], isSuccess, isError } = useKeys();
  const chosen = useColumns(params, isSuccess ? keys : isError ? [] : undefined, change);
  const { columns } = chosen;
  const orderBy = useMemo(() => orderOf(sort), [sort]);
  // A plot shows what does not pass on its axes as well, only faintly.
  const listed = useMemo(
    () => (view === 'table' ? filter : withoutJudged(filter, targetsOf(columns ?? []))),
    [view, filter, columns],
  );
  const { query, rows, isOld } = useRows(listed, orderBy, columns);
  const { shown, same } = useDiffering(columns, rows, params.differ === '1');
  const { pinned } = chosen;
  // Those that are hidden because they do not differ are not among the pinned ones of the table.
  const shownPinned = useMemo(
    () => columns?.slice(0, pinned).filter((column) => shown?.includes(column)).length ?? 0,
    [columns, shown, pinned],
  );
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
  const listedRuns = query.hasNextPage ? undefined : rows.length;
  const fresh = useNewRuns(query, view === 'table' ? total : undefined, listedRuns, isAtTop);

  // Another list is looked at from its top.
  const list = useRef({ filter, sort });
  useEffect(() => {
    if (list.current.filter === filter && list.current.sort === sort) return;
    list.current = { filter, sort };
    setActive(({ column }) => ({ row: 0, column }));
    document.getElementById('runs')?.scrollTo({ top: 0 });
  }, [filter, sort]);

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
  const { hasNextPage, isFetchingNextPage, isFetchNextPageError, fetchNextPage } = query;
  const loadMore = useCallback(() => {
    // A page that was refused would be refused again: who wants it asks for the list anew.
    if (hasNextPage && !isFetchingNextPage && !isFetchNextPageError) void fetchNextPage();
  }, [hasNextPage, isFetchingNextPage, isFetchNextPageError, fetchNextPage]);
  const openMenu = useCallback((row: number, column: number, cell: HTMLElement) => {
    setActive({ row, column });
    setMenu({ row, column, place: cell.getBoundingClientRect() });
  }, []);
  const exportCsv = useCallback(
    () => void exportRuns(filter, orderBy, shown ?? []).catch((error: Error) => announce(error.message)),
    [filter, orderBy, shown],
  );
  const closeMenu = useCallback(() => setMenu(null), []);
  const latestRows = useRef(rows);
  latestRows.current = rows;
  const remember = useCallback(
    () =>
      rememberList(
        latestRows.current.map(({ name }) => name),
        location.search,
      ),
    [],
  );

  const known = useMemo(
    () => ({
      keys,
      pipelines: all?.pipelines.map(({ pipeline }) => pipeline) ?? [],
      valuesOf: (key: string) => rows.flatMap((row) => cellOf(row, { key })?.display ?? []),
    }),
    [keys, rows, all],
  );

  useCommands([
    { title: 'Download all runs that pass, as CSV', hint: '', act: exportCsv },
    { title: 'Choose columns', hint: 'e', act: () => setPicking(true) },
    { title: 'Select none', hint: 'esc', act: selection.clear },
  ]);
  useTableKeys({
    ...chosen,
    rows,
    shown,
    active,
    setActive,
    peek: params.peek,
    change,
    selection,
    openMenu,
    setPicking,
    sortBy,
    remember,
  });

  return {
    ...{
      filter,
      view,
      sort,
      keys,
      columns,
      shown,
      same,
      pinned,
      shownPinned,
      rows,
      isOld,
      query,
      total,
      counts,
      all: all?.total,
    },
    ...{
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
    },
    ...{ sortBy, loadMore, openMenu, closeMenu, exportCsv, remember, chosen },
  };
}
