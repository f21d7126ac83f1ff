import { notifyChanges } from '../storage/changes/notify.ts';
import { countOldEntries, removeOldEntries, removeOldRequests } from '../storage/entries/old-entries.ts';
import type { Reader, Transaction, Writer } from '../storage/postgres/database.ts';
import { isLockTimeout } from '../storage/postgres/failures.ts';
import { inPieces } from '../storage/postgres/pieces.ts';
import { inTransaction } from '../storage/postgres/transaction.ts';
import { sweepDeletedRuns } from '../storage/runs/delete-run.ts';
import { shareRun } from '../storage/runs/locks.ts';
import {
  isOldRun,
  listOldRuns,
  listRunsStartedBefore,
  type OldRuns,
  type OldRunsSummary,
  type StartedRun,
  summarizeOldRuns,
} from '../storage/runs/old-runs.ts';
import { type Actor, account, tellAudit } from './audit.ts';
import { takeOut } from './delete-run.ts';

export type { OldRuns, OldRunsSummary };

/** Runs taken out, or looked through, before the next are asked for. */
const runsAtOnce = 100;

/** What would go with the old runs, by pipeline. */
export function previewOldRuns(db: Reader, old: OldRuns): Promise<OldRunsSummary[]> {
  return summarizeOldRuns(db, old);
}

/**
 * Deletes the old runs, each as `deleteRun` does; what they leave is removed in small pieces. Gives how many. Whoever
 * is working on one of them makes it young again, and it stays.
 */
export async function pruneRuns(db: Writer, actor: Actor, old: OldRuns, signal?: AbortSignal): Promise<number> {
  let pruned = 0;
  // Those that somebody works on, or has locked: they are not to be met again, else the runs behind them never come.
  const left: string[] = [];
  while (!signal?.aborted) {
    const page = await listOldRuns(db, old, left, runsAtOnce);
    for (const { id } of page) {
      if (signal?.aborted) break;
      if (await takeOutOld(db, actor, id, old)) pruned += 1;
      else left.push(id);
    }
    notifyChanges(db);
    await sweepDeletedRuns(db, signal);
    if (page.length < runsAtOnce) break;
  }
  return pruned;
}

async function takeOutOld(db: Writer, actor: Actor, id: string, old: OldRuns): Promise<boolean> {
  const condition = {
    reason: `older than ${old.before.toISOString()}`,
    holds: (transaction: Transaction) => isOldRun(transaction, id, old),
  };
  try {
    return await takeOut(db, actor, id, condition);
  } catch (error) {
    // Somebody has locked it: it is left for the next time.
    if (isLockTimeout(error)) return false;
    throw error;
  }
}

/** History and request ids from before, of the runs in a sight. */
export type OldHistory = Pick<OldRuns, 'before' | 'sight'> & { requestsOnly: boolean };

/** How much of it there is, or was removed; runs that somebody had locked are left for the next time. */
export type HistoryCounts = { runs: number; entries: number; requests: number; left: number };

/**
 * Finds what was logged before and is not the latest any more, and the request ids from before; and
 * removes it when there is an `actor`, in small pieces that hold up no writer. The latest of each step, and of each run
 * itself, stays however old it is.
 */
export async function pruneHistory(
  db: Writer,
  actor: Actor | null,
  old: OldHistory,
  signal?: AbortSignal,
): Promise<HistoryCounts> {
  const counts = { runs: 0, entries: 0, requests: 0, left: 0 };
  let last: StartedRun | null = null;
  while (!signal?.aborted) {
    const page: StartedRun[] = await listRunsStartedBefore(db, old, last, runsAtOnce);
    if (page.length === 0) break;
    last = page.at(-1)!;
    const runIds = page.map(({ id }) => id);
    for (const found of await countOldEntries(db, runIds, old.before)) {
      const entries = old.requestsOnly ? 0 : found.entries;
      if (signal?.aborted || entries + found.requests === 0) continue;
      const removed = actor ? await pruneRun(db, found.runId, { ...old, requestsOnly: entries === 0 }, signal) : found;
      if (actor && counts.runs === 0) await accountForHistory(db, actor, old);
      counts.runs += 1;
      counts.entries += old.requestsOnly ? 0 : removed.entries;
      counts.requests += removed.requests;
      if ('left' in removed && removed.left) counts.left += 1;
    }
  }
  return counts;
}

/** Request ids first: an entry whose call could still be repeated must be there. */
async function pruneRun(db: Writer, runId: string, { before, requestsOnly }: OldHistory, signal?: AbortSignal) {
  const requests = await inPieces((rows) => removeOldRequests(db.prisma, runId, before, rows), signal);
  let [entries, last, left] = [0, 0n, false];
  if (!requestsOnly) {
    await inPieces(async (rows) => {
      const piece = await inTransaction(db, async (transaction) =>
        (await shareRun(transaction, runId)) ? removeOldEntries(transaction, runId, before, last, rows) : null,
      );
      left = piece === null;
      if (!piece) return 0;
      entries += piece.removed;
      last = piece.last;
      return piece.looked;
    }, signal);
  }
  return { entries, requests, left };
}

async function accountForHistory(db: Writer, actor: Actor, { before, requestsOnly, sight }: OldHistory): Promise<void> {
  const of =
    sight.of === 'pipelines' ? [...sight.names, ...sight.prefixes.map((prefix) => `${prefix}*`)].join(', ') : 'all';
  const what = requestsOnly ? 'request ids' : 'history';
  const done = {
    action: 'PRUNE_HISTORY',
    subject: `${what} from before ${before.toISOString()} of pipelines: ${of}`,
  } as const;
  await account(db.prisma, actor, done);
  tellAudit(actor, done);
}
