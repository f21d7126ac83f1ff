import type { Database, Transaction } from '../postgres/database.ts';
import { recomputeRunLatest } from './recompute-latest.ts';

/** An entry as far as retracting it needs to know it. */
export type RetractableEntry = { runId: string; scopeId: string; key: string; retracted: boolean };

/** The entry with this id, retracted or not, of whatever run that is not deleted; null when there is none. */
export async function findEntryById(
  db: Pick<Database['prisma'], '$queryRaw'>,
  id: bigint,
): Promise<RetractableEntry | null> {
  const rows = await db.$queryRaw<RetractableEntry[]>`/* find_entry */
SELECT e.run_id AS "runId", e.scope_id AS "scopeId", e.key, e.retracted_at IS NOT NULL AS retracted
FROM metadata_entry e JOIN pipeline_run r ON r.id = e.run_id WHERE e.id = ${id}`;
  return rows[0] ?? null;
}

/**
 * Erases the value of an entry, keeps the rest with the reason, and moves the latest entries back to what is left.
 * The run and its steps must be locked. An entry that was retracted before stays as it is.
 */
export async function retractEntry(
  transaction: Transaction,
  { runId, scopeId, key }: RetractableEntry,
  id: bigint,
  reason: string,
): Promise<void> {
  const moved = await transaction.$executeRaw`/* retract_entry */
WITH retracted AS (
  UPDATE metadata_entry SET value = NULL, retracted_at = now(), retract_reason = ${reason}
  WHERE run_id = ${runId}::uuid AND id = ${id} AND retracted_at IS NULL RETURNING id
), newest AS (
  SELECT id, type, value, logged_at FROM metadata_entry
  WHERE run_id = ${runId}::uuid AND scope_id = ${scopeId}::uuid AND key = ${key} AND retracted_at IS NULL AND id <> ${id}
  ORDER BY id DESC LIMIT 1
), gone AS (
  DELETE FROM latest_entry l USING retracted
  WHERE l.run_id = ${runId}::uuid AND l.scope_id = ${scopeId}::uuid AND l.key = ${key} AND l.entry_id = ${id} AND NOT EXISTS (SELECT FROM newest)
  RETURNING l.entry_id
), moved AS (
  UPDATE latest_entry l SET entry_id = n.id, type = n.type, logged_at = n.logged_at, (sort_class, sort_number, sort_text) = (
    SELECT k.class,
      CASE WHEN k.class = 0 THEN CASE WHEN length(n.value::text) <= 1000 THEN (n.value::text)::numeric
        ELSE trunc((n.value::text)::numeric, 1000 - length(ltrim(n.value::text, '-'))) END END,
      CASE k.class WHEN 1 THEN left(n.value #>> '{}', 200) WHEN 2 THEN to_hex(jsonb_hash_extended(n.value::jsonb, 0)) END
    FROM (SELECT CASE WHEN json_typeof(n.value) = 'number' THEN 0 WHEN n.type IN ('STRING', 'URI', 'PATH', 'DTYPE') THEN 1 ELSE 2 END AS class) k)
  FROM newest n, retracted
  WHERE l.run_id = ${runId}::uuid AND l.scope_id = ${scopeId}::uuid AND l.key = ${key} AND l.entry_id = ${id}
  RETURNING l.entry_id
)
SELECT FROM gone UNION ALL SELECT FROM moved`;
  if (moved > 0) await recomputeRunLatest(transaction, runId, [key]);
}
