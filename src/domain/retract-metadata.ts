import { badInput, notFound } from '../errors.ts';
import { notifyChanges } from '../storage/changes/notify.ts';
import { recordChanges } from '../storage/changes/record.ts';
import { findEntryById } from '../storage/entries/find.ts';
import { findLatest } from '../storage/entries/latest.ts';
import { recomputeRunLatest } from '../storage/entries/recompute-latest.ts';
import { eraseEntry, findRemaining, moveLatest } from '../storage/entries/retraction.ts';
import type { Writer } from '../storage/postgres/database.ts';
import { inTransaction } from '../storage/postgres/transaction.ts';
import type { EntryRow } from '../storage/rows.ts';
import { lockRun, lockSteps } from '../storage/runs/locks.ts';
import { type Accountable, type Actor, account, tellAudit } from './audit.ts';
import { parseEntryId } from './entry-id.ts';
import { sortKeyOf } from './value/sort-key.ts';
import { isStorableText } from './value/storable.ts';

const maxReasonLength = 1_000;

/**
 * Takes an entry back: its value is erased, its key, type, times and the reason stay for the audit, and it counts as
 * latest no more. Twice changes nothing. Gives what is latest now under the key of the entry's own step or run.
 * @throws BAD_USER_INPUT for a reason that is blank or longer than 1,000 characters; NOT_FOUND.
 */
export async function retractMetadata(
  db: Writer,
  actor: Actor,
  entryId: string | number | bigint,
  reason: string,
): Promise<EntryRow | null> {
  if (reason.trim() === '' || reason.length > maxReasonLength || !isStorableText(reason)) {
    throw badInput(
      `reason must be a text of 1 to ${maxReasonLength} characters that says why; it is kept for the audit.`,
    );
  }
  const id = parseEntryId(String(entryId));
  const missing = () => notFound(`There is no entry with the id ${JSON.stringify(String(entryId).slice(0, 60))}.`);
  if (id === null) throw missing();
  const entry = await findEntryById(db, id);
  if (!entry) throw missing();
  if (!entry.retracted) {
    let done: Accountable | null = null;
    await inTransaction(db, async (transaction) => {
      const run = await lockRun(transaction, entry.runId);
      if (!run) throw missing();
      await lockSteps(transaction, entry.runId);
      if (!(await eraseEntry(transaction, entry.runId, id, reason))) return;
      await recordChanges(transaction, run, [{ kind: 'RETRACTION', entryId: id }]);
      done = {
        action: 'RETRACT',
        subject: `${entry.key} (${id}) of ${run.name}`,
        pipeline: run.pipeline,
        runId: run.id,
        reason,
      };
      await account(transaction, actor, done);
      const remaining = await findRemaining(transaction, entry);
      const sorted = remaining && { ...remaining, ...sortKeyOf(remaining.type, remaining.text) };
      if (await moveLatest(transaction, entry, id, sorted))
        await recomputeRunLatest(transaction, entry.runId, [entry.key]);
    });
    if (done) tellAudit(actor, done);
    notifyChanges(db);
  }
  return findLatest(db, entry);
}
