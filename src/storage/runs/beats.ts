import type { Writer } from '../postgres/database.ts';
import { batchPerDatabase } from '../postgres/database-batch.ts';
import { findCrashed, reviveCrashed } from './crashes.ts';
import { type Beat, insertBeats } from './heartbeats.ts';

const beats = batchPerDatabase(
  'heartbeats',
  async (db: Writer, asked: Beat[]) => {
    const all = {
      runIds: asked.flatMap(({ runIds }) => runIds),
      stepIds: asked.flatMap(({ stepIds }) => stepIds),
    };
    await insertBeats(db, all);
    // Behind the beat: whoever took one for dead meanwhile did so before it, and whoever looks from now on sees the beat.
    const revived = (await reviveCrashed(db, await findCrashed(db, all))) > 0;
    return asked.map(() => revived);
  },
  { maxInFlight: 1, maxWeight: 5_000, weigh: ({ runIds, stepIds }) => runIds.length + stepIds.length },
);

/**
 * Notes that these are alive now, of those that have not ended, and takes the end back of those that had been taken for
 * dead; true where that may have happened. All that say so at one moment share the statements.
 */
export function keepAlive(db: Writer, beat: Beat): Promise<boolean> {
  return beats(db, beat);
}
