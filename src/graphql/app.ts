import { setMaxListeners } from 'node:events';
import { isAsyncIterable } from '@envelop/core';
import type { ExecutionResult, GraphQLError } from 'graphql';
import type { Logger } from 'pino';
import type { Caller } from '../domain/caller.ts';
import { defaultLimits, type Limits } from '../domain/value/limits.ts';
import { RunledgerError } from '../errors.ts';
import type { Metric } from '../measure/metric.ts';
import { createIds, openNote, type RequestNote, type Spans, toLog } from '../measure/request.ts';
import type { Context } from '../schema/context.ts';
import { schema } from '../schema/index.ts';
import type { Database } from '../storage/postgres/database.ts';
import { forRequest } from '../storage/postgres/for-request.ts';
import type { Replicas } from '../storage/postgres/replicas.ts';
import { type Answer, acceptedBy, serializeResult } from './answer.ts';
import { type Aside, type AsideAnswer, noteAside } from './aside.ts';
import { createDeadline } from './deadline.ts';
import { chooseOperation, RefusedError, type Way } from './document-check.ts';
import { createDocumentCache } from './documents.ts';
import { createEngine, mapResult, type Observer, type Result } from './engine.ts';
import { serializeEvents } from './event-stream.ts';
import { createFinish } from './finish.ts';
import { type GraphQLParams, readBody, readSearch } from './params.ts';
import { positionHeader } from './position.ts';
import { createCostCheck } from './query-cost.ts';
import { defaultQueryLimits, type QueryLimits } from './query-limits.ts';
import { createReading } from './reading.ts';
import { createStreamEnds } from './stream-ends.ts';
import { createStreamProtocol } from './stream-protocol.ts';
import { createWatch } from './watch.ts';

export type AppOptions = {
  db: Database;
  /** Beside `db`; queries go to them as far as they are well and near enough. */
  replicas?: Replicas;
  log: Logger;
  limits?: Partial<Limits>;
  queryLimits?: Partial<QueryLimits>;
  /** Whether the schema may be asked for; default true. */
  introspection?: boolean;
  /** Plugins that observe every request, whatever its transport. */
  observers?: Observer[];
  /** Told of each failure of the database that a caller is told of. */
  onOutage?: (error: unknown) => void;
  /** How long a request may take before it is answered with TIMEOUT; default 15,000. */
  requestTimeoutMs?: number;
  /** From what time on a request is worth a line in the log; default 0, never. */
  slowRequestMs?: number;
  /** Whether a caller of some time ago would still be let in: its streams end when not. Default: for ever. */
  isStillGood?: (caller: Caller) => Promise<boolean>;
  /** Makes a span of each request. */
  spans?: Spans;
  /** Who answers dear queries, so that they hold up nobody here; default: nobody else. */
  aside?: Aside | undefined;
};

/** A GraphQL request, however it came. */
type Question = {
  caller: Caller;
  /** The header Accept. */
  accept?: string | undefined;
  /** What is known of the request so far, and becomes known of it here; one is made where none is given. */
  note?: RequestNote;
} & ({ body: string } | { search: URLSearchParams });

/** The whole service without a port. */
export type App = {
  /** Answers a request: its parameters are read, then document, limits, context and execution, then what is shown of it. */
  answer(question: Question): Promise<Answer>;
  /** The GraphQL over SSE protocol (github.com/enisdenjo/graphql-sse), whose requests are answered in the same way. */
  stream(request: Request, caller: Caller, note?: RequestNote): Promise<Response>;
  /** Completes all subscriptions; what else is under way goes on. */
  endStreams(): void;
  /** What has been counted of requests since the start. */
  metrics(): Metric[];
};

