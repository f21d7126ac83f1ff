import { Prisma } from '../../generated/prisma/client.ts';
import type { Reader } from '../postgres/database.ts';
import type { RunRow } from '../rows.ts';
import type { Sight } from '../sight.ts';
import { runInSight } from './sight-sql.ts';

/** Which runs are old: those that ended before, and, where they are meant too, those that never ended and fell silent before. */
export type OldRuns = { before: Date; unfinished: boolean; sight: Sight };

/** What old runs of a pipeline amount to. */
export type OldRunsSummary = {
  pipeline: string;
  runs: number;
  entries: bigint;
  requests: bigint;
  firstStartedAt: Date;
  lastStartedAt: Date;
};

/**
 * Whether a row `r` of pipeline_run is of an old run. What never ended is silent when it began before then, nothing was
 * logged to it since, and its process has not said since that it lives.
 */
function isOld({ before, unfinished }: OldRuns): Prisma.Sql {
  if (!unfinished) return Prisma.sql`r.ended_at < ${before}::timestamptz`;
  return Prisma.sql`(r.ended_at < ${before}::timestamptz OR (r.ended_at IS NULL AND r.started_at < ${before}::timestamptz
    AND NOT EXISTS (SELECT FROM heartbeat h WHERE h.run_id = r.id AND h.last_seen_at >= ${before}::timestamptz)
    AND coalesce((SELECT e.recorded_at FROM metadata_entry e WHERE e.run_id = r.id ORDER BY e.id DESC LIMIT 1) < ${before}::timestamptz, true)))`;
}

/** The oldest runs in that sight but for some: up to `take` of them. */
export async function listOldRuns(
  db: Reader,
  old: OldRuns,
  except: readonly string[],
  take: number,
): Promise<Pick<RunRow, 'id'>[]> {
  return db.prisma.$queryRaw<Pick<RunRow, 'id'>[]>`/* list_old_runs */
SELECT r.id FROM pipeline_run r WHERE ${isOld(old)} AND ${runInSight(old)} AND r.id <> ALL(${except}::uuid[]) ORDER BY r.ended_at LIMIT ${take}::int`;
}

/** Whether this run is old, as whoever holds its lock sees it. */
export async function isOldRun(transaction: Pick<Prisma.TransactionClient, '$queryRaw'>, id: string, old: OldRuns) {
  const rows = await transaction.$queryRaw<{ old: boolean }[]>`/* is_old_run */
SELECT coalesce(${isOld(old)}, false) AS old FROM pipeline_run r WHERE r.id = ${id}::uuid`;
  return rows[0]?.old ?? false;
}

/** What would go with the old runs, by pipeline. Looks at each of them. */
export async function summarizeOldRuns(db: Reader, old: OldRuns): Promise<OldRunsSummary[]> {
  return db.prisma.$queryRaw<OldRunsSummary[]>`/* summarize_old_runs */
SELECT r.pipeline, count(*)::int AS runs, sum(e.count)::bigint AS entries, sum(q.count)::bigint AS requests,
  min(r.started_at) AS "firstStartedAt", max(r.started_at) AS "lastStartedAt"
FROM pipeline_run r
CROSS JOIN LATERAL (SELECT count(*) FROM metadata_entry WHERE run_id = r.id) e
CROSS JOIN LATERAL (SELECT count(*) FROM log_request WHERE run_id = r.id) q
WHERE ${isOld(old)} AND ${runInSight(old)} GROUP BY r.pipeline ORDER BY r.pipeline`;
}

export type StartedRun = Pick<RunRow, 'id' | 'startedAt'>;

/** A page of the runs in a sight that started before, by start: those behind `after`. */
export async function listRunsStartedBefore(
  db: Reader,
  { before, sight }: Pick<OldRuns, 'before' | 'sight'>,
  after: StartedRun | null,
  take: number,
): Promise<StartedRun[]> {
  const isBehind = after
    ? Prisma.sql`(r.started_at, r.id) > (${after.startedAt}::timestamptz, ${after.id}::uuid)`
    : Prisma.sql`true`;
  return db.prisma.$queryRaw`/* list_runs_started_before */
SELECT r.id, r.started_at AS "startedAt" FROM pipeline_run r
WHERE r.started_at < ${before}::timestamptz AND ${isBehind} AND ${runInSight({ sight })}
ORDER BY r.started_at, r.id LIMIT ${take}::int`;
}
