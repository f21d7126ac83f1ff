import { isAsyncIterable } from '@envelop/core';
import type { Caller } from '../domain/caller.ts';
import type { Result } from './engine.ts';
import { onEnd } from './on-end.ts';

/** How often it is looked whether whoever follows still may. */
const lookMs = 2_000;

/** A stream that is being opened: when it has to end, and its results, of which the end is noticed. */
type OpenStream = { signal: AbortSignal; until(result: Result): Result };

/**
 * Ends streams when the service stops, and when what opened them is revoked or expires: who opened several is looked at
 * once, and nobody while there is no stream.
 */
export function createStreamEnds(stopping: AbortSignal, isStillGood: (caller: Caller) => Promise<boolean>) {
  const streams = new Map<Caller, Set<AbortController>>();
  let isLooking = false;

  async function look(): Promise<void> {
    for (const [caller, controllers] of streams) {
      // Where it cannot be known, as the database is away, nothing comes over the stream either.
      const isGood = await isStillGood(caller).catch(() => true);
      if (!isGood) for (const controller of controllers) controller.abort();
    }
    isLooking = streams.size > 0;
    if (isLooking) lookLater();
  }

  function lookLater() {
    setTimeout(() => void look(), lookMs).unref();
  }

  stopping.addEventListener('abort', () => {
    for (const controllers of streams.values()) for (const controller of controllers) controller.abort();
  });

  return {
    open(caller: Caller): OpenStream {
      const controller = new AbortController();
      if (stopping.aborted) controller.abort();
      return {
        signal: controller.signal,
        until(result) {
          if (!isAsyncIterable(result)) return result;
          const controllers = streams.get(caller) ?? new Set();
          streams.set(caller, controllers.add(controller));
          if (!isLooking) lookLater();
          isLooking = true;
          return onEnd(result, () => {
            controllers.delete(controller);
            if (controllers.size === 0) streams.delete(caller);
          });
        },
      };
    },
  };
}
