import type { Settings } from '../options.ts';
import type { Delivery } from './deliver.ts';
import type { Health } from './flush.ts';
import { openPostNow, type PostNow } from './post-now.ts';

/** For how long a call waits for an answer that makes room. */
const answerMs = 10_000;

interface ReliefOptions {
  readonly settings: Settings;
  readonly delivery: Delivery;
  readonly health: Health;
  readonly queue: { readonly removed: number };
}

/**
 * Makes room in a full spool by delivering, before it returns, until `isEnough`: a loop that logs faster than the service
 * takes it is held up, and loses nothing. False where that does not help: the service is away, or takes nothing.
 */
export function reliefOf({ settings, delivery, health, queue }: ReliefOptions): (isEnough: () => boolean) => boolean {
  let postNow: PostNow | undefined;
  /** Where it took nothing the last time: the calls that follow do not wait for the same. */
  let stuckAt = -1;
  return (isEnough) => {
    if (!settings.isPlainFetch || health.failuresInRow > 0 || health.isSlow || queue.removed === stuckAt) return false;
    try {
      postNow ??= openPostNow(settings);
      const send = postNow;
      while (delivery.nextNow((body) => send(body, answerMs))) {
        health.wasReached = true;
        if (isEnough()) return true;
      }
    } catch {
      // No thread can be had here.
    }
    stuckAt = queue.removed;
    return false;
  };
}
