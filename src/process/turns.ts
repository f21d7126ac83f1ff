import { BusyError, CrowdedError } from '../storage/postgres/failures.ts';
import { createSemaphore } from '../storage/postgres/semaphore.ts';
import { atMost } from './stop.ts';

type TurnOptions = {
  /** So much work is begun at once. */
  atOnce: number;
  /** What takes longer holds up no other any more. */
  longMs: number;
  /** For so long a turn is waited for. */
  waitMs: number;
  /** So much may wait; default 1,000. */
  maxWaiting?: number;
};

/**
 * Lets work begin in turn, first come, first served; gives what becomes of it.
 * @throws CrowdedError where its turn did not come in time, or too many wait for theirs: it was not begun.
 */
export function createTurns({ atOnce, longMs, waitMs, maxWaiting = 1_000 }: TurnOptions) {
  const take = createSemaphore(atOnce, waitMs);
  let waiting = 0;
  return async <T>(work: () => Promise<T>): Promise<T> => {
    if (waiting >= maxWaiting) throw new CrowdedError();
    waiting += 1;
    let begun: Promise<T> | undefined;
    const begin = () => {
      waiting -= 1;
      begun = work();
      return atMost(longMs, begun);
    };
    await take(begin).catch((error) => {
      if (!(error instanceof BusyError)) throw error;
      waiting -= 1;
      throw new CrowdedError();
    });
    return begun!;
  };
}
