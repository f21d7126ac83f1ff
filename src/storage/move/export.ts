import type { Readable } from 'node:stream';
import { to as copyTo } from 'pg-copy-streams';
import { Prisma } from '../../generated/prisma/client.ts';
import { arrayLiteral } from '../postgres/array-literal.ts';
import { runInSight } from '../runs/sight-sql.ts';
import type { Sight } from '../sight.ts';
import { copyOptions, linesOfRuns } from './lines.ts';
import type { Session } from './session.ts';

/** Which runs, each whole. */
export type MovedRuns = {
  /** These only; null for no such bound. */
  ids: readonly string[] | null;
  /** Those in sight. */
  sight: Sight;
  startedFrom: Date | null;
  startedBefore: Date | null;
};

/** How many runs there are, and the greatest id of their entries (0 where there is none). */
export type MovedSize = { runs: number; lastEntry: bigint };

/** Behind which run a page begins. */
export type RunPlace = { id: string; startedAt: string };

/** From here on the session sees the ledger as it is at this moment, however long it takes, and holds up nobody. */
export async function beginSnapshot(session: Session): Promise<void> {
  await session.query('BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY');
}

function isMoved({ ids, sight, startedFrom, startedBefore }: MovedRuns): Prisma.Sql {
  const conditions = [
    ids && Prisma.sql`r.id = ANY(${arrayLiteral(ids)}::uuid[])`,
    runInSight({ sight }),
    startedFrom && Prisma.sql`r.started_at >= ${startedFrom.toISOString()}::timestamptz`,
    startedBefore && Prisma.sql`r.started_at < ${startedBefore.toISOString()}::timestamptz`,
  ].filter((condition) => condition !== null);
  return Prisma.join(conditions, ' AND ');
}

export async function measureMoved(session: Session, moved: MovedRuns): Promise<MovedSize> {
  const { text, values } = Prisma.sql`/* measure_export */
SELECT count(*)::int AS runs, coalesce(max(e.id), 0)::text AS last FROM pipeline_run r
LEFT JOIN LATERAL (SELECT id FROM metadata_entry WHERE run_id = r.id ORDER BY id DESC LIMIT 1) e ON true
WHERE ${isMoved(moved)}`;
  const { rows } = await session.query<{ runs: number; last: string }>({ text, values });
  return { runs: rows[0]!.runs, lastEntry: BigInt(rows[0]!.last) };
}

/** The next runs behind a place, in the order of their start. */
export async function listMoved(
  session: Session,
  moved: MovedRuns,
  after: RunPlace | null,
  take: number,
): Promise<RunPlace[]> {
  const isBehind = after
    ? Prisma.sql`(r.started_at, r.id) > (${after.startedAt}::timestamptz, ${after.id}::uuid)`
    : Prisma.sql`true`;
  const { text, values } = Prisma.sql`/* list_exported_runs */
SELECT r.id, r.started_at::text AS "startedAt" FROM pipeline_run r
WHERE ${isMoved(moved)} AND ${isBehind} ORDER BY r.started_at, r.id LIMIT ${take}::int`;
  return (await session.query<RunPlace>({ text, values })).rows;
}

/** The lines of these runs, as bytes. */
export function copyLines(session: Session, runIds: readonly string[]): Readable {
  return session.query(copyTo(`/* export_lines */ COPY (${linesOfRuns(runIds)}) TO STDOUT ${copyOptions}`));
}

const views = {
  latest: { name: 'runledger_latest', order: 'step, key' },
  entries: { name: 'runledger_entries', order: 'entry_id' },
};

/** What is exported as a table: the latest values, or all entries, as the views have them. */
export type TableName = keyof typeof views;

/** The rows of these runs as CSV, without the names of the columns. */
export function copyTable(session: Session, table: TableName, runIds: readonly string[]): Readable {
  return session.query(copyTo(`/* export_csv */ COPY (${tableOfRuns(table, runIds)}) TO STDOUT (FORMAT csv)`));
}

/** The rows of these runs, some thousands at a time, each an array of texts, in the order of the columns; null as null. */
export async function* readTable(
  session: Session,
  table: TableName,
  runIds: readonly string[],
  columns: readonly string[],
  rowsAtOnce: number,
): AsyncGenerator<(string | null)[][]> {
  const texts = columns.map((column) => `(${column})::text`).join();
  await session.query(`DECLARE rows NO SCROLL CURSOR FOR SELECT ${texts} FROM (${tableOfRuns(table, runIds)}) t`);
  for (;;) {
    const { rows } = await session.query({ text: `FETCH ${rowsAtOnce} FROM rows`, rowMode: 'array' });
    if (rows.length > 0) yield rows as (string | null)[][];
    if (rows.length < rowsAtOnce) break;
  }
  await session.query('CLOSE rows');
}

function tableOfRuns(table: TableName, runIds: readonly string[]): string {
  const { name, order } = views[table];
  return `SELECT v.* FROM unnest('{${runIds.join()}}'::uuid[]) WITH ORDINALITY AS o(id, n)
JOIN ${name} v ON v.run_id = o.id ORDER BY o.n, ${order}`;
}
