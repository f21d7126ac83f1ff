import { useQuery } from '@tanstack/react-query';
import { ask } from '../api/ask.ts';
import { Series } from '../generated/operations.ts';
import type { Entry } from './use-run.ts';

/** What has been drawn small beside a value, by qualified key. */
export type Sparks = ReadonlyMap<string, readonly number[]>;

/** As many as one question takes. */
const maxKeys = 20;
const maxPoints = 40;
const none: Sparks = new Map();

/** The course of the numbers of a run, in one question; those that are counted along with an iteration go first. */
export function useSparks(run: string | undefined, entries: readonly Entry[]): Sparks {
  const numbers = entries.filter(({ number }) => number !== null);
  const counted = numbers.filter(({ iteration }) => iteration !== null);
  const keys = [...counted, ...numbers.filter(({ iteration }) => iteration === null)]
    .map(({ qualifiedKey }) => qualifiedKey)
    .slice(0, maxKeys);
  const { data } = useQuery({
    queryKey: ['series', [run], keys, 'spark'],
    enabled: run !== undefined && keys.length > 0,
    queryFn: async ({ signal }) => {
      const { series } = await ask(Series, { refs: [run!], keys, maxPoints, x: 'AUTO' }, signal);
      const curves = series.filter(({ points }) => points.length > 2);
      return new Map(curves.map(({ key, points }) => [key, points.map(({ value }) => Number(value))]));
    },
  });
  return data ?? none;
}
