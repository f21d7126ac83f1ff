import type { Database } from './database.ts';

/** A logged number: `at` is its iteration where every point has one, else its time in milliseconds. */
export type SeriesPoint = { at: number; value: number; iteration: number | null; loggedAt: Date };

type Row = { total: number; at: number; value: number; iteration: number | null; loggedAt: Date };

/**
 * The numbers that a step logged under a key, in order of iteration or time, reduced in the database to the least and
 * the greatest of each of `buckets` stretches, with the first and the last; all of them when there are no more than
 * four a bucket. One statement; what comes back does not grow with the series.
 */
export async function readSeries(
  db: Database,
  scope: { runId: string; scopeId: string; key: string },
  buckets: number,
): Promise<{ total: number; points: SeriesPoint[] }> {
  const rows = await db.prisma.$queryRaw<Row[]>`/* read_series */
WITH number AS MATERIALIZED (
  SELECT e.id, e.iteration, e.logged_at, (e.value::text)::float8 AS value
  FROM metadata_entry e
  WHERE e.run_id = ${scope.runId}::uuid AND e.scope_id = ${scope.scopeId}::uuid AND e.key = ${scope.key} AND e.retracted_at IS NULL
    AND e.type IN ('INT', 'FLOAT', 'STORAGE_SIZE') AND json_typeof(e.value) = 'number'
    AND CASE WHEN length(e.value::text) < 300 THEN true
      ELSE abs((e.value::text)::numeric) < 179769313486231580793728971405301e276::numeric END
), axis AS (
  SELECT bool_and(iteration IS NOT NULL) AS by_iteration, count(*) AS total FROM number
), ordered AS (
  SELECT n.id, n.value, n.iteration, n.logged_at, a.total,
    CASE WHEN a.by_iteration THEN n.iteration::float8 ELSE extract(epoch FROM n.logged_at)::float8 * 1000 END AS at,
    row_number() OVER (ORDER BY CASE WHEN a.by_iteration THEN n.iteration::float8 ELSE extract(epoch FROM n.logged_at)::float8 * 1000 END, n.id) AS place
  FROM number n CROSS JOIN axis a
), extreme AS (
  SELECT min(ARRAY[value, place::float8]) AS least, max(ARRAY[value, -place::float8]) AS greatest
  FROM ordered WHERE total > ${buckets * 4}::int GROUP BY (place - 1) * ${buckets}::int / total
), kept AS (
  SELECT least[2]::bigint AS place FROM extreme
  UNION SELECT (-greatest[2])::bigint FROM extreme
)
SELECT o.total::int, o.at, o.value, o.iteration, o.logged_at AS "loggedAt"
FROM ordered o
WHERE o.total <= ${buckets * 4}::int OR o.place = 1 OR o.place = o.total OR o.place IN (SELECT place FROM kept)
ORDER BY o.place`;
  return { total: rows[0]?.total ?? 0, points: rows.map(({ total: _total, ...point }) => point) };
}
