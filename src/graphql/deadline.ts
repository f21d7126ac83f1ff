import { timedOut } from '../errors.ts';

/** How often deadlines are looked at; a request may take this much longer. */
const tickMs = 100;

type Waiting = { until: number; reject: (reason: unknown) => void };

/**
 * Bounds how long a request may take: what is not done by then rejects with TIMEOUT, and goes on by itself. All have the same
 * time, so the first that waits is the first that is due, and one timer serves them all.
 */
export function createDeadline(timeoutMs: number): <T>(work: Promise<T>) => Promise<T> {
  const waiting = new Set<Waiting>();
  let timer: NodeJS.Timeout | null = null;

  function look() {
    const now = Date.now();
    for (const one of waiting) {
      if (one.until > now) break;
      waiting.delete(one);
      one.reject(
        timedOut(
          `This was not done within ${timeoutMs / 1_000} s, and it is not known whether it will be. Send the same call with the same ids again.`,
        ),
      );
    }
    if (waiting.size > 0 || !timer) return;
    clearInterval(timer);
    timer = null;
  }

  return (work) =>
    new Promise((resolve, reject) => {
      const one: Waiting = { until: Date.now() + timeoutMs, reject };
      waiting.add(one);
      timer ??= setInterval(look, tickMs).unref();
      work.then(
        (value) => {
          waiting.delete(one);
          resolve(value);
        },
        (error) => {
          waiting.delete(one);
          reject(error);
        },
      );
    });
}
