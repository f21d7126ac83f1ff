import type { OptionNames } from './check-options.ts';
import { floatOf } from './entry.ts';
import { execute, type ReadOptions } from './execute.ts';
import * as operations from './generated/operations.ts';
import type { Settings } from './options.ts';

/** The numbers logged under a key, over time. */
export interface MetadataSeries {
  readonly key: string;
  /** How many numbers stand under the key within `from` and `to`. */
  readonly total: number;
  /** The least and the greatest of them, not of the points that are left; null where there are none. */
  readonly min: number | null;
  readonly max: number | null;
  /** An iteration beyond ±(2^53 − 1) is a bigint. */
  readonly points: readonly {
    readonly value: number;
    readonly iteration: number | bigint | null;
    readonly loggedAt: string;
  }[];
}

/** A series, and whose it is. */
export interface RunSeries extends MetadataSeries {
  readonly run: operations.RunFragment;
  /** Null where the key is one of the run as a whole. */
  readonly step: operations.StepFragment | null;
}

export interface SeriesOptions extends ReadOptions {
  /** To how many points to thin out, without losing the shape. Default: 500. */
  readonly maxPoints?: number;
  /** What the points are ordered by: AUTO is the iteration where every entry has one, else the time. */
  readonly x?: operations.SeriesAxis;
  /** Only points whose x, an iteration or milliseconds since 1970, is this or greater. */
  readonly from?: number;
  /** Only points whose x is this or less. */
  readonly to?: number;
}

export const seriesOptionNames: OptionNames<SeriesOptions> = {
  maxPoints: true,
  x: true,
  from: true,
  to: true,
  signal: true,
};

export function seriesOf<Series extends operations.SeriesFragment>(series: Series): Series {
  return {
    ...series,
    min: series.min === null ? null : floatOf(series.min),
    max: series.max === null ? null : floatOf(series.max),
    points: series.points.map((point) => ({ ...point, value: floatOf(point.value) })),
  };
}

/** The curves of some runs: one for each run and key that has numbers, in the order of `refs`, then of `keys`. */
export async function readSeries(
  settings: Settings,
  refs: readonly string[],
  keys: readonly string[],
  { maxPoints = 500, x, from, to, signal }: SeriesOptions = {},
): Promise<RunSeries[]> {
  const variables = { refs, keys, maxPoints, x, from, to };
  return (await execute(settings, operations.RunSeries, variables, { signal })).series.map(seriesOf);
}
