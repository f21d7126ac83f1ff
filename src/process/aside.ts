import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { availableParallelism } from 'node:os';
import type { Duplex } from 'node:stream';
import type { Logger } from 'pino';
import { unavailable } from '../errors.ts';
import type { Aside, AsideAnswer, AsideQuestion } from '../graphql/aside.ts';
import { addMetrics, type Metric } from '../measure/metric.ts';
import { createBodyReader } from './aside-bodies.ts';
import { forkAside, tell } from './aside-fork.ts';
import { type AsideStart, bodiesFd, clockZero, type FromAside } from './aside-messages.ts';
import { yieldProcess } from './priority.ts';
import { atMost } from './stop.ts';
import { createTurns } from './turns.ts';

type AsideProcess = Aside & { metrics(): Promise<Metric[]>; close(): Promise<void> };
type Said = { answer: AsideAnswer } | { metrics: Metric[] };
type Asked = { resolve: (said: Said) => void; reject: (reason: unknown) => void };

/** A query that could answer with so many objects takes some milliseconds of the event loop. */
const fromCost = 400;
/** One that ended by itself is started again by the first dear question after this time. */
const restMs = 5_000;
/** One that has not come up by then never will. */
const giveUpMs = 60_000;
/** How long a dear query waits for a process that starts, at most a part of the time that it has. */
const startTimeoutMs = 2_000;
const startShare = 0.25;
/** How long it waits for its turn, as a part of that time. */
const turnShare = 0.9;
const closeTimeoutMs = 2_000;
/** So many of them are begun at once: a core is left for look-ups and writes. */
const atOnce = Math.max(1, availableParallelism() - 1);
/** One that takes longer is waiting for the database, most likely, which has an order of its own for them: the next may begin. */
const longMs = 1_000;
const metricsTimeoutMs = 500;

/**
 * Answers dear queries in a process with an event loop, a heap and connections of its own, so that look-ups and writes wait for
 * none of them: a thread would collect its garbage by threads of this process. It is started by the first such query, which is still
 * answered here; those that come meanwhile wait for it a little.
 *
 *   none ──a dear query──▶ starting ──it says so──▶ ready ──it ends──▶ none, for five seconds at least
 *
 * They begin in turn, fewer at once than there are cores. In these five seconds dear queries are refused: the one that was too much for it may be asked again, and must not be answered here.
 * Where none can be started, they are answered here.
 */
