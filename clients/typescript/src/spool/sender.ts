import { RunledgerError, UnavailableError } from '../errors.ts';
import { type LogCall, textOfCall } from '../log-input.ts';
import type { Settings } from '../options.ts';
import { post } from '../post.ts';
import { patientTimeout } from '../retry.ts';
import { isRunToken } from '../run-token.ts';
import { openBackOff } from './back-off.ts';
import { openChanges } from './changes.ts';
import { deliveryOf } from './deliver.ts';
import { type Flush, flushOf, type Health } from './flush.ts';
import { leftoverTurns } from './leftover-turns.ts';
import type { SpoolLocation } from './location.ts';
import { lineOf } from './operation.ts';
import { openPauses } from './pauses.ts';
import { type OnRejected, openQueue } from './queue.ts';
import { reliefOf } from './relief.ts';

/** How long a sender waits for more operations before it sends: fewer, larger requests. */
const lingerMs = 20;

/**
 * Queues operations and delivers them in order, in the background. Nothing in it throws for the service or the network.
 *
 *            append                          a try fails
 *   idle ───────────────► sending ─────────────────────────────► backing off
 *     ▲                    │   ▲                                      │
 *     └────────────────────┘   └──────────────────────────────────────┘
 *      nothing is left           the pause is over, or a flush hurries
 *
 * sending      First, now and then, what ended processes left behind; then the queue of this process.
 * backing off  The file is synced to disk every second, and a flush that is not the final one returns false at once.
 * stop         From any state: ends the request under way. Lines still go into the file, but nothing is sent any more.
 */
export interface Sender {
  /** Adds the line of an operation at the end of the queue; it is in the file when this returns. */
  append(line: string, control?: boolean): void;
  /**
   * The same for what is logged: calls of one moment share a line. Where the spool is full and the service takes what is in it,
   * this returns when there is room.
   */
  log(call: LogCall): void;
  readonly flush: Flush;
  /** Calls back once the run with this id is started, with the name that it has: the service may have changed it. */
  onRunStarted(id: string, listener: (name: string) => void): void;
  /** Makes it look soon for what ended processes, such as children, left behind. */
  lookForLeftovers(): void;
  /** How many operations of this process the service has refused. */
  readonly rejected: number;
  stop(): void;
  /** Closes the queue when the process ends: removes the file, or says what is left in it. */
  close(): void;
}

/** Opens the queue of this process for one service. With `onRejected`, no file is kept of what the service refuses. */
export function openSender(
  settings: Settings,
  location: SpoolLocation,
  warn: (message: string) => void,
  onRejected?: OnRejected,
): Sender {
  const queue = openQueue(location, settings.url, warn, onRejected);
  const pauses = openPauses();
  const changes = openChanges();
  const stopping = new AbortController();
  const health: Health = { failuresInRow: 0, failures: 0, wasReached: false, isSlow: false };
  const backOff = openBackOff({ queue, pauses, changes, health, warn });
  /** Ends the requests under way, but not those that follow. */
  let hangingUp = new AbortController();
  let isRunning = false;
  let deliveredOurs = false;

  function send(body: string) {
    const timeout = patientTimeout(settings.tryTimeoutMs);
    return post(settings, body, AbortSignal.any([stopping.signal, hangingUp.signal, timeout]));
  }
  const nameListeners = new Map<string, (name: string) => void>();
  const delivery = deliveryOf(queue, send, warn, (id, name) => {
    nameListeners.get(id)?.(name);
    nameListeners.delete(id);
  });
  const relieve = reliefOf({ settings, delivery, health, queue });
  const leftovers = leftoverTurns({
    directory: location.directory,
    // With a token of one run all others look as if they did not exist, and what was logged to them as if it were wrong.
    postFor: ({ url }) => (url === settings.url && !isRunToken(settings.apiKey()) ? send : undefined),
    warn,
    isOver: () => stopping.signal.aborted,
  });

  /** Sends one request. False when nothing is left to send. */
  async function sendOne(): Promise<boolean> {
    await leftovers.take();
    if (!(await delivery.next())) {
      if (!leftovers.waitForOurs || !deliveredOurs) return false;
      deliveredOurs = false;
      leftovers.hasten();
      return true;
    }
    deliveredOurs = true;
    if (health.failuresInRow > 0) leftovers.hasten();
    health.failuresInRow = 0;
    health.wasReached = true;
    health.isSlow = false;
    changes.announce();
    return true;
  }

  async function run(): Promise<void> {
    await pauses.wait(lingerMs);
    while (!stopping.signal.aborted) {
      try {
        if (!(await sendOne())) return;
      } catch (error) {
        if (stopping.signal.aborted) return;
        await backOff.after(
          error instanceof RunledgerError ? error : new UnavailableError('UNAVAILABLE', String(error)),
        );
      }
    }
  }

  function start(): void {
    if (isRunning || stopping.signal.aborted) return;
    isRunning = true;
    void run().finally(() => {
      isRunning = false;
      pauses.calmDown();
      changes.announce();
      if (queue.removed < queue.appended) start();
    });
  }

  function hangUp(): void {
    hangingUp.abort();
    hangingUp = new AbortController();
  }

  return {
    append(line, control = false) {
      queue.append(line, { control });
      backOff.syncMeanwhile();
      start();
    },
    log(call) {
      if (!queue.extend(call)) {
        const line = lineOf('logMetadata', textOfCall(call));
        const fits = () => queue.append(line, { call, tentative: true });
        if (!fits() && !relieve(fits)) queue.append(line, { call });
      }
      backOff.syncMeanwhile();
      start();
    },
    flush: flushOf({ queue, pauses, changes, health, hangUp }),
    onRunStarted: (id, listener) => void nameListeners.set(id, listener),
    lookForLeftovers: leftovers.hasten,
    get rejected() {
      return queue.rejected;
    },
    stop: () => stopping.abort(),
    close: queue.close,
  };
}
