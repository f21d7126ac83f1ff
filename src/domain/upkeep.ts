import { notifyChanges } from '../storage/changes/notify.ts';
import { pruneChanges } from '../storage/changes/prune.ts';
import { isTallied, pruneCounts, tally } from '../storage/counts/tally.ts';
import type { Writer } from '../storage/postgres/database.ts';
import { crashSilent } from '../storage/runs/crashes.ts';
import { sweepDeletedRuns } from '../storage/runs/delete-run.ts';
import { writeUses } from './access/key-ring.ts';

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

/** Writes down which keys were used since the last time. */
export async function noteKeyUses(db: Writer): Promise<void> {
  await writeUses(db);
}
