import { beginWaiting, beginWork, type Clock, endWork, waitOn } from '../../measure/clock.ts';
import { CrowdedError } from './failures.ts';

/** What is counted of a lane: what runs in it now, of that the dear ones, and what waits. */
export type LaneCounts = { running: number; dear: number; waiting: number };

/** What is to be done in a lane. */
export type LaneWork<Result> = {
  /** By which a request says what it waited for. */
  name: string;
  /** Work of one key is the same work: whoever asks for it before it has begun shares its result. */
  key: string;
  /** May take long, whatever it finds. */
  isDear: boolean;
  run: () => Promise<Result>;
};

type Asker = { begin: () => void; end: (error: unknown, result: unknown) => void };
type Entry = { run: () => Promise<unknown>; askers: Set<Asker> };

/** Beyond it, work is refused at once. */
const maxWaiting = 1_000;

/**
 * Lets so much work run at once, and the rest wait, so that it leaves room beside it. Of several places one is left by dear
 * work, and one is dear work's first: neither waits for the other for long.
 */
export function createLane(atOnce: number, counts: LaneCounts) {
  const light = new Map<string, Entry>();
  const dear = new Map<string, Entry>();
  const dearAtOnce = Math.max(1, atOnce - 1);
  let isScheduled = false;

  function next(): Map<string, Entry> | null {
    if (counts.running >= atOnce) return null;
    const mayBeDear = dear.size > 0 && counts.dear < dearAtOnce;
    if (mayBeDear && counts.dear === 0 && atOnce > 1) return dear;
    return light.size > 0 ? light : mayBeDear ? dear : null;
  }

  function schedule() {
    if (isScheduled || !next()) return;
    isScheduled = true;
    // All that is asked for in this turn of the event loop is there before the first of it begins.
    setImmediate(() => {
      isScheduled = false;
      for (let queue = next(); queue; queue = next()) {
        const [[key, entry]] = queue as unknown as [[string, Entry]];
        queue.delete(key);
        void carryOut(entry, queue === dear);
      }
    });
  }

  async function carryOut({ run, askers }: Entry, isDear: boolean) {
    counts.running += 1;
    counts.dear += isDear ? 1 : 0;
    counts.waiting -= askers.size;
    for (const asker of askers) asker.begin();
    const [error, result] = await run().then(
      (value) => [null, value],
      (reason) => [reason, null],
    );
    counts.running -= 1;
    counts.dear -= isDear ? 1 : 0;
    for (const asker of askers) asker.end(error, result);
    schedule();
  }

  /** Waits for its turn for at most `waitMs`. @throws CrowdedError when it did not come: the work was not begun. */
  return <Result>({ name, key, isDear, run }: LaneWork<Result>, waitMs: number, clock?: Clock): Promise<Result> =>
    new Promise((resolve, reject) => {
      if (counts.waiting >= maxWaiting) return reject(new CrowdedError());
      const queue = isDear ? dear : light;
      const entry = queue.get(key) ?? { run, askers: new Set() };
      queue.set(key, entry);
      const stopWaiting = waitOn(clock);
      const queuedAt = performance.now();
      let begunAt = queuedAt;
      const timer = setTimeout(() => {
        entry.askers.delete(asker);
        if (entry.askers.size === 0) queue.delete(key);
        counts.waiting -= 1;
        stopWaiting();
        reject(new CrowdedError());
      }, waitMs);
      const asker: Asker = {
        begin() {
          clearTimeout(timer);
          stopWaiting();
          begunAt = performance.now();
          if (clock) beginWaiting(clock, begunAt);
          if (clock) beginWork(clock, begunAt);
        },
        end(error, result) {
          const endedAt = performance.now();
          if (clock) endWork(clock, endedAt);
          clock?.pieces?.push({ name, queuedAt, begunAt, endedAt });
          if (error === null) resolve(result as Result);
          else reject(error);
        },
      };
      entry.askers.add(asker);
      counts.waiting += 1;
      schedule();
    });
}
