import { isAsyncIterable } from '@envelop/core';
import type { ExecutionResult } from 'graphql';
import type { Logger } from 'pino';
import { advance, startClock } from '../measure/clock.ts';
import type { Metric } from '../measure/metric.ts';
import { type AnswerWay, type RequestNote, type Spans, toLog } from '../measure/request.ts';
import { knownCodes } from './answer.ts';
import type { Result } from './engine.ts';
import { onEnd } from './on-end.ts';
import { countAnswer, createRequestCounts, requestMetrics } from './request-counts.ts';

/** Operation names are the callers'; they go into the log up to here. */
const maxNameLength = 100;

/** Looks on at every request: counts it, tells of a slow one, and makes a span of it where somebody traces. */
export type Watch = {
  /** A request begins; what is given back is told what it ended with, or its code. */
  begin(note: RequestNote, way: AnswerWay): (result: Result | { code: string }) => void;
  /** Counts a stream of results as long as it is followed; anything else is given back as it is. */
  follow(result: Result): Result;
  metrics(): Metric[];
};

export function createWatch(log: Logger, slowRequestMs: number, spans: Spans | undefined): Watch {
  const counts = createRequestCounts();
  return {
    begin(note, way) {
      counts.inFlight += 1;
      note.way = way;
      note.clock = startClock();
      const endSpan = spans?.begin(note);
      return (result) => {
        counts.inFlight -= 1;
        const now = performance.now();
        const ms = now - note.clock.startedAt;
        advance(note.clock, now);
        note.code = codeOf(result);
        countAnswer(counts, note, ms);
        if (slowRequestMs > 0 && ms >= slowRequestMs)
          log.warn({ ...toLog(note), ...whereTimeWent(note, ms) }, 'slow request');
        endSpan?.();
        // A stream goes on; what it does from here on is not noted.
        note.clock.pieces = null;
      };
    },
    follow(result) {
      if (!isAsyncIterable<ExecutionResult>(result)) return result;
      counts.followers += 1;
      return onEnd(result, () => {
        counts.followers -= 1;
      });
    },
    metrics: () => requestMetrics(counts),
  };
}

function whereTimeWent({ operation, operationName, way, code, clock }: RequestNote, ms: number) {
  return {
    operation,
    operationName: operationName?.slice(0, maxNameLength) ?? null,
    way,
    code,
    totalMs: Math.round(ms),
    waitingMs: Math.round(clock.waitingMs),
    databaseMs: Math.round(clock.databaseMs),
    restMs: Math.round(ms - clock.waitingMs - clock.databaseMs),
  };
}

/** There are never more codes than the service has. */
function codeOf(result: Result | { code: string }): string {
  if ('code' in result) return result.code;
  const error = 'errors' in result ? result.errors?.[0] : undefined;
  if (!error) return 'OK';
  const code = String(error.extensions['code'] ?? 'BAD_USER_INPUT');
  return knownCodes.has(code) ? code : 'OTHER';
}
