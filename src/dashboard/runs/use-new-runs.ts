import { useCallback, useLayoutEffect, useState } from 'react';
import { isTableAtTop } from './window.ts';

type Asked = { readonly isPlaceholderData: boolean; readonly isSuccess: boolean; readonly refetch: () => unknown };

/**
 * How many runs pass that were not there when the list was asked for: of `total`, which is another answer than the list
 * and may be younger, so that `listed` says how many a list that is whole has. They never push the list away under the pointer:
 * they are announced, and shown by themselves only to who looks at the top.
 */
export function useNewRuns(
  asked: Asked,
  total: number | undefined,
  listed: number | undefined,
  isAtTop: boolean,
): { count: number; show: () => void } {
  const [seen, setSeen] = useState<number | undefined>();
  const { isPlaceholderData, isSuccess, refetch } = asked;
  const isListed = isSuccess && !isPlaceholderData;
  // Before the browser paints: what is shown at once is never announced, not even for a moment.
  // biome-ignore lint/correctness/useExhaustiveDependencies: who comes back to the top sees what is new
  useLayoutEffect(() => {
    // Another filter or order: what it finds is what has been seen.
    if (!isListed) setSeen(undefined);
    else if (total === undefined || total === seen) return;
    else {
      const known = seen ?? listed ?? total;
      const isMore = total > known;
      if (isMore && isTableAtTop()) void refetch();
      // The state of the page lags behind who scrolls by an event and a render; the document does not.
      setSeen(isMore && !isTableAtTop() ? known : total);
    }
  }, [isListed, total, seen, isAtTop, refetch]);
  const show = useCallback(() => {
    void refetch();
    setSeen(total);
    document.getElementById('runs')?.scrollTo({ top: 0 });
  }, [refetch, total]);
  return { count: total !== undefined && seen !== undefined ? Math.max(0, total - seen) : 0, show };
}
