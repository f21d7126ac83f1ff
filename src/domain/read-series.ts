import { badInput } from '../errors.ts';
import { type SeriesPoint, readSeries as selectSeries } from '../storage/entries/series.ts';
import type { Reader } from '../storage/postgres/database.ts';
import { normalizeLookupKey } from './metadata-key.ts';

const maxSeriesPoints = 10_000;

/**
 * The numbers that a step logged under a key, thinned out to at most `maxPoints` (2 to 10,000; default 500) without losing
 * the shape of the curve.
 * @throws BAD_USER_INPUT for another number of points.
 */
export async function readSeries(
  db: Reader,
  step: { runId: string; id: string },
  key: string,
  maxPoints: number | null | undefined,
): Promise<{ total: number; points: SeriesPoint[] }> {
  const count = maxPoints ?? 500;
  if (count < 2 || count > maxSeriesPoints)
    throw badInput(`maxPoints is ${count}; a series has 2 to ${maxSeriesPoints} points.`);
  const wanted = normalizeLookupKey(key);
  if (wanted === null) return { total: 0, points: [] };
  return selectSeries(db, { runId: step.runId, scopeId: step.id, key: wanted }, count);
}
