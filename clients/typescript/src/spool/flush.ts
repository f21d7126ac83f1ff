import type { Changes } from './changes.ts';
import type { Pauses } from './pauses.ts';

interface FlushOptions {
  /** Tries even while the service is known to be away and, if it was reached before, keeps trying until the timeout. */
  readonly final?: boolean;
}

/** Waits until everything appended so far is delivered (true), or it is clear that it will not be soon (false). */
export type Flush = (timeoutMs: number, options?: FlushOptions) => Promise<boolean>;

/** What a sender has seen of the service. */
export interface Health {
  failuresInRow: number;
  failures: number;
  /** Whether the service has ever answered. */
  wasReached: boolean;
  /** Whether a flush has timed out since the service last answered. */
  isSlow: boolean;
}

/** The parts of a sender that a flush works with. */
interface Flushable {
  readonly queue: { readonly appended: number; readonly removed: number };
  readonly pauses: Pauses;
  readonly changes: Changes;
  readonly health: Health;
  /** Ends the request under way. */
  readonly hangUp: () => void;
}

export function flushOf({ queue, pauses, changes, health, hangUp }: Flushable): Flush {
  let gaveUp = false;
  return async function flush(timeoutMs, { final = false } = {}) {
    const goal = queue.appended;
    const isDone = () => queue.removed >= goal;
    if (isDone()) return true;
    if (!final && (health.failuresInRow > 0 || health.isSlow)) return false;
    // A service that took nothing during the last wait is not waited for twice: the end of a run and that of its process
    // come one after the other.
    if (gaveUp && health.isSlow) return false;
    const failuresBefore = health.failures;
    const keepsTrying = final && health.wasReached && !gaveUp;
    let timedOut = false;
    const timer = setTimeout(() => {
      timedOut = true;
      changes.announce();
    }, timeoutMs);
    pauses.hurry();
    while (!isDone() && !timedOut && (health.failures === failuresBefore || keepsTrying)) await changes.next();
    clearTimeout(timer);
    if (isDone()) return true;
    health.isSlow ||= timedOut;
    gaveUp ||= final;
    // A request that hangs would keep a process alive that has nothing else to do.
    if (final && timedOut) hangUp();
    return false;
  };
}