export function openAside(start: AsideStart, log: Logger, onOutage: (error: unknown) => void): AsideProcess {
  const asked = new Map<number, Asked>();
  const requestMs = start.settings.REQUEST_TIMEOUT_MS;
  const waitMs = Math.min(startTimeoutMs, requestMs * startShare);
  const turns = createTurns({ atOnce, longMs, waitMs: requestMs * turnShare });
  let child: ChildProcess | null = null;
  let isReady = false;
  /** How far its clock is behind ours. */
  let offsetMs = 0;
  /** Resolves when it is ready, or has ended. */
  let starting: Promise<unknown> = Promise.resolve();
  let isClosed = false;
  let endedAt = Number.NEGATIVE_INFINITY;
  /** Whether the last one had been ready. */
  let wasReady = false;
  let questions = 0;
  /** What it said last of itself, and what those before it had counted. */
  let said: Metric[] = [];
  let before: Metric[] = [];

  /** Whether it begins with this. */
  function begin(): boolean {
    if (child || isClosed || isResting()) return false;
    const started = fork();
    if (!started) return false;
    child = started;
    starting = Promise.race([once(started, 'message'), once(started, 'exit')]);
    // How it ends is told below.
    starting.catch(() => {});
    started.on('error', (err) => started.pid === undefined && ended({ err }));
    // One that could not be started has no exit, and hears nothing.
    if (started.pid === undefined) return true;
    const bodies = started.stdio[bodiesFd] as Duplex;
    const readBody = createBodyReader(bodies);
    const giveUp = setTimeout(() => isReady || started.kill('SIGKILL'), giveUpMs).unref();
    started.once('exit', (code, signal) => {
      clearTimeout(giveUp);
      // What has not been read by then is of nobody's answer.
      bodies.destroy();
      ended({ code, signal });
    });
    started.on('message', (message) => child === started && hear(message as FromAside, readBody));
    tell(started, { start });
    return true;
  }

  const isResting = () => performance.now() - endedAt < restMs;
  const isRefusing = () => !child && wasReady && isResting() && !isClosed;

  /** Where memory or a sandbox does not let it, that is thrown, or told later. */
  function fork(): ChildProcess | null {
    try {
      return forkAside(start.settings);
    } catch (err) {
      ended({ err });
      return null;
    }
  }

  function hear(message: FromAside, readBody: (bytes: number) => Promise<Buffer>): void {
    if ('ready' in message) {
      isReady = true;
      offsetMs = message.clockZero - clockZero();
      // Not before: on a busy machine it would be long in coming up.
      yieldProcess(child!.pid!);
    } else if ('outage' in message) onOutage(new Error(message.outage));
    else if ('answer' in message) {
      const { number, answer, bodyBytes } = message;
      void readBody(bodyBytes).then((body) => take(number)?.resolve({ answer: { ...answer, body, offsetMs } }));
    } else take(message.number)?.resolve(message);
  }

  function ended(how: object): void {
    child = null;
    wasReady = isReady;
    isReady = false;
    endedAt = performance.now();
    if (!isClosed) log.error(how, 'the process of dear queries ended');
    // What it counted must not be uncounted.
    const counted = said.filter(({ type }) => type !== 'gauge');
    before = addMetrics(counted, before);
    said = [];
    for (const number of asked.keys())
      take(number)?.reject(
        unavailable('This query was too much to answer, or others beside it were. Nothing was done; ask for less.'),
      );
  }

  function take(number: number): Asked | undefined {
    const one = asked.get(number);
    asked.delete(number);
    return one;
  }

  function ask(to: { question: AsideQuestion; waitedMs: number } | { ask: 'metrics' }): Promise<Said> {
    questions += 1;
    const number = questions;
    return new Promise((resolve, reject) => {
      asked.set(number, { resolve, reject });
      tell(child!, { number, ...to });
    });
  }

  /** Null where there is none, after all. */
  function inTurn(question: AsideQuestion): Promise<AsideAnswer | null> {
    const queuedAt = performance.now();
    return turns(async () => {
      if (!isReady) await atMost(waitMs, starting);
      if (isRefusing()) throw unavailable(restingMessage);
      if (!isReady) return null;
      const waitedMs = performance.now() - queuedAt;
      const answer = toAnswer(await ask({ question, waitedMs }));
      answer.clock.waitingMs += waitedMs;
      return answer;
    });
  }

  // A service that ends at once waits for nothing, nor does what cannot hear that it is over.
  process.once('exit', () => child?.kill('SIGKILL'));

  return {
    fromCost,
    answer(question) {
      if (begin()) return null;
      if (child) return inTurn(question);
      return isRefusing() ? Promise.reject(unavailable(restingMessage)) : null;
    },
    async metrics() {
      const note = (message: Said) => {
        if ('metrics' in message) said = message.metrics;
      };
      // Of one that is busy, what it said last counts.
      if (isReady) await atMost(metricsTimeoutMs, ask({ ask: 'metrics' }).then(note));
      return addMetrics(said, before);
    },
    async close() {
      isClosed = true;
      if (!child) return;
      const exited = once(child, 'exit');
      tell(child, { close: true });
      await atMost(closeTimeoutMs, exited);
      child?.kill('SIGKILL');
    },
  };
}

function toAnswer(said: Said): AsideAnswer {
  if (!('answer' in said)) throw new Error('the process of dear queries did not answer');
  return said.answer;
}

const restingMessage =
  'What answers queries of this size has just ended, and is started again in some seconds. Nothing was done; ask again then, or for less.';
