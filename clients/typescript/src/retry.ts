import { UnavailableError } from './errors.ts';

/** The pause before the next try, in milliseconds, with full jitter: so that many clients do not all return at once. */
export function pauseMs(failures: number, { baseMs = 100, capMs = 5_000 } = {}): number {
  return Math.random() * Math.min(capMs, baseMs * 2 ** Math.min(failures, 20));
}

/** Resolves after `ms`, or rejects with the reason of the signal if it is aborted first. */
export function pause(ms: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    signal?.throwIfAborted();
    const stop = () => {
      clearTimeout(timer);
      reject(signal?.reason);
    };
    const timer = setTimeout(() => {
      signal?.removeEventListener('abort', stop);
      resolve();
    }, ms);
    signal?.addEventListener('abort', stop, { once: true });
  });
}

/**
 * Aborts after `ms`, like `AbortSignal.timeout`. But a process that was too busy to notice the time was too busy to
 * notice an answer, too: it first gets a moment to read one that may have arrived.
 */
export function patientTimeout(ms: number): AbortSignal {
  const controller = new AbortController();
  let due = performance.now() + ms;
  const look = () => {
    if (performance.now() - due < 500)
      return controller.abort(new DOMException('No answer came in time.', 'TimeoutError'));
    due = performance.now() + Math.min(ms, 2_000);
    return start(Math.min(ms, 2_000));
  };
  const start = (delay: number) => {
    // In Node a timer is an object, and must not keep the process alive; in a browser it is a number.
    (setTimeout(look, delay) as { unref?(): void }).unref?.();
  };
  start(ms);
  return controller.signal;
}

/** A try that is left less time than this could hardly do anything but time out. */
const minTryMs = 100;

export interface RetryOptions {
  /** How long all tries and pauses may take together, in milliseconds. */
  readonly deadlineMs: number;
  /** How long one try may take, in milliseconds. */
  readonly tryTimeoutMs: number;
  readonly signal?: AbortSignal | undefined;
  /** Hears of each failure, and says how long all may take after it. Default: `deadlineMs`. */
  readonly deadlineAfter?: (error: UnavailableError) => number;
}

/**
 * Calls `attempt` again for as long as it throws an UnavailableError; once the deadline would pass, throws that error.
 * Waits at least as long as the service asked. An aborted `signal` ends it with the reason of the signal.
 */
export async function withRetries<T>(
  attempt: (signal: AbortSignal) => Promise<T>,
  { deadlineMs, tryTimeoutMs, signal, deadlineAfter }: RetryOptions,
): Promise<T> {
  const start = Date.now();
  let end = start + deadlineMs;
  for (let failures = 0; ; failures += 1) {
    const timeout = patientTimeout(Math.max(1, Math.min(tryTimeoutMs, end - Date.now())));
    try {
      return await attempt(signal ? AbortSignal.any([signal, timeout]) : timeout);
    } catch (error) {
      signal?.throwIfAborted();
      if (!(error instanceof UnavailableError)) throw error;
      if (deadlineAfter) end = start + deadlineAfter(error);
      const waitMs = Math.max(pauseMs(failures), error.retryAfterMs ?? 0);
      if (Date.now() + waitMs + minTryMs > end) throw error;
      await pause(waitMs, signal);
    }
  }
}
