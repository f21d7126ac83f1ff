import { BusyError } from './failures.ts';

/**
 * Lets so many pieces of work run at once; the others wait their turn, in order, for at most `waitMs`.
 * @throws BusyError when it took longer: the work was not begun.
 */
export function createSemaphore(slots: number, waitMs: number) {
  const waiting = new Set<() => void>();
  let free = slots;

  function take(): Promise<void> {
    if (free > 0) {
      free -= 1;
      return Promise.resolve();
    }
    return new Promise((resolve, reject) => {
      const start = () => {
        clearTimeout(timer);
        resolve();
      };
      const timer = setTimeout(() => {
        waiting.delete(start);
        reject(new BusyError(`no slot was free within ${waitMs} ms`));
      }, waitMs);
      waiting.add(start);
    });
  }

  function release(): void {
    const [next] = waiting;
    if (!next) {
      free += 1;
      return;
    }
    waiting.delete(next);
    next();
  }

  return async <T>(work: () => Promise<T>): Promise<T> => {
    await take();
    try {
      return await work();
    } finally {
      release();
    }
  };
}
