/** Longer than this, and somebody at a terminal wants to know what is waited for. */
const silenceMs = 1_000;

/** A stop that is under way: what it waits for, and when it ends whatever hangs. */
export type Stop = {
  /** Waits for one part of the stop. */
  phase<T>(name: string, work: Promise<T>): Promise<T>;
  /** The stop is over. */
  done(): void;
};

/**
 * Begins to count when `stopping` aborts: after a second it says what is still waited for, and after `timeoutMs` it gives up
 * waiting, by `onTimeout`.
 */
export function watchStop(
  stopping: AbortSignal,
  timeoutMs: number,
  { say, onTimeout }: { say: (line: string) => void; onTimeout: () => void },
): Stop {
  let waitingFor = 'the start to come to an end';
  const timers: NodeJS.Timeout[] = [];
  const begin = () => {
    timers.push(
      setTimeout(() => say(`Still stopping: waiting for ${waitingFor}. A second signal ends it at once.`), silenceMs),
      setTimeout(() => {
        say(`Not stopped within ${timeoutMs} ms, waiting for ${waitingFor}: ending at once.`);
        onTimeout();
      }, timeoutMs),
    );
  };
  if (stopping.aborted) begin();
  else stopping.addEventListener('abort', begin, { once: true });
  return {
    phase(name, work) {
      waitingFor = name;
      return work;
    },
    done() {
      stopping.removeEventListener('abort', begin);
      for (const timer of timers) clearTimeout(timer);
    },
  };
}

/** The work, or nothing once this much time has passed; what fails then fails unseen. */
export async function atMost(timeoutMs: number, work: Promise<unknown>): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const timeout = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, timeoutMs);
  });
  await Promise.race([work.catch(() => {}), timeout]);
  clearTimeout(timer);
}
