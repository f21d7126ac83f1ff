import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { ask } from '../api/ask.ts';
import { RunDetail, Series } from '../generated/operations.ts';
import { useViewQuery } from '../parts/view.ts';
import { askSince } from './ask-since.ts';
import type { Axis, Curve } from './points.ts';

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

export type Stretch = { readonly from: number | undefined; readonly to: number | undefined };

/** The curves of many runs under many keys, within a part of the axis where one is given; in one question. */
export function useCurves(refs: readonly string[], keys: readonly string[], axis: Axis, { from, to }: Stretch) {
  const x = axis === 'iteration' ? ('AUTO' as const) : ('LOGGED_AT' as const);
  const isSince = axis === 'since';
  const bounds = isSince ? {} : { from, to };
  useViewQuery(Series, { refs, keys, maxPoints: 100, x, ...bounds });
  const whole = useQuery({
    queryKey: ['series', refs, keys, x, bounds],
    enabled: refs.length > 0 && keys.length > 0,
    queryFn: async ({ signal }) => (await ask(Series, { refs, keys, maxPoints, x, ...bounds }, signal)).series,
    placeholderData: keepPreviousData,
  });
  const part = useQuery({
    queryKey: ['series', refs, keys, 'since', from, to],
    enabled: isSince && (from !== undefined || to !== undefined) && whole.data !== undefined,
    queryFn: ({ signal }) => askSince(runsOf(whole.data!), keys, maxPoints, { from, to }, signal),
    placeholderData: keepPreviousData,
  });
  return isSince && (from !== undefined || to !== undefined)
    ? part.data
      ? part
      : { ...part, data: whole.data }
    : whole;
}

function runsOf(curves: readonly Curve[]): Curve['run'][] {
  return [...new Map(curves.map(({ run }) => [run.id, run])).values()];
}
