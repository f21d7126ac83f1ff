import type { Reader } from '../postgres/database.ts';

/** A logged number, as it is plotted. */
export type SeriesPoint = { value: number; iteration: number | null; loggedAt: Date };

type Row = { total: number; value: number; iteration: number | null; ms: number };

/**
 * The numbers that a step logged under a key, in order of iteration where every one has one, else of time; when there
 * are more than `maxPoints` (2 or more), the first, the last, and the least and the greatest of each of as many equal
 * stretches as there is room for: no peak and no dip is lost that is the highest or lowest of its stretch.
 *
 * One statement, which reads the numbers once and joins nothing: it takes as long whatever the planner believes. What
 * comes back does not grow with the series.
 */
export async function readSeries(
  db: Reader,
  scope: { runId: string; scopeId: string; key: string },
  maxPoints: number,
): Promise<{ total: number; points: SeriesPoint[] }> {
  const stretches = Math.floor((maxPoints - 2) / 2);
  const rows = await db.prisma.$queryRaw<Row[]>`/* read_series, prepared */
WITH number AS (
  SELECT e.id, e.iteration, e.logged_at, (e.value::text)::float8 AS value,
    bool_and(e.iteration IS NOT NULL) OVER () AS by_iteration, count(*) OVER () AS total
  FROM metadata_entry e
  WHERE e.run_id = ${scope.runId}::uuid AND e.scope_id = ${scope.scopeId}::uuid AND e.key = ${scope.key} AND e.retracted_at IS NULL
    AND e.type IN ('INT', 'FLOAT', 'STORAGE_SIZE') AND json_typeof(e.value) = 'number'
    AND CASE WHEN length(e.value::text) < 300 THEN true
      ELSE abs((e.value::text)::numeric) < 179769313486231580793728971405301e276::numeric END
), ordered AS (
  SELECT value, iteration, round(extract(epoch FROM logged_at) * 1000)::float8 AS ms, total, row_number() OVER (
    ORDER BY CASE WHEN by_iteration THEN iteration END, CASE WHEN NOT by_iteration THEN logged_at END, id) AS place
  FROM number
), stretch AS (
  SELECT total, min(ARRAY[value, place, iteration, ms]) AS least, max(ARRAY[value, -place, iteration, ms]) AS greatest
  FROM ordered
  WHERE ${stretches}::int > 0 OR total <= ${maxPoints}::int OR place IN (1, total)
  GROUP BY total, CASE WHEN total <= ${maxPoints}::int OR place IN (1, total) THEN -place
    ELSE (place - 2) * ${stretches}::int / (total - 2) END
)
SELECT DISTINCT s.total::int, abs(p.point[2]) AS place, p.point[1] AS value, p.point[3]::int AS iteration, p.point[4] AS ms
FROM stretch s CROSS JOIN LATERAL (VALUES (s.least), (s.greatest)) AS p(point)
ORDER BY place`;
  return {
    total: rows[0]?.total ?? 0,
    points: rows.map(({ value, iteration, ms }) => ({ value, iteration, loggedAt: new Date(ms) })),
  };
}
