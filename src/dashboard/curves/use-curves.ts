import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { ask } from '../api/ask.ts';
import { RunDetail, Series } from '../generated/operations.ts';
import { useViewQuery } from '../parts/view.ts';
import type { Axis } from './points.ts';

/** Keys that one would like to see the curves of: those of the first run that are counted along with an iteration. */
export function useLikelyKeys(ref: string | undefined) {
  return useQuery({
    queryKey: ['run', ref],
    enabled: ref !== undefined,
    queryFn: async ({ signal }) => (await ask(RunDetail, { ref: ref! }, signal)).pipelineRun,
    select: (run) => {
      const numbers = run?.metadata.filter(({ number }) => number !== null) ?? [];
      const counted = numbers.filter(({ iteration }) => iteration !== null);
      return (counted.length > 0 ? counted : numbers).map(({ qualifiedKey }) => qualifiedKey);
    },
  });
}

const maxPoints = 500;

/** The curves of many runs under many keys, within a part of the axis where one is given; in one question. */
export function useCurves(
  refs: readonly string[],
  keys: readonly string[],
  axis: Axis,
  from: number | undefined,
  to: number | undefined,
) {
  const x = axis === 'iteration' ? ('AUTO' as const) : ('LOGGED_AT' as const);
  useViewQuery(Series, { refs, keys, maxPoints: 100, x, from, to });
  return useQuery({
    queryKey: ['series', refs, keys, x, from, to],
    enabled: refs.length > 0 && keys.length > 0,
    queryFn: async ({ signal }) => (await ask(Series, { refs, keys, maxPoints, x, from, to }, signal)).series,
    placeholderData: keepPreviousData,
  });
}
