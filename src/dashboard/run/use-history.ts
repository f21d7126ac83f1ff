import { useInfiniteQuery, useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useMemo } from 'react';
import { ask } from '../api/ask.ts';
import { DeleteRun, History, type HistoryQuery, Retract, Series } from '../generated/operations.ts';

type Connection = NonNullable<HistoryQuery['pipelineRun']>['metadataHistory'];
export type HistoryEntry = Connection['nodes'][number];

/** The numbers under a key, thinned out by the service without losing a peak. */
export function useCurve(run: string, key: string) {
  return useQuery({
    queryKey: ['series', [run], [key]],
    enabled: key !== '',
    queryFn: async ({ signal }) =>
      (await ask(Series, { refs: [run], keys: [key], maxPoints: 400, x: 'AUTO' }, signal)).series[0] ?? null,
  });
}

/** All that was logged under a key, newest first, page by page. */
export function useHistory(run: string, key: string) {
  const query = useInfiniteQuery({
    queryKey: ['history', run, key],
    enabled: key !== '',
    initialPageParam: null as string | null,
    queryFn: async ({ pageParam: after, signal }) =>
      (await ask(History, { run, key, first: 50, after }, signal)).pipelineRun?.metadataHistory ?? null,
    getNextPageParam: (page) => (page?.pageInfo.hasNextPage ? page.pageInfo.endCursor : null),
  });
  const entries = useMemo<HistoryEntry[]>(
    () => query.data?.pages.flatMap((page) => page?.nodes ?? []) ?? [],
    [query.data],
  );
  return { query, entries, total: query.data?.pages[0]?.totalCount };
}

/** Each entry with the one that it replaced: the next older one of the same step, or of the run itself. */
export function withBefore(
  entries: readonly HistoryEntry[],
): { entry: HistoryEntry; before: HistoryEntry | undefined }[] {
  const older = new Map<string, HistoryEntry>();
  const pairs = entries.toReversed().map((entry) => {
    const before = older.get(entry.qualifiedKey);
    // What was taken back has been replaced by nothing.
    if (!entry.retraction) older.set(entry.qualifiedKey, entry);
    return { entry, before };
  });
  return pairs.reverse();
}

export function useRetract() {
  const cache = useQueryClient();
  return useMutation({
    mutationFn: (variables: { entryId: string; reason: string }) => ask(Retract, variables),
    // Waited for is the run that is shown, and nothing else: whatever else is asked again would hold the dialog open.
    onSuccess: () => {
      const isShown = ({ queryKey: [kind] }: { queryKey: readonly unknown[] }) => kind === 'run' || kind === 'history';
      void cache.invalidateQueries({ predicate: (query) => !isShown(query) });
      return cache.invalidateQueries({ predicate: isShown });
    },
  });
}

export function useDelete() {
  const cache = useQueryClient();
  return useMutation({
    mutationFn: (ref: string) => ask(DeleteRun, { ref }),
    onSuccess: () => cache.invalidateQueries({ queryKey: ['rows'] }),
  });
}
