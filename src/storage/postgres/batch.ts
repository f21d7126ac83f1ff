import { beginWaiting, beginWork, type Clock, endWork } from '../../measure/clock.ts';
import { observe } from '../../measure/histogram.ts';
import type { BatchCounts } from './counts.ts';
import { classifyFailure, QueueFullError } from './failures.ts';

/** How long items wait for more because of `minShare`: longer than most calls take. */
const shareLapsesMs = 20;

export type BatchOptions<Item> = {
  /** Statements under way at once; what arrives meanwhile waits and goes together. Default 2. */
  maxInFlight?: number;
  /**
   * How many must wait before another call begins beside those under way, as a share of the items of these. Default 0:
   * one is enough. Where a call is dear, a higher share keeps items that come one by one from each getting their own.
   * It lapses after 20 ms: a call that is held up must not hold up what has nothing to do with it.
   */
  minShare?: number;
  /** Total weight of one batch; a heavier single item still goes, alone. Default 1,000. */
  maxWeight?: number;
  /** What an item counts; default 1. */
  weigh?: (item: Item) => number;
  /** Total weight that may wait; beyond it an item is refused with QueueFullError. Default 100,000. */
  maxWaiting?: number;
  /** Items with the same text share one look-up within a batch. For reads only. */
  identify?: (item: Item) => string;
  /** By which a request says what it waited for. */
  name?: string;
  /** Where it is counted how many wait, and how many go together. */
  counts?: BatchCounts;
};

type Waiting<Item, Result> = {
  item: Item;
  weight: number;
  /** Of the request that asks. */
  clock: Clock | undefined;
  queuedAt: number;
  begunAt: number;
  resolve: (result: Result) => void;
  reject: (reason: unknown) => void;
};

/**
 * Makes one call out of all that wait at the same moment, whoever asked. The first item waits until the event loop
 * has taken in everything that is already readable; while `maxInFlight` calls are under way the rest gathers.
 * `run` answers in the order of its items; a result that is an Error rejects only its own item.
 */
export function createBatch<Item, Result>(
  run: (items: Item[]) => Promise<(Result | Error)[]>,
  options: BatchOptions<Item> = {},
): (item: Item, clock?: Clock) => Promise<Result> {
  const { maxInFlight = 2, minShare = 0, maxWeight = 1_000, maxWaiting = 100_000, weigh = () => 1, identify } = options;
  const { name = 'batch', counts } = options;
  let waiting: Waiting<Item, Result>[] = [];
  let waitingWeight = 0;
  let inFlight = 0;
  let itemsInFlight = 0;
  let scheduled = false;
  let isLapsing = false;

  function take(): Waiting<Item, Result>[] {
    let weight = 0;
    let count = 0;
    for (const entry of waiting) {
      if (count > 0 && weight + entry.weight > maxWeight) break;
      weight += entry.weight;
      count += 1;
    }
    waitingWeight -= weight;
    const taken = waiting.slice(0, count);
    waiting = waiting.slice(count);
    return taken;
  }

  const isFree = () => inFlight < maxInFlight && waiting.length > 0;
  const isDue = () => isFree() && waiting.length >= itemsInFlight * minShare;

  function schedule() {
    if (scheduled || !isFree()) return;
    if (!isDue()) {
      if (isLapsing) return;
      isLapsing = true;
      setTimeout(() => {
        isLapsing = false;
        if (isFree()) void flush(take());
      }, shareLapsesMs);
      return;
    }
    scheduled = true;
    setImmediate(() => {
      scheduled = false;
      while (isDue()) void flush(take());
      schedule();
    });
  }

  async function flush(batch: Waiting<Item, Result>[]) {
    inFlight += 1;
    itemsInFlight += batch.length;
    begin(batch);
    await answer(identify ? groupBy(batch, (entry) => identify(entry.item)) : batch.map((entry) => [entry]));
    inFlight -= 1;
    itemsInFlight -= batch.length;
    schedule();
  }

  function begin(batch: Waiting<Item, Result>[]) {
    const now = performance.now();
    for (const entry of batch) {
      entry.begunAt = now;
      if (entry.clock) beginWork(entry.clock, now);
    }
    if (!counts) return;
    counts.waiting -= batch.length;
    observe(counts.sizes, batch.length);
  }

  function end({ clock, queuedAt, begunAt }: Waiting<Item, Result>, now: number) {
    if (!clock) return;
    endWork(clock, now);
    clock.pieces?.push({ name, queuedAt, begunAt, endedAt: now });
  }

  /** Answers groups of items that are one and the same look-up. */
  async function answer(groups: Waiting<Item, Result>[][]): Promise<void> {
    try {
      const results = await run(groups.map((group) => group[0]!.item));
      const now = performance.now();
      groups.forEach((group, index) => {
        const result = results[index] as Result | Error;
        for (const entry of group) {
          end(entry, now);
          result instanceof Error ? entry.reject(result) : entry.resolve(result);
        }
      });
    } catch (error) {
      // A look-up that cannot be answered must not keep the others of its batch from their answers.
      const isOneAtFault = identify && groups.length > 1 && classifyFailure(error) === 'other';
      if (isOneAtFault) {
        await Promise.all(groups.map((group) => answer([group])));
        return;
      }
      const now = performance.now();
      for (const entry of groups.flat()) {
        end(entry, now);
        entry.reject(error);
      }
    }
  }

  return (item, clock) =>
    new Promise<Result>((resolve, reject) => {
      const weight = weigh(item);
      if (waitingWeight + weight > maxWaiting && waiting.length > 0) {
        reject(new QueueFullError(maxWaiting));
        return;
      }
      const queuedAt = clock ? performance.now() : 0;
      if (clock) beginWaiting(clock, queuedAt);
      waiting.push({ item, weight, clock, queuedAt, begunAt: queuedAt, resolve, reject });
      waitingWeight += weight;
      if (counts) counts.waiting += 1;
      schedule();
    });
}

function groupBy<T>(items: T[], keyOf: (item: T) => string): T[][] {
  const groups = new Map<string, T[]>();
  for (const item of items) {
    const key = keyOf(item);
    const group = groups.get(key);
    if (group) group.push(item);
    else groups.set(key, [item]);
  }
  return [...groups.values()];
}
