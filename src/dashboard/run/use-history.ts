import { useInfiniteQuery, useMutation, useQueryClient } from '@tanstack/react-query';
import { useMemo } from 'react';
import { ask } from '../api/ask.ts';
import type { Entry } from '../entries/use-run.ts';
import { DeleteRun, History, Retract } from '../generated/operations.ts';

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
  const entries = useMemo<Entry[]>(() => query.data?.pages.flatMap((page) => page?.nodes ?? []) ?? [], [query.data]);
  return { query, entries, total: query.data?.pages[0]?.totalCount };
}

/** Each entry with the one that it replaced: the next older one of the same step, or of the run itself. */
export function withBefore(entries: readonly Entry[]): { entry: Entry; before: Entry | undefined }[] {
  const older = new Map<string, Entry>();
  const pairs = entries.toReversed().map((entry) => {
    const before = older.get(entry.qualifiedKey);
    older.set(entry.qualifiedKey, entry);
    return { entry, before };
  });
  return pairs.reverse();
}

export function useRetract() {
  const cache = useQueryClient();
  return useMutation({
    mutationFn: (variables: { entryId: string; reason: string }) => ask(Retract, variables),
    onSuccess: () => cache.invalidateQueries(),
  });
}

export function useDelete() {
  const cache = useQueryClient();
  return useMutation({
    mutationFn: (ref: string) => ask(DeleteRun, { ref }),
    onSuccess: () => cache.invalidateQueries({ queryKey: ['rows'] }),
  });
}
