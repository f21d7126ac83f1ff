import { notifyChanges } from '../changes/notify.ts';
import { createBatch } from '../postgres/batch.ts';
import { inTransaction, perDatabase, type Select, selectIn, type Writer } from '../postgres/database.ts';
import { classifyFailure } from '../postgres/failures.ts';
import { retryRolledBack } from '../postgres/retry.ts';
import { insertEntries } from './insert.ts';
import type { LedgerResult, LedgerWrite } from './write.ts';

export type { LedgerEntry, LedgerResult, LedgerWrite } from './write.ts';

/** Rows of one statement at most: enough to amortise it, few enough that it does not hold up the next. */
const maxRows = 2_000;
/** Rows that may wait for the database before a write is refused. */
const maxWaitingRows = 50_000;

const groupCommit = perDatabase((db: Writer) =>
  createBatch<LedgerWrite, LedgerResult>((writes) => writeGroup(db, writes), {
    maxInFlight: 3,
    minShare: 0.5,
    maxWeight: maxRows,
    maxWaiting: maxWaitingRows,
    weigh: (write) => write.entries.length,
  }),
);

/**
 * Appends one write together with all others that are waiting, in one commit; resolves after it.
 * Rejects with QueueFullError when too many wait, or with what the database said about this very write.
 */
export async function appendEntries(db: Writer, write: LedgerWrite): Promise<LedgerResult> {
  const result = await groupCommit(db)(write);
  if (result.outcome === 'written') notifyChanges(db, [result.runId]);
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
  let runIds: string[] = [];
  const accepted = await inTransaction(db, async (transaction) => {
    const results = await writeOnce(selectIn(transaction), writes);
    runIds = results.filter((result) => result.outcome === 'written').map((result) => result.runId);
    return accept(results);
  });
  notifyChanges(db, runIds);
  return accepted;
}

/** Writes all of a group; where one write makes the statement fail, finds it by halves so that it fails alone. */
async function writeGroup(db: Writer, writes: LedgerWrite[]): Promise<(LedgerResult | Error)[]> {
  try {
    return await retryRolledBack(() => writeOnce(db.select, writes));
  } catch (error) {
    if (classifyFailure(error) !== 'other') throw error;
    if (writes.length === 1) return [error as Error];
    const middle = Math.ceil(writes.length / 2);
    const first = await writeGroup(db, writes.slice(0, middle));
    return [...first, ...(await writeGroup(db, writes.slice(middle)))];
  }
}

/** Sends each request id once per target; its copies are answered as repeats of the first. */
async function writeOnce(select: Select, writes: LedgerWrite[]): Promise<LedgerResult[]> {
  const firstOf = new Map<string, number>();
  const sent: LedgerWrite[] = [];
  const slots = writes.map((write) => {
    const identity = write.request && `${Object.values(write.target)[0]} ${write.request.id}`;
    const earlier = identity === null ? undefined : firstOf.get(identity);
    if (earlier !== undefined) return { index: earlier, copy: true };
    const index = sent.push(write) - 1;
    if (identity !== null) firstOf.set(identity, index);
    return { index, copy: false };
  });
  const results = await insertEntries(select, sent);
  return slots.map(({ index, copy }) => {
    const result = results[index]!;
    if (!copy || result.outcome !== 'written') return result;
    const { runId, scopeId, ids } = result;
    return { outcome: 'repeated', runId, scopeId, ids, contentHash: sent[index]!.request!.contentHash };
  });
}