/** Builds the service on an open database. Opens nothing itself. */
export function createApp(options: AppOptions): App {
  const ended = new AbortController();
  // Every subscription listens to it.
  setMaxListeners(0, ended.signal);
  const nextId = createIds();
  const { db, log, aside } = options;
  const limits = { ...defaultLimits, ...options.limits };
  const queryLimits = { ...defaultQueryLimits, ...options.queryLimits };
  const prepareDocument = createDocumentCache(schema, queryLimits, { introspection: options.introspection ?? true });
  const checkCost = createCostCheck(schema, queryLimits.maxCost);
  const engine = createEngine(schema, options.observers ?? []);
  const finish = createFinish(
    (note, err) => log.error({ ...toLog(note), err }, 'unexpected error'),
    options.onOutage ?? (() => {}),
  );
  const withinDeadline = createDeadline(options.requestTimeoutMs ?? 15_000);
  const reading = createReading(db, options.replicas);
  const streamEnds = createStreamEnds(ended.signal, options.isStillGood ?? (async () => true));
  const watch = createWatch(log, options.slowRequestMs ?? 0, options.spans);

  /** The road of every request. `hand` gives a dear query to somebody else, where there is one. */
  async function execute(
    read: () => GraphQLParams,
    caller: Caller,
    way: Way,
    note: RequestNote,
    hand?: () => Promise<AsideAnswer | null> | null,
  ): Promise<Result | AsideAnswer> {
    const failed = (error: unknown) => finish(failureOf(error), note);
    try {
      const params = read();
      note.operationName = params.operationName ?? null;
      const prepared = prepareDocument(params.query);
      const { document, operation, requireValid } = chooseOperation(prepared, params.operationName, way, note);
      const cost = checkCost(document, operation, params.variables);
      const handed = operation.operation === 'query' && aside && cost >= aside.fromCost ? hand?.() : null;
      const answered = handed && (await withinDeadline(handed));
      if (answered) return answered;
      requireValid();
      const isStream = operation.operation === 'subscription';
      const stream = isStream ? streamEnds.open(caller) : null;
      const primary = forRequest(db, note.clock, caller.sight);
      const onPrimary: Context = {
        db: primary,
        primary,
        limits,
        caller,
        address: note.address,
        audit: (entry) => log.info({ ...toLog(note), audit: entry }, 'audit'),
        ended: stream?.signal ?? ended.signal,
      };
      let context = onPrimary;
      const { variables: variableValues, operationName } = params;
      const carryOut = async (chosen: Database) => {
        context = chosen === db ? onPrimary : { ...onPrimary, db: forRequest(chosen, note.clock, caller.sight) };
        const args = { schema, document, contextValue: context, variableValues, operationName };
        return isStream ? engine.subscribe(args) : engine.execute(args);
      };
      const isQuery = operation.operation === 'query';
      const result = await withinDeadline(isQuery ? reading.query(note, carryOut) : carryOut(db));
      const show = (each: ExecutionResult) => finish(isStream ? reading.withPosition(each) : each, note);
      return engine.show(
        mapResult(watch.follow(stream ? stream.until(result) : result), show, failed),
        params,
        context,
      );
    } catch (error) {
      return failed(error);
    }
  }

  function handOver(question: Question, { id, address, clock }: RequestNote) {
    const { caller, accept } = question;
    const text = 'search' in question ? { search: question.search.toString() } : { body: question.body };
    return aside?.answer({ caller, accept, id, address, isTraced: clock.pieces !== null, text }) ?? null;
  }

  const streamProtocol = createStreamProtocol(async (read, caller, byGet, note) => {
    const end = watch.begin(note, 'stream');
    const result = (await execute(read, caller, { takesEvents: true, byGet }, note)) as Result;
    end(result);
    return note.operation === 'mutation' && !isAsyncIterable(result) ? reading.withPositionAfterWrite(result) : result;
  });

  return {
    async answer(question) {
      const accepted = acceptedBy(question.accept);
      const byGet = 'search' in question;
      const read = byGet ? () => readSearch(question.search) : () => readBody(question.body);
      const note = question.note ?? openNote(nextId());
      const end = watch.begin(note, byGet ? 'get' : 'json');
      const way = { takesEvents: accepted.events, byGet };
      const hand = accepted.mediaType === null ? undefined : () => handOver(question, note);
      const result = await execute(read, question.caller, way, note, hand);
      if ('body' in result) {
        noteAside(note, result);
        end(result);
        return result;
      }
      const isStream = isAsyncIterable(result) || accepted.mediaType === null;
      if (isStream) note.way = 'stream';
      try {
        const answer = isStream ? serializeEvents(result) : serializeResult(result, accepted.mediaType ?? '');
        const position = note.operation === 'mutation' ? await reading.afterWrite() : null;
        if (position !== null) answer.headers[positionHeader] = position;
        return answer;
      } finally {
        end(result);
      }
    },
    stream: (request, caller, note = openNote(nextId())) => streamProtocol(request, caller, note),
    endStreams: () => ended.abort(),
    metrics: watch.metrics,
  };
}

/** A request that was begun, and timed out, has no data; one that was refused has nothing at all. */
function failureOf(error: unknown): ExecutionResult {
  if (error instanceof RefusedError) return { errors: error.errors };
  const isTimeout = error instanceof RunledgerError && error.code === 'TIMEOUT';
  return { errors: [error as GraphQLError], ...(isTimeout ? { data: null } : {}) };
}
