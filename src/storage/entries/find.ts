import { arrayLiteral } from '../postgres/array-literal.ts';
import { entryColumns } from '../postgres/columns.ts';
import type { Reader } from '../postgres/database.ts';
import type { EntryRow } from '../rows.ts';
import { isInSight } from '../sight.ts';

/** An entry as far as retracting it needs to know it. */
export type RetractableEntry = { runId: string; scopeId: string; key: string; retracted: boolean };

/** The entry with this id, retracted or not, of whatever run in sight that is not deleted; null when there is none. */
export async function findEntryById(db: Reader, id: bigint): Promise<RetractableEntry | null> {
  const rows = await db.prisma.$queryRaw<(RetractableEntry & { pipeline: string })[]>`/* find_entry, prepared */
SELECT r.pipeline, e.run_id AS "runId", e.scope_id AS "scopeId", e.key, e.retracted_at IS NOT NULL AS retracted
FROM metadata_entry e JOIN pipeline_run r ON r.id = e.run_id WHERE e.id = ${id}`;
  if (!rows[0]) return null;
  const { pipeline, ...entry } = rows[0];
  return isInSight(db.sight, { id: entry.runId, pipeline }) ? entry : null;
}

/** The entries with these ids of a run, in the order of the ids. */
export async function findEntries(db: Reader, runId: string, ids: bigint[]): Promise<EntryRow[]> {
  return db.prisma.$queryRaw<EntryRow[]>`/* find_entries, prepared */
SELECT ${entryColumns}
FROM metadata_entry e WHERE e.run_id = ${runId}::uuid AND e.id = ANY(${arrayLiteral(ids)}::bigint[]) ORDER BY e.id`;
}
