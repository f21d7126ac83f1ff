import type { UnavailableError } from './errors.ts';
import { warn } from './warn.ts';

/** After how long a wait is told of: where a try has failed, and where nothing has answered at all. */
const failedMs = 1_000;
const silentMs = 3_000;

/** Tells whoever waits for an answer, once, what is waited for. */
export interface Waiting {
  /** A try has failed; `deadlineMs` from the beginning, nothing is waited for any more. */
  failed(error: UnavailableError, deadlineMs: number): void;
  /** It is waited no longer. */
  over(): void;
}

/** Begins to watch a call that waits for the service at `url`, `deadlineMs` at most. */
export function sayWaiting(url: string, deadlineMs: number): Waiting {
  const startedAt = performance.now();
  let mostMs = deadlineMs;
  let why = `${url} has not answered yet.`;
  let hasFailed = false;
  let hasSaid = false;
  let timer = setTimeout(say, silentMs);

  function say(): void {
    hasSaid = true;
    const leftMs = mostMs - (performance.now() - startedAt);
    if (leftMs > 0) warn(`${why} Waiting for it, up to ${Math.ceil(leftMs / 1_000)} s more.`);
  }

  return {
    failed(error, untilMs) {
      why = error.message;
      mostMs = untilMs;
      if (hasFailed || hasSaid) return;
      hasFailed = true;
      // A busy process may hear of a failure before the timer that was due.
      clearTimeout(timer);
      timer = setTimeout(say, Math.max(0, failedMs - (performance.now() - startedAt)));
    },
    over: () => clearTimeout(timer),
  };
}
