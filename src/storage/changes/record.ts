import { Prisma } from '../../generated/prisma/client.ts';
import type { Queryable } from '../postgres/database.ts';
import type { RunRow } from '../rows.ts';

/**
 * The cursor of a change, for the statement that makes it: of the same sequence as the ids of entries. To be taken by a
 * transaction that has changed a row before: whoever waits until all ids are decided relies on it (see watermark.ts).
 */
export const nextCursor = Prisma.raw(`nextval('metadata_entry_id_seq')`);

/** What happened to a run: it was started or ended, one of its steps was, an entry was taken back, or it was deleted. */
export type RecordedChange =
  | { kind: 'RUN' | 'DELETION' }
  | { kind: 'STEP'; stepId: string }
  | { kind: 'RETRACTION'; entryId: bigint };

/** Records changes of a run, in this order, in the transaction that makes them. The run must be locked, or its row new. */
export async function recordChanges(
  transaction: Queryable,
  run: Pick<RunRow, 'id' | 'name' | 'pipeline'>,
  changes: readonly RecordedChange[],
): Promise<void> {
  const kinds = changes.map(({ kind }) => kind);
  const stepIds = changes.map((change) => (change.kind === 'STEP' ? change.stepId : null));
  const entryIds = changes.map((change) => (change.kind === 'RETRACTION' ? String(change.entryId) : null));
  await transaction.$executeRaw`/* record_changes, prepared */
INSERT INTO change (run_id, id, kind, step_id, entry_id, pipeline, run_name)
SELECT ${run.id}::uuid, ${nextCursor}, c.kind, c.step_id, c.entry_id, ${run.pipeline}, ${run.name}
FROM unnest(${kinds}::text[]::"ChangeKind"[], ${stepIds}::text[]::uuid[], ${entryIds}::text[]::bigint[])
  WITH ORDINALITY AS c(kind, step_id, entry_id, n)
ORDER BY c.n`;
}
