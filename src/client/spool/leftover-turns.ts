import { deliverLeftovers, type LeftoverOptions } from './leftovers.ts';

/** How long what others left goes before this process's own, and how often it is looked for. */
const firstMs = 5_000;
const everyMs = 60_000;

/** When a sender looks after what other processes left. */
export interface LeftoverTurns {
  /** Looks, when it is time; resolves when all is delivered or has had its time, and never rejects. */
  take(): Promise<void>;
  /** Makes it time. */
  hasten(): void;
  /** Whether something that was left waits for an operation that this process still has to deliver. */
  readonly waitsForOurs: boolean;
}

export function leftoverTurns(options: LeftoverOptions): LeftoverTurns {
  let lookedAt = Number.NEGATIVE_INFINITY;
  let waitsForOurs = false;

  async function look(): Promise<void> {
    try {
      const { kept } = await deliverLeftovers(options);
      waitsForOurs = kept.some(({ error }) => error?.code === 'NOT_FOUND');
      if (kept.length > 0) lookedAt = performance.now() - everyMs + firstMs;
    } catch (error) {
      options.warn(`what other processes left could not be delivered: ${String(error)}`);
    }
  }

  return {
    get waitsForOurs() {
      return waitsForOurs;
    },
    hasten() {
      lookedAt = Number.NEGATIVE_INFINITY;
    },
    async take() {
      if (performance.now() - lookedAt < everyMs) return;
      lookedAt = performance.now();
      const timeout = new Promise<void>((resolve) => setTimeout(resolve, firstMs).unref());
      await Promise.race([look(), timeout]);
    },
  };
}
