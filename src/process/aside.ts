import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import type { Logger } from 'pino';
import { unavailable } from '../errors.ts';
import type { Aside, AsideAnswer, AsideQuestion } from '../graphql/aside.ts';
import { addMetrics, type Metric } from '../measure/metric.ts';
import type { Settings } from './settings.ts';
import { atMost } from './stop.ts';

/** What a thread is started with. */
export type AsideStart = { settings: Settings; connectionString: string; isTerminal: boolean };
/** What it is told. */
export type ToAside =
  | { number: number; question: AsideQuestion }
  | { number: number; ask: 'metrics' }
  | { close: true };
/** What it says. An answer's bytes are handed over, not copied. */
export type FromAside =
  | { ready: true }
  | { outage: string }
  | { number: number; answer: Omit<AsideAnswer, 'body' | 'offsetMs'> & { body: Uint8Array; timeOrigin: number } }
  | { number: number; metrics: Metric[] };

type AsideThread = Aside & { metrics(): Promise<Metric[]>; close(): Promise<void> };

/** A query that could answer with so many objects takes some milliseconds of the event loop. */
const fromCost = 400;
/** Beyond it, the thread ends, and what it had been asked is refused: not all of the service. */
const maxHeapMb = 1_024;
/** One that ended by itself is started again by the first dear question after this time. */
const restMs = 5_000;
/** How long a dear query waits for a thread that starts, at most a part of the time that it has. */
const startTimeoutMs = 2_000;
const startShare = 0.25;
const closeTimeoutMs = 2_000;
const metricsTimeoutMs = 500;

/**
 * Answers dear queries in a thread with an event loop, a heap and connections of its own, so that look-ups and writes wait for
 * none of them. It is started by the first such query, which is still answered here; those that come meanwhile wait for it a little.
 *
 *   none ──a dear query──▶ starting ──it says so──▶ ready ──it ends──▶ none, for five seconds at least
 */
export function openAside(start: AsideStart, log: Logger, onOutage: (error: unknown) => void): AsideThread {
  type Asked = { resolve: (message: FromAside) => void; reject: (reason: unknown) => void };
  const asked = new Map<number, Asked>();
  const waitMs = Math.min(startTimeoutMs, start.settings.REQUEST_TIMEOUT_MS * startShare);
  let thread: Worker | null = null;
  let isReady = false;
  /** Resolves when it is ready, or has ended. */
  let starting: Promise<unknown> = Promise.resolve();
  let isClosed = false;
  let endedAt = Number.NEGATIVE_INFINITY;
  let questions = 0;
  /** What it said last of itself, and what those before it had counted. */
  let said: Metric[] = [];
  let before: Metric[] = [];

  /** Whether it begins with this. */
  function begin(): boolean {
    if (thread || isClosed || performance.now() - endedAt < restMs) return false;
    const started = new Worker(new URL('./aside-thread.js', import.meta.url), {
      workerData: start,
      resourceLimits: { maxOldGenerationSizeMb: maxHeapMb },
    });
    thread = started;
    starting = Promise.race([once(started, 'message'), once(started, 'exit')]);
    // How it ends is told below.
    starting.catch(() => {});
    started.on('message', (message: FromAside) => {
      if ('ready' in message) isReady = true;
      else if ('outage' in message) onOutage(new Error(message.outage));
      else take(message.number)?.resolve(message);
    });
    started.on('error', (err) => log.error({ err }, 'the thread of dear queries ended; they are answered without it'));
    started.once('exit', () => {
      thread = null;
      isReady = false;
      endedAt = performance.now();
      // What it counted must not be uncounted.
      const counted = said.filter(({ type }) => type !== 'gauge');
      before = addMetrics(counted, before);
      said = [];
      for (const number of asked.keys())
        take(number)?.reject(
          unavailable('This query was too much to answer, or others beside it were. Nothing was done; ask for less.'),
        );
    });
    started.unref();
    return true;
  }

  function take(number: number): Asked | undefined {
    const one = asked.get(number);
    asked.delete(number);
    return one;
  }

  function ask(to: { question: AsideQuestion } | { ask: 'metrics' }): Promise<FromAside> {
    questions += 1;
    const number = questions;
    return new Promise((resolve, reject) => {
      asked.set(number, { resolve, reject });
      thread!.postMessage({ number, ...to } satisfies ToAside);
    });
  }

  return {
    fromCost,
    answer(question) {
      if (isReady) return ask({ question }).then(toAnswer);
      if (begin() || !thread) return null;
      return atMost(waitMs, starting).then(() => (isReady ? ask({ question }).then(toAnswer) : null));
    },
    async metrics() {
      const hear = (message: FromAside) => {
        if ('metrics' in message) said = message.metrics;
      };
      // Of one that is busy, what it said last counts.
      if (isReady) await atMost(metricsTimeoutMs, ask({ ask: 'metrics' }).then(hear));
      return addMetrics(said, before);
    },
    async close() {
      isClosed = true;
      if (!thread) return;
      const exited = new Promise((resolve) => thread?.once('exit', resolve));
      thread.postMessage({ close: true } satisfies ToAside);
      await atMost(closeTimeoutMs, exited);
      await thread?.terminate();
    },
  };
}

function toAnswer(message: FromAside): AsideAnswer {
  if (!('answer' in message)) throw new Error('the thread of dear queries did not answer');
  const { body, timeOrigin, ...answer } = message.answer;
  return {
    ...answer,
    body: Buffer.from(body.buffer, body.byteOffset, body.byteLength),
    offsetMs: timeOrigin - performance.timeOrigin,
  };
}
