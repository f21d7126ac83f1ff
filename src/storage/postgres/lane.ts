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
/** `turn`: how many the request had asked for before. */
type Entry = { run: () => Promise<unknown>; askers: Set<Asker>; turn: number };

/** Beyond it, work is refused at once; what a request asks for besides its first, beyond half of it. */
const maxWaiting = 1_000;

/**
 * Lets so much work run at once, and the rest wait, so that it leaves room beside it. Of several places one is left by dear
 * work, and one is dear work's first: neither waits for the other for long. The first that a request asks for goes before the
 * second of any other, and so on: one that asks for a hundred holds up itself.
 */
export function createLane(atOnce: number, counts: LaneCounts) {
  const light = new Map<string, Entry>();
  const dear = new Map<string, Entry>();
  const asked = new WeakMap<Clock, number>();
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
        const [key, entry] = first(queue);
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
      const turn = clock ? (asked.get(clock) ?? 0) : 0;
      if (counts.waiting >= (turn === 0 ? maxWaiting : maxWaiting / 2)) return reject(new CrowdedError());
      if (clock) asked.set(clock, turn + 1);
      const queue = isDear ? dear : light;
      const entry = queue.get(key) ?? { run, askers: new Set(), turn };
      entry.turn = Math.min(entry.turn, turn);
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

/** Of those whose turn is first, the one that has waited longest. */
function first(queue: Map<string, Entry>): [string, Entry] {
  let found: [string, Entry] | undefined;
  for (const entry of queue) if (!found || entry[1].turn < found[1].turn) found = entry;
  return found!;
}
