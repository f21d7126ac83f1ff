import { notifyChanges } from '../storage/changes/notify.ts';
import { pruneChanges } from '../storage/changes/prune.ts';
import { isTallied, pruneCounts, tally } from '../storage/counts/tally.ts';
import type { Writer } from '../storage/postgres/database.ts';
import { crashSilent } from '../storage/runs/crashes.ts';
import { sweepDeletedRuns } from '../storage/runs/delete-run.ts';
import { writeUses } from './access/key-ring.ts';
import { anonymous, sightOfNamed } from './caller.ts';
import { pruneHistory, pruneRuns } from './retention.ts';

/** Brings the counters of runs and keys up to date, if anything has happened. */
export async function count(db: Writer, signal: AbortSignal): Promise<void> {
  if (!(await isTallied(db))) await tally(db, signal);
}

/** Marks as CRASHED the runs and steps that said once that they live, and have been silent for so long since. */
export async function markCrashed(db: Writer, afterSeconds: number): Promise<void> {
  if ((await crashSilent(db, afterSeconds)) > 0) notifyChanges(db);
}

/** Removes what deleted runs have left, changes that are not kept any longer, and counters of nothing. */
export async function removeOld(db: Writer, keepDays: number, signal: AbortSignal): Promise<void> {
  await sweepDeletedRuns(db, signal);
  await pruneChanges(db, keepDays, signal);
  await pruneCounts(db);
}

/** How many days to keep what; 0 for ever. Of these pipelines, each a name or a beginning with `*`; of all where there is none. */
export type Retention = { runDays: number; historyDays: number; requestDays: number; pipelines: readonly string[] };

/** Removes the runs, the history and the request ids that are not kept any longer, and tells who looks after the service. */
export async function applyRetention(
  db: Writer,
  { runDays, historyDays, requestDays, pipelines }: Retention,
  tell: (what: Record<string, unknown>) => void,
  signal: AbortSignal,
): Promise<void> {
  const sight = sightOfNamed(pipelines);
  const actor = { caller: { ...anonymous, name: 'retention' }, address: null, tell };
  const before = (days: number) => new Date(Date.now() - days * 86_400_000);
  if (runDays > 0) await pruneRuns(db, actor, { before: before(runDays), unfinished: false, sight }, signal);
  if (historyDays > 0)
    await pruneHistory(db, actor, { before: before(historyDays), requestsOnly: false, sight }, signal);
  // With the history go the request ids of its time.
  const isSooner = requestDays > 0 && (historyDays === 0 || requestDays < historyDays);
  if (isSooner) await pruneHistory(db, actor, { before: before(requestDays), requestsOnly: true, sight }, signal);
}

/** Writes down which keys were used since the last time. */
export async function noteKeyUses(db: Writer): Promise<void> {
  await writeUses(db);
}
