import { Prisma } from '../../generated/prisma/client.ts';
import { runColumns } from '../postgres/columns.ts';
import { jsonHash } from '../postgres/json-hash.ts';
import { atPath } from './json-path.ts';
import {
  existsLatest,
  firstCharacters,
  latestRows,
  latestRowsAmong,
  latestRowsOfRun,
  latestText,
  latestValue,
} from './latest-source.ts';
import { filterSql, type RunFilter } from './run-filter.ts';
import type { RunListQuestion, RunOrder, RunPosition } from './run-list.ts';

export function plainSql(
  { filter, after, take }: RunListQuestion,
  { by, descending }: { by: 'startedAt' | 'name'; descending: boolean },
  among: Prisma.Sql | null,
): Prisma.Sql {
  const direction = descending ? Prisma.sql`DESC` : Prisma.sql`ASC`;
  const beyond = descending ? Prisma.sql`<` : Prisma.sql`>`;
  const condition = conditionSql(filter, among);
  if (by === 'name') {
    const behind = after ? Prisma.sql`r.name ${beyond} ${after.name}` : Prisma.sql`true`;
    return Prisma.sql`/* list_runs_by_name */
SELECT ${runColumns} FROM pipeline_run r WHERE ${behind} AND ${condition} ORDER BY r.name ${direction} LIMIT ${take}`;
  }
  const behind = after
    ? Prisma.sql`(r.started_at, r.id) ${beyond} (${after.startedAt.toISOString()}::timestamptz, ${after.id}::uuid)`
    : Prisma.sql`true`;
  return Prisma.sql`/* list_runs_by_start */
SELECT ${runColumns} FROM pipeline_run r WHERE ${behind} AND ${condition}
    ORDER BY r.started_at ${direction}, r.id ${direction} LIMIT ${take}`;
}

/** The filter, and first of all that the run is one of the few that can pass it. */
export function conditionSql(filter: RunFilter, among: Prisma.Sql | null): Prisma.Sql {
  return among ? Prisma.sql`r.id = ANY(ARRAY(${among})) AND ${filterSql(filter, 'run')}` : filterSql(filter, 'run');
}

type MetadataOrder = Extract<RunOrder, { by: 'metadata' }>;

/**
 * The runs whose value is of one class, straight from the index where there is no path: it is sorted by all the columns
 * of the index, those too that are null throughout a class, for only then does the planner see that it need not sort.
 */
export function classSql(
  filter: RunFilter,
  order: MetadataOrder,
  sortClass: 0 | 1 | 2,
  after: RunPosition | null,
  take: number,
  among: Prisma.Sql | null,
): Prisma.Sql {
  const direction = order.descending ? Prisma.sql`DESC` : Prisma.sql`ASC`;
  const beyond = order.descending ? Prisma.sql`<` : Prisma.sql`>`;
  const rows = among ? latestRowsAmong(order.source, among) : latestRows(order.source);
  const source = order.path.length === 0 ? rows : nestedSource(rows, order.path);
  const condition = filterSql(filter, 'run');
  if (sortClass === 0) {
    const behind = after
      ? Prisma.sql`(l.sort_number, l.run_id) ${beyond} (${after.sortNumber}::numeric, ${after.id}::uuid)`
      : Prisma.sql`true`;
    return Prisma.sql`/* list_runs_by_number */
SELECT ${runColumns}, 0 AS "sortClass", l.sort_number::text AS "sortNumber"
      FROM ${source} l JOIN pipeline_run r ON r.id = l.run_id
      WHERE l.sort_class = 0 AND ${behind} AND ${condition}
      ORDER BY l.sort_number ${direction}, l.sort_text ${direction}, l.run_id ${direction} LIMIT ${take}`;
  }
  // The index has the beginning of a text; the rest is looked up only where the beginning is full.
  const isNested = order.path.length > 0;
  const whole = isNested ? Prisma.sql`l.sort_text` : latestText;
  const behind = after
    ? Prisma.sql`(l.sort_text, ${whole} COLLATE "C", l.run_id) ${beyond} (${isNested ? after.sortText : firstCharacters(after.sortText!)}, ${after.sortText} COLLATE "C", ${after.id}::uuid)`
    : Prisma.sql`true`;
  return Prisma.sql`/* list_runs_by_text */
SELECT ${runColumns}, ${sortClass}::int AS "sortClass", ${whole} AS "sortText"
    FROM ${source} l JOIN pipeline_run r ON r.id = l.run_id
    WHERE l.sort_class = ${sortClass} AND l.sort_number IS NULL AND ${behind} AND ${condition}
    ORDER BY l.sort_number ${direction}, l.sort_text ${direction}, ${whole} COLLATE "C" ${direction}, l.run_id ${direction} LIMIT ${take}`;
}

/** The same columns for what stands at a path inside the values; runs where nothing stands there are left out. */
function nestedSource(rows: Prisma.Sql, path: string[]): Prisma.Sql {
  return Prisma.sql`(SELECT n.run_id,
    CASE jsonb_typeof(n.v) WHEN 'number' THEN 0 WHEN 'string' THEN 1 ELSE 2 END AS sort_class,
    CASE WHEN jsonb_typeof(n.v) = 'number' THEN (n.v #>> '{}')::numeric END AS sort_number,
    (CASE WHEN jsonb_typeof(n.v) = 'string' THEN n.v #>> '{}' ELSE ${jsonHash(Prisma.sql`n.v`)} END) COLLATE "C" AS sort_text
    FROM (SELECT l.run_id, ${atPath(latestValue, path)} AS v FROM ${rows} l OFFSET 0) n WHERE n.v IS NOT NULL)`;
}

export function withoutKeySql(
  filter: RunFilter,
  { source, path }: MetadataOrder,
  after: RunPosition | null,
  take: number,
  among: Prisma.Sql | null,
): Prisma.Sql {
  const found =
    path.length === 0
      ? existsLatest(source, [], 'run')
      : Prisma.sql`EXISTS (SELECT FROM ${latestRowsOfRun(source)} l WHERE ${atPath(latestValue, path)} IS NOT NULL)`;
  const behind = after
    ? Prisma.sql`(r.started_at, r.id) < (${after.startedAt.toISOString()}::timestamptz, ${after.id}::uuid)`
    : Prisma.sql`true`;
  return Prisma.sql`/* list_runs_without_key */
SELECT ${runColumns}, 3 AS "sortClass" FROM pipeline_run r
    WHERE NOT ${found} AND ${behind} AND ${conditionSql(filter, among)}
    ORDER BY r.started_at DESC, r.id DESC LIMIT ${take}`;
}
