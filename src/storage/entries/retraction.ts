import { Prisma } from '../../generated/prisma/client.ts';
import { columnOf } from '../postgres/array-literal.ts';
import type { Reader, Transaction } from '../postgres/database.ts';
import { batchPerDatabase } from '../postgres/database-batch.ts';
import { jsonHash } from '../postgres/json-hash.ts';
import type { EntryRow, MetadataType, SortKey } from '../rows.ts';
import type { RetractableEntry } from './find.ts';

/** Erases the value of an entry and notes why; false when it was retracted before, and then nothing changes. */
export async function eraseEntry(
  transaction: Transaction,
  runId: string,
  id: bigint,
  reason: string,
): Promise<boolean> {
  const erased = await transaction.$executeRaw`/* retract_entry, prepared */
UPDATE metadata_entry SET value = NULL, retracted_at = now(), retract_reason = ${reason}
WHERE run_id = ${runId}::uuid AND id = ${id} AND retracted_at IS NULL`;
  return erased > 0;
}

/** That an entry was taken back, and why. */
export type RetractionRow = { reason: string; retractedAt: Date };

const ofEntry = batchPerDatabase(
  'retractions',
  async (db: Reader, entries: Pick<EntryRow, 'runId' | 'id'>[]) => {
    const runIds = columnOf(entries, 'uuid', ({ runId }) => runId);
    const ids = columnOf(entries, 'bigint', ({ id }) => id);
    const rows = await db.prisma.$queryRaw<(RetractionRow & { n: number })[]>`/* find_retractions, prepared */
SELECT q.n::int, e.retract_reason AS reason, e.retracted_at AS "retractedAt"
FROM unnest(${runIds}, ${ids}) WITH ORDINALITY AS q(run_id, id, n)
JOIN metadata_entry e ON e.run_id = q.run_id AND e.id = q.id WHERE e.retracted_at IS NOT NULL`;
    const found: (RetractionRow | null)[] = entries.map(() => null);
    for (const { n, ...row } of rows) found[n - 1] = row;
    return found;
  },
  { identify: ({ runId, id }) => `${runId} ${id}` },
);

/** Why and when an entry was taken back; null where it was not. All that ask at one moment share one statement. */
export function findRetraction(db: Reader, entry: Pick<EntryRow, 'runId' | 'id'>): Promise<RetractionRow | null> {
  return ofEntry(db, entry);
}

/** What is left under a key of a scope: its newest entry that was not retracted. */
export type Remaining = { id: bigint; type: MetadataType; text: string; loggedAt: Date };

/** The newest entry under the key of a scope, of those that were not retracted; null when there is none. */
export async function findRemaining(
  transaction: Transaction,
  { runId, scopeId, key }: RetractableEntry,
): Promise<Remaining | null> {
  const rows = await transaction.$queryRaw<Remaining[]>`/* find_remaining, prepared */
SELECT id, type::text, value::text AS text, logged_at AS "loggedAt" FROM metadata_entry
WHERE run_id = ${runId}::uuid AND scope_id = ${scopeId}::uuid AND key = ${key} AND retracted_at IS NULL
ORDER BY id DESC LIMIT 1`;
  return rows[0] ?? null;
}

/**
 * Makes `remaining` the latest under the key of a scope where the entry `id` was; without it, nothing is. False when
 * another entry had become the latest since. The run and its steps must be locked.
 */
export async function moveLatest(
  transaction: Transaction,
  { runId, scopeId, key }: RetractableEntry,
  id: bigint,
  remaining: (Remaining & SortKey) | null,
): Promise<boolean> {
  const row = Prisma.sql`run_id = ${runId}::uuid AND scope_id = ${scopeId}::uuid AND key = ${key} AND entry_id = ${id}`;
  if (!remaining) {
    const gone = await transaction.$executeRaw`/* drop_latest, prepared */
DELETE FROM latest_entry WHERE ${row}`;
    return gone > 0;
  }
  const { id: entryId, type, text, loggedAt, sortClass, sortNumber, sortText } = remaining;
  const moved = await transaction.$executeRaw`/* move_latest, prepared */
UPDATE latest_entry SET entry_id = ${entryId}, type = ${type}::text::"MetadataType", logged_at = ${loggedAt},
  sort_class = ${sortClass}::int, sort_number = ${sortNumber}::text::numeric,
  sort_text = CASE WHEN ${sortClass}::int = 2 THEN ${jsonHash(Prisma.sql`${text}::text`)} ELSE ${sortText} END
WHERE ${row}`;
  return moved > 0;
}
