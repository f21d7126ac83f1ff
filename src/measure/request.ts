import { randomBytes } from 'node:crypto';
import { type Clock, startClock } from './clock.ts';

/** By what way a request came: its answer is JSON to a POST, JSON to a GET, or a stream of events. */
export type AnswerWay = 'json' | 'get' | 'stream';

/** What it asks for; `none` where it was refused before that was known. */
export type Operation = 'query' | 'mutation' | 'subscription' | 'none';

/** The caller's own place in a trace, as `traceparent` says it (W3C Trace Context). */
export type TraceParent = { traceId: string; spanId: string; flags: number };

/** What is known of one request; it becomes more on its way. */
export type RequestNote = {
  /** By which the caller and the log speak of it. */
  readonly id: string;
  readonly parent: TraceParent | null;
  /** The trace that it belongs to: the caller's, or one that begins here. */
  traceId: string | null;
  way: AnswerWay;
  operation: Operation;
  /** As the caller calls it. */
  operationName: string | null;
  /** `OK`, or the code of the first error. */
  code: string;
  /** Where it came from, where that is known. */
  address: string | null;
  /** How far the caller has to see: a position that it was told, or `latest`; null for whatever there is. */
  asOf: string | null;
  /** Begins with the question, when its body has come. */
  clock: Clock;
};

/** Ids that no other process makes, at the price of a number: a UUID takes five times as long. */
export function createIds(): () => string {
  const prefix = randomBytes(9).toString('base64url');
  let made = 0;
  return () => {
    made += 1;
    return `${prefix}-${made}`;
  };
}

export function openNote(id: string, parent: TraceParent | null = null): RequestNote {
  return {
    id,
    parent,
    traceId: parent === null ? null : parent.traceId,
    way: 'json',
    operation: 'none',
    operationName: null,
    code: 'OK',
    address: null,
    asOf: null,
    clock: startClock(),
  };
}

/** Makes a span of each request, where somebody traces. */
export type Spans = {
  /** Begins one, which gives the note its trace. The function that is given back ends it. */
  begin(note: RequestNote): () => void;
};

/** What a line of the log says of a request. */
export function toLog({ id, traceId }: RequestNote): { requestId: string; traceId?: string } {
  return traceId === null ? { requestId: id } : { requestId: id, traceId };
}
