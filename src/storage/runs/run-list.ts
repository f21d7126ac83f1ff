import { Prisma } from '../../generated/prisma/client.ts';
import { runColumns } from '../postgres/columns.ts';
import { type Database, perDatabase } from '../postgres/database.ts';
import { createSingleFlight } from '../postgres/single-flight.ts';
import type { RunRow } from '../rows.ts';
import {
  atPath,
  existsLatest,
  firstCharacters,
  type LatestSource,
  latestRows,
  latestRowsAmong,
  latestRowsOfRun,
  latestText,
  latestValue,
} from './latest-source.ts';
import { mapSources, resolveQualifiedKeys, sourcesOf } from './qualified-keys.ts';
import { filterSql, type RunFilter } from './run-filter.ts';
import { findSelectiveRuns } from './selectivity.ts';

/**
 * How runs are ordered. By metadata: first the runs with a number there, then those with a text, then those with
 * anything else, each in the direction asked for; last, newest first, the runs without the key.
 */
export type RunOrder =
  | { by: 'startedAt' | 'name'; descending: boolean }
  | { by: 'metadata'; source: LatestSource; path: string[]; descending: boolean };

/** Where a run stands in its order: what the next page begins behind. Of `sortClass` 3 are the runs without the key. */
export type RunPosition = {
  id: string;
  startedAt: Date;
  name: string;
  sortClass?: 0 | 1 | 2 | 3;
  sortNumber?: string | null;
  sortText?: string | null;
};

export type RunListRow = RunRow & Pick<RunPosition, 'sortClass' | 'sortNumber' | 'sortText'>;

export type RunListQuestion = { filter: RunFilter; order: RunOrder; after: RunPosition | null; take: number };

const listing = perDatabase(() => createSingleFlight<RunListRow[]>());

/**
 * Up to `take` runs that pass the filter, in order, behind a place. One statement, by metadata at most four; before them
 * one where the filter has conditions on metadata, and one where it or the order has a key of the form `step::key`.
 * Who asks for the same at the same moment shares them.
 */
export function listRuns(db: Database, question: RunListQuestion): Promise<RunListRow[]> {
  return listing(db)(JSON.stringify(question), () => selectRuns(db, question));
}

async function selectRuns(db: Database, asked: RunListQuestion): Promise<RunListRow[]> {
  if (asked.take === 0) return [];
  const question = await resolveSources(db, asked);
  const { order, after } = question;
  const among = await findSelectiveRuns(db, question.filter);
  if (order.by !== 'metadata') return db.prisma.$queryRaw<RunListRow[]>(plainSql(question, order, among));
  const rows: RunListRow[] = [];
  for (const sortClass of [0, 1, 2, 3] as const) {
    if (rows.length >= question.take) break;
    if (after && (after.sortClass ?? 3) > sortClass) continue;
    const behind = after && after.sortClass === sortClass ? after : null;
    const take = question.take - rows.length;
    const sql =
      sortClass === 3
        ? withoutKeySql(question.filter, order, behind, take, among)
        : classSql(question.filter, order, sortClass, behind, take, among);
    rows.push(...(await db.prisma.$queryRaw<RunListRow[]>(sql)));
  }
  return rows;
}

async function resolveSources(db: Database, question: RunListQuestion): Promise<RunListQuestion> {
  const { filter, order } = question;
  const settle = await resolveQualifiedKeys(db, [
    ...sourcesOf(filter),
    ...(order.by === 'metadata' ? [order.source] : []),
  ]);
  return {
    ...question,
    filter: mapSources(filter, settle),
    order: order.by === 'metadata' ? { ...order, source: settle(order.source) } : order,
  };
}

/** How many runs pass the filter. */
export async function countRuns(db: Database, filter: RunFilter): Promise<number> {
  const settled = mapSources(filter, await resolveQualifiedKeys(db, sourcesOf(filter)));
  const rows = await db.prisma.$queryRaw<
    { count: number }[]
  >`SELECT count(*)::int AS count FROM pipeline_run r WHERE ${filterSql(settled, 'together')}`;
  return rows[0]!.count;
}

function plainSql(
  { filter, after, take }: RunListQuestion,
  { by, descending }: { by: 'startedAt' | 'name'; descending: boolean },
  among: Prisma.Sql | null,
): Prisma.Sql {
  const direction = descending ? Prisma.sql`DESC` : Prisma.sql`ASC`;
  const beyond = descending ? Prisma.sql`<` : Prisma.sql`>`;
  const condition = conditionSql(filter, among);
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

/** The filter, and first of all that the run is one of the few that can pass it. */
function conditionSql(filter: RunFilter, among: Prisma.Sql | null): Prisma.Sql {
  return among ? Prisma.sql`r.id = ANY(ARRAY(${among})) AND ${filterSql(filter, 'run')}` : filterSql(filter, 'run');
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

/** The same columns for what stands at a path inside the values; runs where nothing stands there are left out. */
function nestedSource(rows: Prisma.Sql, path: string[]): Prisma.Sql {
  return Prisma.sql`(SELECT n.run_id,
    CASE jsonb_typeof(n.v) WHEN 'number' THEN 0 WHEN 'string' THEN 1 ELSE 2 END AS sort_class,
    CASE WHEN jsonb_typeof(n.v) = 'number' THEN (n.v #>> '{}')::numeric END AS sort_number,
    (CASE WHEN jsonb_typeof(n.v) = 'string' THEN n.v #>> '{}' ELSE to_hex(jsonb_hash_extended(n.v, 0)) END) COLLATE "C" AS sort_text
    FROM (SELECT l.run_id, ${atPath(latestValue, path)} AS v FROM ${rows} l OFFSET 0) n WHERE n.v IS NOT NULL)`;
}

function withoutKeySql(
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
  return Prisma.sql`SELECT ${runColumns}, 3 AS "sortClass" FROM pipeline_run r
    WHERE NOT ${found} AND ${behind} AND ${conditionSql(filter, among)}
    ORDER BY r.started_at DESC, r.id DESC LIMIT ${take}`;
}
