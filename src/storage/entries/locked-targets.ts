import type { Clock } from '../../measure/clock.ts';
import { createBatch } from '../postgres/batch.ts';
import { batchCounts } from '../postgres/counts.ts';
import { perDatabase, type Writer } from '../postgres/database.ts';
import { isLockTimeout } from '../postgres/failures.ts';
import { createSemaphore } from '../postgres/semaphore.ts';
import { type LedgerResult, type LedgerWrite, targetId } from './write.ts';
import { writeOnce } from './write-once.ts';

/** Statements that may wait for locks at once: the other connections are for those who need not wait. */
const maxWaiting = 3;
/** How long a target counts as locked after a write to it has waited in vain. */
const suspectMs = 3_000;
const batchName = 'locked_targets';

type Lane = { write: (write: LedgerWrite, clock?: Clock) => Promise<LedgerResult>; pending: number };

/** A lane for each target that somebody else has locked, so that writes to others never wait for it. */
const lanes = perDatabase((db: Writer) => ({
  byTarget: new Map<string, Lane>(),
  suspectUntil: new Map<string, number>(),
  turn: createSemaphore(maxWaiting, db.lockTimeoutMs),
}));

/** Whether the target is known to be locked: then a write to it waits in its lane from the start. */
export function isLocked(db: Writer, write: LedgerWrite): boolean {
  const { byTarget, suspectUntil } = lanes(db);
  const id = targetId(write);
  return byTarget.has(id) || (suspectUntil.get(id) ?? 0) > Date.now();
}

/**
 * Writes to a target that is locked, together with all others that wait for it: in a statement that waits for the lock, as
 * long as `lock_timeout` lets it.
 */
export async function writeWhenUnlocked(db: Writer, write: LedgerWrite): Promise<LedgerResult> {
  const { byTarget, suspectUntil, turn } = lanes(db);
  const id = targetId(write);
  let lane = byTarget.get(id);
  if (!lane) {
    lane = {
      write: createBatch((writes) => turn(() => writeOnce(db.select, writes, 'wait')), {
        maxInFlight: 1,
        name: batchName,
        counts: batchCounts(db.counts, batchName),
      }),
      pending: 0,
    };
    byTarget.set(id, lane);
  }
  lane.pending += 1;
  try {
    const result = await lane.write(write, db.clock);
    suspectUntil.delete(id);
    return result;
  } catch (error) {
    if (isLockTimeout(error)) suspectUntil.set(id, Date.now() + suspectMs);
    throw error;
  } finally {
    lane.pending -= 1;
    if (lane.pending === 0) byTarget.delete(id);
    for (const [suspect, until] of suspectUntil) if (until < Date.now()) suspectUntil.delete(suspect);
  }
}
