import { keepPreviousData, useInfiniteQuery, useQuery } from '@tanstack/react-query';
import { useMemo, useRef } from 'react';
import { builtInColumn, type Column, keyColumn, keysOf } from '../../filter/columns.ts';
import { resolveDates } from '../../filter/dates.ts';
import type { Filter } from '../../filter/tree.ts';
import { ask } from '../api/ask.ts';
import { Facets, Keys, type PipelineRunOrder, RunRows } from '../generated/operations.ts';
import { useViewQuery } from '../parts/view.ts';
import type { Row } from './cells.ts';

/** The first page comes quickly; those that follow are as large as the service gives them. */
const firstPage = 100;
const laterPages = 200;

/** Which columns to ask for: those of which all is shown, and those of which a part is. */
function askedOf(columns: readonly Column[]): { keys: string[]; deep: string[] } {
  const pick = (isDeep: boolean) => keysOf(columns.filter(({ ref }) => (ref?.path !== undefined) === isDeep));
  return { keys: pick(false), deep: pick(true) };
}

/** The runs that pass, page by page as they are scrolled to. The old ones stay while others are asked for. */
export function useRows(filter: Filter, orderBy: PipelineRunOrder | undefined, columns: readonly Column[] | undefined) {
  const { keys, deep } = askedOf(columns ?? []);
  const query = useInfiniteQuery({
    queryKey: ['rows', filter, orderBy, keys, deep],
    enabled: columns !== undefined,
    initialPageParam: null as string | null,
    queryFn: async ({ pageParam: after, signal }) => {
      const resolved = resolveDates(filter, Date.now());
      const first = after === null ? firstPage : laterPages;
      return (await ask(RunRows, { first, after, filter: resolved, orderBy, keys, deep }, signal)).pipelineRuns;
    },
    getNextPageParam: ({ pageInfo }) => (pageInfo.hasNextPage ? pageInfo.endCursor : null),
    placeholderData: keepPreviousData,
  });
  useViewQuery(RunRows, {
    first: 20,
    after: null,
    filter: resolveDates(filter, Math.floor(Date.now() / 60_000) * 60_000),
    orderBy,
    keys,
    deep,
  });
  const { data, isError, isPlaceholderData } = query;
  // What was shown stays where a question fails.
  const last = useRef<Row[]>([]);
  const rows = useMemo<Row[]>(
    () => data?.pages.flatMap(({ nodes }) => nodes) ?? (isError ? last.current : []),
    [data, isError],
  );
  last.current = rows;
  return { query, rows, isOld: isPlaceholderData || (isError && data === undefined) };
}

/** How the runs that pass divide, and how many they are. */
export function useFacets(filter: Filter) {
  return useQuery({
    queryKey: ['facets', filter],
    queryFn: async ({ signal }) => (await ask(Facets, { filter: resolveDates(filter, Date.now()) }, signal)).runFacets,
    placeholderData: keepPreviousData,
  });
}

/** So many keys are loaded at once; the others are found by how they begin. */
const maxKeys = 200;

/** The keys in use, the most common first. */
export function useKeys() {
  return useQuery({
    queryKey: ['keys'],
    queryFn: async ({ signal }) => (await ask(Keys, { first: maxKeys }, signal)).metadataKeys,
    select: (keys) => [...keys].sort((a, b) => b.runs - a.runs),
    staleTime: 60_000,
  });
}
export type KnownKey = NonNullable<ReturnType<typeof useKeys>['data']>[number];

/** The known keys, and where there are more than those, the keys that begin with a text. */
export function useKeySearch(text: string, known: readonly KnownKey[]): readonly KnownKey[] {
  const prefix = text.trim();
  const { data = [] } = useQuery({
    queryKey: ['keys', prefix],
    enabled: prefix !== '' && known.length >= maxKeys,
    queryFn: async ({ signal }) => (await ask(Keys, { first: 50, prefix }, signal)).metadataKeys,
    placeholderData: keepPreviousData,
    staleTime: 60_000,
  });
  return [...new Map([...known, ...data].map((key) => [key.key, key])).values()];
}

const numeric = ['INT', 'FLOAT', 'STORAGE_SIZE'];

/** What is shown when nobody has chosen: the facts, and the four most common keys with numbers. */
export function defaultColumns(keys: readonly KnownKey[]): Column[] {
  const common = keys.filter(({ types }) => numeric.includes(types[0] ?? '')).slice(0, 4);
  return [
    ...(['state', 'started', 'took', 'pipeline'] as const).map(builtInColumn),
    ...common.map(({ key }) => keyColumn({ key })),
  ];
}
