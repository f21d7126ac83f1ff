import { Prisma } from '../../generated/prisma/client.ts';
import type { Reader, Writer } from '../postgres/database.ts';

/** Rows removed by one statement: short enough that nobody waits for it. */
const pruneRows = 5_000;

/** The cursor from which on all changes are kept. */
export async function findKeptFrom(db: Reader): Promise<bigint> {
  const mark = await db.prisma.ledgerMark.findUnique({ where: { name: 'changes_kept_from' } });
  return mark?.id ?? 0n;
}

/**
 * Removes the changes of runs and steps that are older than so many days and have been counted, some thousands at a time.
 * Entries stay. Two servers may do it at once.
 */
export async function pruneChanges(db: Writer, keepDays: number, signal?: AbortSignal): Promise<void> {
  while (!signal?.aborted) {
    const rows = await db.select<{ removed: number }>(Prisma.sql`/* prune_changes, prepared */
WITH oldest AS MATERIALIZED (
  SELECT run_id, id, changed_at FROM change
  WHERE id <= (SELECT id FROM ledger_mark WHERE name = 'counted') ORDER BY id LIMIT ${pruneRows}::int
), removed AS (
  DELETE FROM change c USING oldest o
  WHERE c.run_id = o.run_id AND c.id = o.id AND o.changed_at < now() - make_interval(days => ${keepDays}::int) RETURNING c.id
), marked AS (
  UPDATE ledger_mark SET id = greatest(ledger_mark.id, last.id)
  FROM (SELECT max(id) AS id FROM removed) last WHERE name = 'changes_kept_from' AND last.id IS NOT NULL
)
SELECT count(*)::int AS removed FROM removed`);
    if (rows[0]!.removed < pruneRows) return;
  }
}
