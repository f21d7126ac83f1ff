import type { IncomingMessage } from 'node:http';
import { positionHeader } from '../graphql/position.ts';
import { openNote, type RequestNote, type TraceParent } from '../measure/request.ts';

/** What may stand in a log and in a header, whoever made it. */
const safeId = /^[\w.:+/=@-]{1,128}$/;

/** W3C Trace Context: later versions may go on behind the flags. `ff` is no version, and nothing but zeros no id. */
const traceparent = /^(?!ff)[0-9a-f]{2}-(?!0{32})([0-9a-f]{32})-(?!0{16})([0-9a-f]{16})-([0-9a-f]{2})(-.*)?$/;

/** By what the request is known: the caller's `x-request-id`, or the next of ours; and its place in the caller's trace. */
export function identifyRequest({ headers }: IncomingMessage, nextId: () => string): RequestNote {
  const given = headers['x-request-id'];
  const id = typeof given === 'string' && safeId.test(given) ? given : nextId();
  const trace = headers['traceparent'];
  const note = openNote(id, typeof trace === 'string' ? parseTraceParent(trace) : null);
  const asOf = headers[positionHeader];
  if (typeof asOf === 'string') note.asOf = asOf;
  return note;
}

/** Null for what is no `traceparent`: the trace then begins here. */
function parseTraceParent(text: string): TraceParent | null {
  const [, traceId, spanId, flags, more] = traceparent.exec(text) ?? [];
  if (!traceId || !spanId || !flags || (more !== undefined && text.startsWith('00'))) return null;
  return { traceId, spanId, flags: Number.parseInt(flags, 16) };
}
