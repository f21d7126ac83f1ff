import { Prisma } from '../../generated/prisma/client.ts';
import { arrayLiteral } from '../postgres/array-literal.ts';
import { askAside } from '../postgres/aside.ts';
import type { Reader } from '../postgres/database.ts';

/** A logged number, as it is plotted. */
export type SeriesPoint = { value: number; iteration: bigint | null; loggedAt: Date };

/** The numbers under a key: of one step, of a run itself, or (`scopeId` null) of a run and the newest attempts of its steps. */
export type SeriesScope = { runId: string; scopeId: string | null; key: string };

export type SeriesQuestion = {
  /** 2 or more. */
  maxPoints: number;
  /** AUTO: by iteration where every entry has one, else by time. */
  axis: 'AUTO' | 'ITERATION' | 'LOGGED_AT';
  /** Bounds of x, both included: of the iteration, or of the time in milliseconds since 1970. */
  from: number | null;
  to: number | null;
};

/** `total`, `min` and `max` are of all numbers within the bounds, not of the points that are left. */
export type SeriesRow = { total: number; min: number | null; max: number | null; points: SeriesPoint[] };

type Row = { n: number; total: number; min: number; max: number; value: number; iteration: bigint | null; ms: number };

/**
 * The numbers of each scope, in order of the axis; when there are more than `maxPoints`, the first, the last, and the least
 * and the greatest of each of as many equal stretches as there is room for: no peak and no dip is lost that is the highest
 * or lowest of its stretch.
 *
 * One statement for all, which reads the numbers once and joins nothing: it takes as long whatever the planner believes.
 * What comes back does not grow with the series.
 */
export function readSeries(db: Reader, scopes: readonly SeriesScope[], question: SeriesQuestion): Promise<SeriesRow[]> {
  const ask = (aside: Reader) => selectSeries(aside, scopes, question);
  const key = JSON.stringify([scopes, question]);
  return askAside(db, { name: 'series', key, isDear: scopes.length > fewScopes, ask });
}

/** So many are not taken to be dear, however long they are: a page has some of them. */
const fewScopes = 10;

async function selectSeries(
  db: Reader,
  scopes: readonly SeriesScope[],
  { maxPoints, axis, from, to }: SeriesQuestion,
): Promise<SeriesRow[]> {
  const stretches = Math.floor((maxPoints - 2) / 2);
  const runIds = arrayLiteral(scopes.map(({ runId }) => runId));
  const scopeIds = arrayLiteral(scopes.map(({ scopeId }) => scopeId));
  const keys = arrayLiteral(scopes.map(({ key }) => key));
  const rows = await db.prisma.$queryRaw<Row[]>`/* read_series, prepared */
WITH number AS (
  SELECT q.n, e.id, e.iteration, e.logged_at, round(extract(epoch FROM e.logged_at) * 1000)::float8 AS ms, (e.value::text)::float8 AS value,
    CASE ${axis} WHEN 'ITERATION' THEN true WHEN 'LOGGED_AT' THEN false
      ELSE bool_and(e.iteration IS NOT NULL) OVER (PARTITION BY q.n) END AS by_iteration
  FROM unnest(${runIds}::uuid[], ${scopeIds}::uuid[], ${keys}::text[]) WITH ORDINALITY AS q(run_id, scope_id, key, n)
  CROSS JOIN LATERAL (
    SELECT q.scope_id AS id WHERE q.scope_id IS NOT NULL
    UNION ALL SELECT q.run_id WHERE q.scope_id IS NULL
    UNION ALL SELECT s.id FROM step s WHERE q.scope_id IS NULL AND s.run_id = q.run_id AND NOT s.superseded
  ) scope
  CROSS JOIN LATERAL (
    SELECT * FROM metadata_entry m
    WHERE m.run_id = q.run_id AND m.scope_id = scope.id AND m.key = q.key AND m.retracted_at IS NULL
      AND m.type IN ('INT', 'FLOAT', 'STORAGE_SIZE') OFFSET 0
  ) e
  WHERE json_typeof(e.value) = 'number' AND CASE WHEN length(e.value::text) < 300 THEN true
      ELSE abs((e.value::text)::numeric) < 179769313486231580793728971405301e276::numeric END
), ordered AS (
  SELECT n, value, iteration, ms, count(*) OVER (PARTITION BY n) AS total, row_number() OVER (
    PARTITION BY n ORDER BY CASE WHEN by_iteration THEN iteration END, CASE WHEN NOT by_iteration THEN logged_at END, id) AS place
  FROM number
  WHERE CASE WHEN by_iteration THEN iteration IS NOT NULL AND ${within(Prisma.sql`iteration`, from, to)}
    ELSE ${within(Prisma.sql`ms`, from, to)} END
-- A point as an array that is compared by its value, then by its place; the iteration in two halves, as a float8 has 53 bits.
), stretch AS (
  SELECT n, total, min(ARRAY[value, place, iteration >> 32, iteration & 4294967295, ms]) AS least,
    max(ARRAY[value, -place, iteration >> 32, iteration & 4294967295, ms]) AS greatest,
    CASE WHEN total <= ${maxPoints}::int OR place IN (1, total) THEN -place
      WHEN ${stretches}::int > 0 THEN (place - 2) * ${stretches}::int / (total - 2) END AS number
  FROM ordered GROUP BY n, total, 5
), measured AS (
  SELECT *, min(least[1]) OVER (PARTITION BY n) AS min, max(greatest[1]) OVER (PARTITION BY n) AS max FROM stretch
)
SELECT DISTINCT m.n::int, m.total::int, m.min, m.max, abs(p.point[2]) AS place, p.point[1] AS value,
  (p.point[3]::bigint << 32) + p.point[4]::bigint AS iteration, p.point[5] AS ms
FROM measured m CROSS JOIN LATERAL (VALUES (m.least), (m.greatest)) AS p(point)
WHERE m.number IS NOT NULL ORDER BY 1, place`;
  return toSeries(scopes.length, rows);
}

function within(x: Prisma.Sql, from: number | null, to: number | null): Prisma.Sql {
  return Prisma.sql`(${from}::float8 IS NULL OR ${x} >= ${from}::float8) AND (${to}::float8 IS NULL OR ${x} <= ${to}::float8)`;
}

function toSeries(count: number, rows: Row[]): SeriesRow[] {
  const series = Array.from({ length: count }, (): SeriesRow => ({ total: 0, min: null, max: null, points: [] }));
  for (const { n, total, min, max, value, iteration, ms } of rows) {
    const one = series[n - 1]!;
    Object.assign(one, { total, min, max });
    one.points.push({ value, iteration, loggedAt: new Date(ms) });
  }
  return series;
}
