import { timedOut } from '../errors.ts';
import { createOverdue } from '../measure/overdue.ts';

/** How often deadlines are looked at; a request may take this much longer. */
const tickMs = 100;

/** Bounds how long a request may take: what is not done by then rejects with TIMEOUT, and goes on by itself. */
export function createDeadline(timeoutMs: number): <T>(work: Promise<T>) => Promise<T> {
  const overdue = createOverdue(timeoutMs, tickMs);
  const timeout = () =>
    timedOut(
      `This was not done within ${timeoutMs / 1_000} s, and it is not known whether it will be. Send the same call with the same ids again.`,
    );

  return (work) =>
    new Promise((resolve, reject) => {
      const awaited = overdue.begin(() => reject(timeout()));
      work.then(
        (value) => {
          overdue.end(awaited);
          resolve(value);
        },
        (error) => {
          overdue.end(awaited);
          reject(error);
        },
      );
    });
}
