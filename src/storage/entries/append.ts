import { notifyChanges } from '../changes/notify.ts';
import type { Writer } from '../postgres/database.ts';
import { batchPerDatabase } from '../postgres/database-batch.ts';
import { classifyFailure, isLockTimeout } from '../postgres/failures.ts';
import { noteWrite } from '../postgres/ready.ts';
import { retryRolledBack } from '../postgres/retry.ts';
import { selectInTransaction } from '../postgres/transaction.ts';
import { isLocked, writeWhenUnlocked } from './locked-targets.ts';
import type { LedgerResult, LedgerWrite } from './write.ts';
import { writeOnce } from './write-once.ts';

export type { LedgerEntry, LedgerResult, LedgerWrite } from './write.ts';

/** Rows of one statement at most: enough to amortise it, few enough that it does not hold up the next. */
const maxRows = 2_000;
/** Rows that may wait for the database before a write is refused. */
const maxWaitingRows = 50_000;

const groupCommit = batchPerDatabase('group_commit', writeGroup, {
  maxInFlight: 3,
  minShare: 0.5,
  maxWeight: maxRows,
  maxWaiting: maxWaitingRows,
  weigh: (write) => write.entries.length,
});

/**
 * Appends one write together with all others that are waiting, in one commit; resolves after it. Where the target is locked
 * by somebody else it waits for that alone: no write to another target waits with it.
 * Rejects with QueueFullError when too many wait, or with what the database said about this very write.
 */
export async function appendEntries(db: Writer, write: LedgerWrite): Promise<LedgerResult> {
  let result: LedgerResult = isLocked(db, write) ? { outcome: 'locked' } : await groupCommit(db, write);
  if (result.outcome === 'locked') result = await writeWhenUnlocked(db, write);
  if (result.outcome === 'written') notifyChanges(db);
  return result;
}

/**
 * Appends several writes in one commit of their own: all are written, or none.
 * `accept` sees what would be committed; if it throws, nothing is.
 */
export async function appendTogether<T>(
  db: Writer,
  writes: LedgerWrite[],
  accept: (results: LedgerResult[]) => Promise<T>,
): Promise<T> {
  const accepted = await selectInTransaction(db, async (select) => accept(await writeOnce(select, writes, 'wait')));
  notifyChanges(db);
  return accepted;
}

/** Writes all of a group; where one write makes the statement fail, finds it by halves so that it fails alone. */
async function writeGroup(db: Writer, writes: LedgerWrite[]): Promise<(LedgerResult | Error)[]> {
  try {
    const results = await retryRolledBack(() => writeOnce(db.select, writes, 'skip'));
    noteWrite(db);
    return results;
  } catch (error) {
    // A latest row of one of them is locked, though its target is not: each waits by itself from here.
    if (isLockTimeout(error)) return writes.map((): LedgerResult => ({ outcome: 'locked' }));
    if (classifyFailure(error) !== 'other') {
      noteWrite(db, error);
      throw error;
    }
    if (writes.length === 1) return [error as Error];
    const middle = Math.ceil(writes.length / 2);
    const first = await writeGroup(db, writes.slice(0, middle));
    return [...first, ...(await writeGroup(db, writes.slice(middle)))];
  }
}
