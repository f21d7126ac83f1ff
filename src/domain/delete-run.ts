import { notifyChanges } from '../storage/changes/notify.ts';
import { recordChanges } from '../storage/changes/record.ts';
import { inTransaction, type Writer } from '../storage/postgres/database.ts';
import { removeRun, sweepDeletedRuns } from '../storage/runs/delete-run.ts';
import { lockRun, lockSteps } from '../storage/runs/locks.ts';
import { type Actor, account, tellAudit } from './audit.ts';
import { requireRun } from './find-run.ts';

/** How long the answer waits for the last row; a large run is removed further in the background. */
const patienceMs = 1_000;

/**
 * Deletes a run with its steps and entries. It is gone at once, and its name is free; its entries are removed in small
 * pieces that hold up no writer, within the call where there are few, else after it.
 * @throws NOT_FOUND, AMBIGUOUS.
 */
export async function deleteRun(db: Writer, actor: Actor, ref: string): Promise<boolean> {
  const { id, name, pipeline } = await requireRun(db, ref);
  const done = { action: 'DELETE_RUN', subject: name, pipeline, runId: id } as const;
  const isGone = await inTransaction(db, async (transaction) => {
    // Deleted by another call in the meantime: then it is what was asked for.
    const run = await lockRun(transaction, id);
    if (!run) return false;
    await lockSteps(transaction, id);
    await recordChanges(transaction, run, [{ kind: 'DELETION' }]);
    await removeRun(transaction, id);
    await account(transaction, actor, done);
    return true;
  });
  if (isGone) tellAudit(actor, done);
  notifyChanges(db);
  // What fails or is broken off here is done when a server starts or a run is deleted next.
  const swept = sweepDeletedRuns(db).catch(() => {});
  await Promise.race([swept, new Promise((resolve) => setTimeout(resolve, patienceMs).unref())]);
  return true;
}
