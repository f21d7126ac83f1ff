import { badInput } from '../errors.ts';
import { notifyChanges } from '../storage/changes/notify.ts';
import type { Writer } from '../storage/postgres/database.ts';
import { keepAlive as noteBeat } from '../storage/runs/beats.ts';
import { findRunById } from '../storage/runs/runs.ts';
import { findStepById } from '../storage/runs/steps.ts';

const maxIds = 1_000;

export type KeepAlive = { runIds?: string[] | null | undefined; stepIds?: string[] | null | undefined };

/**
 * Notes that the processes of these runs and steps live; one that had been taken for dead is RUNNING again. Ids that are
 * unknown, or of what has ended, change nothing.
 * @throws BAD_USER_INPUT for more than 1,000 ids.
 */
export async function keepAlive(db: Writer, { runIds, stepIds }: KeepAlive): Promise<void> {
  const beat = { runIds: [...new Set(runIds)], stepIds: [...new Set(stepIds)] };
  const count = beat.runIds.length + beat.stepIds.length;
  if (count > maxIds)
    throw badInput(`keepAlive was given ${count} ids; at most ${maxIds} are taken. Send them in several calls.`);
  if (count === 0) return;
  if (await noteBeat(db, db.sight.of === 'all' ? beat : await ofThoseInSight(db, beat))) notifyChanges(db);
}

type Beat = { runIds: string[]; stepIds: string[] };

/** What is out of sight is unknown, and changes nothing. */
async function ofThoseInSight(db: Writer, { runIds, stepIds }: Beat): Promise<Beat> {
  const runs = await Promise.all(runIds.map((id) => findRunById(db, id)));
  const steps = await Promise.all(stepIds.map((id) => findStepById(db, id)));
  return { runIds: runIds.filter((_, index) => runs[index]), stepIds: stepIds.filter((_, index) => steps[index]) };
}
