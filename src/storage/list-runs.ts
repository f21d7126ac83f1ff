import { Prisma } from '../generated/prisma/client.ts';
import { runColumns } from './columns.ts';
import { createCoalesced } from './coalesce.ts';
import { type Database, perDatabase } from './database.ts';
import {
  atPath,
  existsLatest,
  type LatestSource,
  latestRows,
  latestRowsOfRun,
  latestText,
  latestValue,
} from './latest-source.ts';
import type { RunRow } from './rows.ts';
import { filterSql, type RunFilter } from './run-filter.ts';

/**
 * How runs are ordered. By metadata: first the runs with a number there, then those with a text, then those with
 * anything else, each in the direction asked for; last, newest first, the runs without the key.
 */
export type RunOrder =
  | { by: 'startedAt' | 'name'; descending: boolean }
  | { by: 'metadata'; source: LatestSource; path: string[]; descending: boolean };

/** Where a run stands in its order: what the next page begins behind. Of `sortClass` 3 are the runs without the key. */
export type RunPlace = {
  id: string;
  startedAt: Date;
  name: string;
  sortClass?: 0 | 1 | 2 | 3;
  sortNumber?: string | null;
  sortText?: string | null;
};

export type RunListRow = RunRow & Pick<RunPlace, 'sortClass' | 'sortNumber' | 'sortText'>;

export type RunListQuestion = { filter: RunFilter; order: RunOrder; after: RunPlace | null; take: number };

const listing = perDatabase(() => createCoalesced<RunListRow[]>());

/** One statement; who asks for the same at the same moment shares it. */
function select(db: Database, sql: Prisma.Sql): Promise<RunListRow[]> {
  return listing(db)(JSON.stringify([sql.sql, sql.values]), () => db.prisma.$queryRaw<RunListRow[]>(sql));
}

/** Up to `take` runs that pass the filter, in order, behind a place. One statement; by metadata at most four. */
export async function listRuns(db: Database, question: RunListQuestion): Promise<RunListRow[]> {
  const { order, after } = question;
  if (question.take === 0) return [];
  if (order.by !== 'metadata') return select(db, plainSql(question, order));
  const rows: RunListRow[] = [];
  for (const sortClass of [0, 1, 2, 3] as const) {
    if (rows.length >= question.take) break;
    if (after && (after.sortClass ?? 3) > sortClass) continue;
    const behind = after && after.sortClass === sortClass ? after : null;
    const take = question.take - rows.length;
    const sql =
      sortClass === 3
        ? withoutKeySql(question.filter, order, behind, take)
        : classSql(question.filter, order, sortClass, behind, take);
    rows.push(...(await select(db, sql)));
  }
  return rows;
}

/** How many runs pass the filter. */
export async function countRuns(db: Database, filter: RunFilter): Promise<number> {
  const rows = await db.prisma.$queryRaw<
    { count: number }[]
  >`SELECT count(*)::int AS count FROM pipeline_run r WHERE ${filterSql(filter)}`;
  return rows[0]!.count;
}

function plainSql(
  { filter, after, take }: RunListQuestion,
  { by, descending }: { by: 'startedAt' | 'name'; descending: boolean },
): Prisma.Sql {
  const direction = descending ? Prisma.sql`DESC` : Prisma.sql`ASC`;
  const beyond = descending ? Prisma.sql`<` : Prisma.sql`>`;
  const condition = filterSql(filter);
  if (by === 'name') {
    const behind = after ? Prisma.sql`r.name ${beyond} ${after.name}` : Prisma.sql`true`;
    return Prisma.sql`SELECT ${runColumns} FROM pipeline_run r WHERE ${behind} AND ${condition} ORDER BY r.name ${direction} LIMIT ${take}`;
  }
  const behind = after
    ? Prisma.sql`(r.started_at, r.id) ${beyond} (${after.startedAt.toISOString()}::timestamptz, ${after.id}::uuid)`
    : Prisma.sql`true`;
  return Prisma.sql`SELECT ${runColumns} FROM pipeline_run r WHERE ${behind} AND ${condition}
    ORDER BY r.started_at ${direction}, r.id ${direction} LIMIT ${take}`;
}

type MetadataOrder = Extract<RunOrder, { by: 'metadata' }>;

/**
 * The runs whose value is of one class, straight from the index where there is no path: it is sorted by all the columns
 * of the index, those too that are null throughout a class, for only then does the planner see that it need not sort.
 */
function classSql(
  filter: RunFilter,
  order: MetadataOrder,
  sortClass: 0 | 1 | 2,
  after: RunPlace | null,
  take: number,
): Prisma.Sql {
  const direction = order.descending ? Prisma.sql`DESC` : Prisma.sql`ASC`;
  const beyond = order.descending ? Prisma.sql`<` : Prisma.sql`>`;
  const source = order.path.length === 0 ? latestRows(order.source) : nestedSource(order.source, order.path);
  const condition = filterSql(filter);
  if (sortClass === 0) {
    const behind = after
      ? Prisma.sql`(l.sort_number, l.run_id) ${beyond} (${after.sortNumber}::numeric, ${after.id}::uuid)`
      : Prisma.sql`true`;
    return Prisma.sql`SELECT ${runColumns}, 0 AS "sortClass", l.sort_number::text AS "sortNumber"
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
  return Prisma.sql`SELECT ${runColumns}, ${sortClass}::int AS "sortClass", ${whole} AS "sortText"
    FROM ${source} l JOIN pipeline_run r ON r.id = l.run_id
    WHERE l.sort_class = ${sortClass} AND l.sort_number IS NULL AND ${behind} AND ${condition}
    ORDER BY l.sort_number ${direction}, l.sort_text ${direction}, ${whole} COLLATE "C" ${direction}, l.run_id ${direction} LIMIT ${take}`;
}

const firstCharacters = (text: string) => Array.from(text.slice(0, 400)).slice(0, 200).join('');

/** The same columns for what stands at a path inside the values; runs where nothing stands there are left out. */
function nestedSource(source: LatestSource, path: string[]): Prisma.Sql {
  return Prisma.sql`(SELECT n.run_id,
    CASE jsonb_typeof(n.v) WHEN 'number' THEN 0 WHEN 'string' THEN 1 ELSE 2 END AS sort_class,
    CASE WHEN jsonb_typeof(n.v) = 'number' THEN (n.v #>> '{}')::numeric END AS sort_number,
    (CASE WHEN jsonb_typeof(n.v) = 'string' THEN n.v #>> '{}' ELSE to_hex(jsonb_hash_extended(n.v, 0)) END) COLLATE "C" AS sort_text
    FROM (SELECT l.run_id, ${atPath(latestValue, path)} AS v FROM ${latestRows(source)} l OFFSET 0) n WHERE n.v IS NOT NULL)`;
}

function withoutKeySql(
  filter: RunFilter,
  { source, path }: MetadataOrder,
  after: RunPlace | null,
  take: number,
): Prisma.Sql {
  const found =
    path.length === 0
      ? existsLatest(source, [])
      : Prisma.sql`EXISTS (SELECT FROM ${latestRowsOfRun(source)} l WHERE ${atPath(latestValue, path)} IS NOT NULL)`;
  const behind = after
    ? Prisma.sql`(r.started_at, r.id) < (${after.startedAt.toISOString()}::timestamptz, ${after.id}::uuid)`
    : Prisma.sql`true`;
  return Prisma.sql`SELECT ${runColumns}, 3 AS "sortClass" FROM pipeline_run r
    WHERE NOT ${found} AND ${behind} AND ${filterSql(filter)}
    ORDER BY r.started_at DESC, r.id DESC LIMIT ${take}`;
}
