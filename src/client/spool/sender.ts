import { RunledgerError, UnavailableError } from '../errors.ts';
import type { Settings } from '../options.ts';
import { post } from '../post.ts';
import { patientTimeout, pauseMs } from '../retry.ts';
import { deliveryOf } from './deliver.ts';
import { leftoverTurns } from './leftover-turns.ts';
import type { SpoolPlace } from './location.ts';
import { openQueue } from './queue.ts';

/** How long a sender waits for more before it sends: fewer, larger requests. */
const lingerMs = 20;
const syncEveryMs = 1_000;

interface FlushOptions {
  /** Also tries while the service is known to be away, and goes on for the whole time when it has been there before. */
  readonly final?: boolean;
}

/** Queues operations and delivers them in order, in the background. Nothing in it throws for the service or the network. */
export interface Sender {
  /** Puts the line of an operation behind the others; it is in the file when this returns. */
  append(line: string, control?: boolean): void;
  /** Waits until what was appended so far is delivered (true), or it is clear that it will not be soon (false). */
  flush(timeoutMs: number, options?: FlushOptions): Promise<boolean>;
  /** Has it look soon for what processes that have ended, such as children, left behind. */
  lookForLeftovers(): void;
  /** How many operations of this process the service has refused. */
  readonly rejected: number;
  /** Ends the request under way: the process wants to end. */
  stop(): void;
  /** The last word of the process: removes the file, or says what is left in it. */
  close(): void;
}

/** Opens the queue of this process for one service. */
export function openSender(settings: Settings, place: SpoolPlace, warn: (message: string) => void): Sender {
  const queue = openQueue(place, settings.url, warn);
  const stopping = new AbortController();
  /** Ends the tries under way; those that come after are tries of their own. */
  let hangUp = new AbortController();
  const send = (body: string) =>
    post(settings, body, AbortSignal.any([stopping.signal, hangUp.signal, patientTimeout(settings.tryTimeoutMs)]));
  const deliverNext = deliveryOf(queue, send, warn);
  const leftovers = leftoverTurns({
    directory: place.directory,
    postFor: ({ url }) => (url === settings.url ? send : undefined),
    warn,
    isOver: () => stopping.signal.aborted,
  });
  const warned = new Set<string>();
  let wakeUp: () => void = () => {};
  let tell: () => void = () => {};
  let changed = Promise.resolve();
  let running = false;
  let hurry = false;
  let failures = 0;
  let everFailed = 0;
  let reached = false;
  let slow = false;
  let gaveUp = false;
  let syncedAt = 0;
  let deliveredOurs = false;

  /** Wakes everyone who waits for a change. */
  function notify(): void {
    tell();
    changed = new Promise((resolve) => {
      tell = resolve;
    });
  }
  notify();

  /** Waits, unless someone is in a hurry; does not keep the process alive: what waits is in the file. */
  async function idle(ms: number): Promise<void> {
    if (hurry) return;
    await new Promise<void>((resolve) => {
      wakeUp = resolve;
      setTimeout(resolve, ms).unref();
    });
  }

  function syncSometimes(): void {
    if (failures === 0 || performance.now() - syncedAt < syncEveryMs) return;
    syncedAt = performance.now();
    queue.sync();
  }

  async function waitAfter(error: RunledgerError): Promise<void> {
    failures += 1;
    everFailed += 1;
    hurry = false;
    if (!warned.has(error.code)) {
      warned.add(error.code);
      warn(`${error.message} What is logged is kept in ${place.directory} until it can be delivered.`);
    }
    notify();
    const retryAfter = error instanceof UnavailableError ? (error.retryAfterMs ?? 0) : 0;
    const until = performance.now() + Math.max(pauseMs(failures), Math.min(retryAfter, 60_000));
    for (let left = 1; left > 0 && !hurry; left = until - performance.now()) {
      syncSometimes();
      await idle(Math.min(Math.max(left, 1), syncEveryMs));
    }
  }

  async function run(): Promise<void> {
    await idle(lingerMs);
    while (!stopping.signal.aborted) {
      try {
        await leftovers.take();
        if (!(await deliverNext())) {
          if (!leftovers.waitsForOurs || !deliveredOurs) return;
          deliveredOurs = false;
          leftovers.hasten();
          continue;
        }
        deliveredOurs = true;
        if (failures > 0) leftovers.hasten();
        failures = 0;
        reached = true;
        slow = false;
        notify();
      } catch (error) {
        if (stopping.signal.aborted) return;
        await waitAfter(error instanceof RunledgerError ? error : new UnavailableError('UNAVAILABLE', String(error)));
      }
    }
  }

  function start(): void {
    if (running || stopping.signal.aborted) return;
    running = true;
    void run().finally(() => {
      running = false;
      hurry = false;
      notify();
      if (queue.dropped < queue.appended) start();
    });
  }

  return {
    append(line, control) {
      queue.append(line, control);
      syncSometimes();
      if (!running) start();
    },
    async flush(timeoutMs, { final = false } = {}) {
      const goal = queue.appended;
      const isDone = () => queue.dropped >= goal;
      if (isDone()) return true;
      if (!final && (failures > 0 || slow)) return false;
      const failedBefore = everFailed;
      const keepsTrying = final && reached && !gaveUp;
      let timedOut = false;
      const timer = setTimeout(() => {
        timedOut = true;
        notify();
      }, timeoutMs);
      hurry = true;
      wakeUp();
      while (!isDone() && !timedOut && (everFailed === failedBefore || keepsTrying)) await changed;
      clearTimeout(timer);
      if (!isDone()) {
        slow ||= timedOut;
        gaveUp ||= final;
        // A request that hangs would keep a process alive that has nothing else to do.
        if (final && timedOut) {
          hangUp.abort();
          hangUp = new AbortController();
        }
      }
      return isDone();
    },
    lookForLeftovers: leftovers.hasten,
    get rejected() {
      return queue.rejected;
    },
    stop: () => stopping.abort(),
    close() {
      const left = queue.appended - queue.dropped;
      if (queue.refused > 0) warn(`${queue.refused} operations were refused because the spool was full.`);
      if (left > queue.inMemory)
        warn(
          `${left - queue.inMemory} operations are not delivered yet; they are kept in ${queue.base}. The next process that logs delivers them, or \`npx runledger flush\`.`,
        );
      if (queue.inMemory > 0) warn(`${queue.inMemory} operations were only in memory and are lost.`);
      queue.close();
    },
  };
}
