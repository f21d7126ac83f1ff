import { Prisma } from '../../generated/prisma/client.ts';
import { runColumns } from '../postgres/columns.ts';
import type { RunListQuestion } from './run-list.ts';
import { conditionSql } from './run-list-sql.ts';

/** The runs that have ended, by their end or by how long they took: each has an index. */
export function endedSql(
  { filter, after, take }: RunListQuestion,
  { by, descending }: { by: 'endedAt' | 'duration'; descending: boolean },
  among: Prisma.Sql | null,
): Prisma.Sql {
  const direction = descending ? Prisma.sql`DESC` : Prisma.sql`ASC`;
  const beyond = descending ? Prisma.sql`<` : Prisma.sql`>`;
  const sorted = by === 'endedAt' ? Prisma.sql`r.ended_at` : Prisma.sql`(r.ended_at - r.started_at)`;
  const behind = after?.endedAt
    ? Prisma.sql`(${sorted}, r.id) ${beyond} (${positionSql(by, after.startedAt, after.endedAt)}, ${after.id}::uuid)`
    : Prisma.sql`true`;
  return Prisma.sql`/* list_runs_by_${Prisma.raw(by === 'endedAt' ? 'end' : 'duration')} */
SELECT ${runColumns} FROM pipeline_run r WHERE ${sorted} IS NOT NULL AND ${behind} AND ${conditionSql(filter, among)}
    ORDER BY ${sorted} ${direction}, r.id ${direction} LIMIT ${take}`;
}

function positionSql(by: 'endedAt' | 'duration', startedAt: Date, endedAt: Date): Prisma.Sql {
  const end = Prisma.sql`${endedAt.toISOString()}::timestamptz`;
  return by === 'endedAt' ? end : Prisma.sql`(${end} - ${startedAt.toISOString()}::timestamptz)`;
}

/** The runs that have not ended, newest first. */
export function notEndedSql({ filter, after, take }: RunListQuestion, among: Prisma.Sql | null): Prisma.Sql {
  const behind = after
    ? Prisma.sql`(r.started_at, r.id) < (${after.startedAt.toISOString()}::timestamptz, ${after.id}::uuid)`
    : Prisma.sql`true`;
  return Prisma.sql`/* list_runs_not_ended */
SELECT ${runColumns} FROM pipeline_run r WHERE r.ended_at IS NULL AND ${behind} AND ${conditionSql(filter, among)}
    ORDER BY r.started_at DESC, r.id DESC LIMIT ${take}`;
}
