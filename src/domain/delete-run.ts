import { notifyChanges } from '../storage/changes/notify.ts';
import { recordChanges } from '../storage/changes/record.ts';
import type { Transaction, Writer } from '../storage/postgres/database.ts';
import { inTransaction } from '../storage/postgres/transaction.ts';
import type { RunRow } from '../storage/rows.ts';
import { removeRun, sweepDeletedRuns } from '../storage/runs/delete-run.ts';
import { lockRun, lockSteps } from '../storage/runs/locks.ts';
import { type Accountable, type Actor, account, tellAudit } from './audit.ts';
import { requireRun } from './find-run.ts';

/** How long the answer waits for the last row; a large run is removed further in the background. */
const patienceMs = 1_000;

/**
 * Deletes a run with its steps and entries. It is gone at once, and its name is free; its entries are removed in small
 * pieces that hold up no writer, within the call where there are few, else after it.
 * @throws NOT_FOUND, AMBIGUOUS.
 */
export async function deleteRun(db: Writer, actor: Actor, ref: string): Promise<boolean> {
  const { id } = await requireRun(db, ref);
  await takeOut(db, actor, id);
  notifyChanges(db);
  // What fails or is broken off here is done when a server starts or a run is deleted next.
  const swept = sweepDeletedRuns(db).catch(() => {});
  await Promise.race([swept, new Promise((resolve) => setTimeout(resolve, patienceMs).unref())]);
  return true;
}

/** On what condition a run is taken out, as whoever holds its lock sees it, and what the audit log says of why. */
export type Condition = { holds: (transaction: Transaction) => Promise<boolean>; reason: string };

/**
 * Takes a run out of the ledger: from then on nothing finds it, and what it has left is to be swept. False where it is not
 * there any more (deleted by another call in the meantime: then it is what was asked for), or the condition does not hold.
 */
export async function takeOut(db: Writer, actor: Actor, id: string, condition?: Condition): Promise<boolean> {
  const gone = await inTransaction(db, async (transaction) => {
    const run = await lockRun(transaction, id);
    if (!run || (condition && !(await condition.holds(transaction)))) return null;
    await lockSteps(transaction, id);
    await recordChanges(transaction, run, [{ kind: 'DELETION' }]);
    await removeRun(transaction, id);
    const done = deletionOf(run, condition?.reason);
    await account(transaction, actor, done);
    return done;
  });
  if (gone) tellAudit(actor, gone);
  return gone !== null;
}

function deletionOf({ id, name, pipeline }: RunRow, reason: string | undefined): Accountable {
  return { action: 'DELETE_RUN', subject: name, pipeline, runId: id, ...(reason !== undefined && { reason }) };
}
