/** Something that is waited for; `at` is where it stands among the others, -1 as soon as it has come. */
type Awaited = { readonly until: number; readonly onOverdue: () => void; at: number };

/** Looks after what is under way, and calls `onOverdue` of what has not ended in time, at most a tick later. */
export type Overdue = { begin(onOverdue: () => void): Awaited; end(awaited: Awaited): void };

/**
 * One timer for all. They stand in an array, whose last takes the place of one that goes: a Set to which is added all the time
 * is made anew every few dozen times, and each old one keeps what it held until V8 collects everything. The time is that since
 * the start, which nobody can put forward or back.
 */
export function createOverdue(timeoutMs: number, tickMs: number): Overdue {
  const under: Awaited[] = [];
  let timer: NodeJS.Timeout | null = null;

  function end(awaited: Awaited) {
    if (awaited.at < 0) return;
    const last = under.pop()!;
    if (last !== awaited) {
      under[awaited.at] = last;
      last.at = awaited.at;
    }
    awaited.at = -1;
  }

  function look() {
    const now = performance.now();
    for (const awaited of under.filter(({ until }) => until <= now)) {
      end(awaited);
      awaited.onOverdue();
    }
    if (under.length > 0 || !timer) return;
    clearInterval(timer);
    timer = null;
  }

  return {
    begin(onOverdue) {
      const awaited: Awaited = { until: performance.now() + timeoutMs, onOverdue, at: under.length };
      under.push(awaited);
      timer ??= setInterval(look, tickMs).unref();
      return awaited;
    },
    end,
  };
}
