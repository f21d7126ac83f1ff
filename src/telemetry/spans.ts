import { type HrTime, ROOT_CONTEXT, type Span, SpanKind, SpanStatusCode, type Tracer, trace } from '@opentelemetry/api';
import type { Clock } from '../measure/clock.ts';
import type { RequestNote, Spans } from '../measure/request.ts';
import { toHrTime } from './hr-time.ts';

/** Codes that are the service's fault, not the caller's. */
const faults = new Set(['INTERNAL_SERVER_ERROR', 'UNAVAILABLE', 'TIMEOUT']);

/** Makes a span of each request, in the caller's trace where it has one, and one below it of each thing done on the database. */
export function createSpans(tracer: Tracer): Spans {
  return {
    begin(note) {
      const { parent, clock } = note;
      const context = parent
        ? trace.setSpanContext(ROOT_CONTEXT, {
            traceId: parent.traceId,
            spanId: parent.spanId,
            traceFlags: parent.flags & 1,
            isRemote: true,
          })
        : ROOT_CONTEXT;
      // One offset for all of a request: the SDK would reckon each span's anew, and one below might end after the one above.
      const offset = Date.now() - performance.now();
      const timeOf = (moment: number) => toHrTime(offset + moment);
      const span = tracer.startSpan('request', { kind: SpanKind.SERVER, startTime: timeOf(clock.startedAt) }, context);
      note.traceId = span.spanContext().traceId;
      if (!span.isRecording()) return () => span.end();
      clock.pieces = [];
      return () => {
        describe(span, note);
        addPieces(tracer, span, clock, timeOf);
        span.end(timeOf(clock.at));
      };
    },
  };
}

function describe(span: Span, { operation, operationName, way, code, id, clock }: RequestNote): void {
  span.updateName(operationName ? `${operation} ${operationName.slice(0, 100)}` : operation);
  span.setAttributes({
    'graphql.operation.type': operation,
    ...(operationName && { 'graphql.operation.name': operationName.slice(0, 100) }),
    'runledger.request_id': id,
    'runledger.way': way,
    'runledger.code': code,
    'runledger.waiting_ms': clock.waitingMs,
    'runledger.database_ms': clock.databaseMs,
  });
  if (faults.has(code)) span.setStatus({ code: SpanStatusCode.ERROR, message: code });
}

function addPieces(tracer: Tracer, parent: Span, { pieces }: Clock, timeOf: (moment: number) => HrTime): void {
  const context = trace.setSpan(ROOT_CONTEXT, parent);
  for (const { name, queuedAt, begunAt, endedAt } of pieces ?? []) {
    const attributes = {
      'db.system.name': 'postgresql',
      'db.query.summary': name,
      'runledger.waiting_ms': begunAt - queuedAt,
    };
    const startTime = timeOf(queuedAt);
    tracer.startSpan(name, { kind: SpanKind.CLIENT, startTime, attributes }, context).end(timeOf(endedAt));
  }
}
