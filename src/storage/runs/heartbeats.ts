import { Prisma } from '../../generated/prisma/client.ts';
import { arrayLiteral, columnOf } from '../postgres/array-literal.ts';
import type { Reader, Writer } from '../postgres/database.ts';
import { batchPerDatabase } from '../postgres/database-batch.ts';
import { wholeRun } from '../rows.ts';
import type { ExecutionId } from './failures.ts';

/** Runs and steps whose processes are alive. */
export type Beat = { runIds: readonly string[]; stepIds: readonly string[] };

/** Notes that these are alive now, of those that have not ended. */
export async function insertBeats(db: Writer, { runIds, stepIds }: Beat): Promise<void> {
  await db.prisma.$executeRaw`/* keep_alive, prepared */
WITH alive AS (
  SELECT id AS run_id, id AS scope_id FROM pipeline_run
  WHERE id = ANY(${arrayLiteral(runIds)}::uuid[]) AND status IN ('RUNNING', 'CRASHED')
  UNION
  SELECT run_id, id FROM step WHERE id = ANY(${arrayLiteral(stepIds)}::uuid[]) AND status IN ('RUNNING', 'CRASHED')
)
INSERT INTO heartbeat (run_id, scope_id, last_seen_at) SELECT run_id, scope_id, now() FROM alive ORDER BY run_id, scope_id
ON CONFLICT (run_id, scope_id) DO UPDATE SET last_seen_at = excluded.last_seen_at, watched = true`;
}

/**
 * When a heartbeat `h` was last heard of: its process said that it lives, or something was logged to it since; to a run
 * also through its steps.
 */
export const heardOf = {
  join: Prisma.sql`LEFT JOIN LATERAL (
  SELECT max(l.entry_id) AS id FROM latest_entry l
  WHERE l.run_id = h.run_id AND l.scope_id = CASE WHEN h.scope_id = h.run_id THEN ${wholeRun}::uuid ELSE h.scope_id END
) logged ON true LEFT JOIN metadata_entry e ON e.run_id = h.run_id AND e.id = logged.id`,
  at: Prisma.sql`greatest(h.last_seen_at, e.recorded_at)`,
};

const lastSeen = batchPerDatabase(
  'last_seen',
  async (db: Reader, asked: ExecutionId[]) => {
    const runIds = columnOf(asked, 'uuid', ({ runId }) => runId);
    const scopeIds = columnOf(asked, 'uuid', ({ scopeId }) => scopeId);
    const rows = await db.prisma.$queryRaw<{ n: number; seenAt: Date }[]>`/* find_last_seen, prepared */
SELECT q.n::int, ${heardOf.at} AS "seenAt"
FROM unnest(${runIds}, ${scopeIds}) WITH ORDINALITY AS q(run_id, scope_id, n)
JOIN heartbeat h ON h.run_id = q.run_id AND h.scope_id = q.scope_id ${heardOf.join}`;
    const found: (Date | null)[] = asked.map(() => null);
    for (const { n, seenAt } of rows) found[n - 1] = seenAt;
    return found;
  },
  { identify: ({ runId, scopeId }) => `${runId} ${scopeId}` },
);

/** When a run or step was last heard of; null where it never said that it lives. */
export function findLastSeen(db: Reader, id: ExecutionId): Promise<Date | null> {
  return lastSeen(db, id);
}
