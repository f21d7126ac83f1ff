import { deliverLeftovers, type LeftoverOptions } from './leftovers.ts';
import { StartsElsewhereError } from './started-elsewhere.ts';

/** For how long leftovers go before this process's own operations. */
const headStartMs = 5_000;
const lookEveryMs = 60_000;

/** When a sender delivers what processes that have ended left behind. */
export interface LeftoverTurns {
  /** Delivers them if a look is due. Resolves when that is done or has had its head start, and never rejects. */
  take(): Promise<void>;
  /** Makes a look due. */
  hasten(): void;
  /** Whether some of them need an operation that this process may still have to deliver. */
  readonly waitForOurs: boolean;
}

export function leftoverTurns(options: LeftoverOptions): LeftoverTurns {
  let lookedAt = Number.NEGATIVE_INFINITY;
  let waitForOurs = false;

  async function look(): Promise<void> {
    try {
      const { kept } = await deliverLeftovers(options);
      waitForOurs = kept.some(({ error }) => error instanceof StartsElsewhereError);
      if (kept.length > 0) lookedAt = performance.now() - lookEveryMs + headStartMs;
    } catch (error) {
      options.warn(`what other processes left behind could not be delivered: ${String(error)}`);
    }
  }

  return {
    get waitForOurs() {
      return waitForOurs;
    },
    hasten() {
      lookedAt = Number.NEGATIVE_INFINITY;
    },
    async take() {
      if (performance.now() - lookedAt < lookEveryMs) return;
      lookedAt = performance.now();
      const timeout = new Promise<void>((resolve) => setTimeout(resolve, headStartMs).unref());
      await Promise.race([look(), timeout]);
    },
  };
}
