import type { ExecutionResult, GraphQLError } from 'graphql';
import { createYoga, type Plugin } from 'graphql-yoga';
import type { Logger } from 'pino';
import type { Limits } from '../domain/value/limits.ts';
import { stringifyJson } from '../json/stringify.ts';
import type { Context } from '../schema/context.ts';
import { schema } from '../schema/index.ts';
import type { Database } from '../storage/postgres/database.ts';
import { createDocumentCache } from './documents.ts';
import { useExactSSE } from './exact-sse.ts';
import { createExecutor } from './execute.ts';
import { maskError } from './mask-error.ts';
import { readGraphQLParams } from './params.ts';
import { type CostCheck, createCostCheck, type QueryLimits } from './query-limits.ts';
import { nothingDone, type SerializedResult, serializeResult, toWire, tryAgain } from './result.ts';

export type AppOptions = {
  db: Database;
  log: Logger;
  limits?: Partial<Limits>;
  queryLimits?: Partial<QueryLimits>;
};

/** The whole service without a port. */
export type App = {
  /** Answers a POST of JSON with a JSON result: the short way, which nearly all requests go. */
  answer(body: string, accept: string | undefined): Promise<SerializedResult>;
  /** Answers any request: queries by GET, streams of events, and everything `answer` does. */
  fetch(request: Request): Promise<Response>;
  /** Completes all subscriptions; what else is under way goes on. */
  endStreams(): void;
};

const defaultLimits: Limits = { maxValueBytes: 65_536, maxEntries: 1_000 };

const defaultQueryLimits: QueryLimits = {
  maxQueryBytes: 65_536,
  maxTokens: 4_000,
  maxDepth: 16,
  maxAliases: 100,
  maxDirectives: 50,
  maxCost: 100_000,
};

/** Builds the service on an open database. Opens nothing itself. */
export function createApp(options: AppOptions): App {
  const ended = new AbortController();
  const context: Context = { db: options.db, limits: { ...defaultLimits, ...options.limits }, ended: ended.signal };
  const queryLimits = { ...defaultQueryLimits, ...options.queryLimits };
  const prepareDocument = createDocumentCache(schema, queryLimits);
  const mask = (error: unknown) =>
    maskError(error, (requestId, cause) => options.log.error({ requestId, err: cause }, 'unexpected error'));

  const checkCost = createCostCheck(schema, queryLimits.maxCost);
  const executeBody = createExecutor({ schema, context, prepareDocument, checkCost, mask });

  const yoga = createYoga<Record<string, unknown>>({
    schema,
    context: () => context,
    cors: false,
    graphiql: false,
    landingPage: false,
    healthCheckEndpoint: '/.yoga-health-is-not-served',
    multipart: false,
    batching: false,
    // The HTTP layer bounds the body before it gets here.
    maxRequestBodySize: false,
    parserAndValidationCache: false,
    logging: false,
    maskedErrors: { maskError: mask, errorMessage: '' },
    plugins: [usePreparedDocuments(), useBoundedCost(checkCost), useExactJson(), ...useExactSSE()],
  });

  /** Parsing and validation by our cache, for whatever way a query takes into Yoga. */
  function usePreparedDocuments(): Plugin {
    return {
      onParse({ setParseFn }) {
        setParseFn((source: string | { body: string }) => {
          const prepared = prepareDocument(typeof source === 'string' ? source : source.body);
          if (prepared.errors) throw refusal(prepared.errors);
          return prepared.document;
        });
      },
      onValidate({ setResult }) {
        setResult([]);
      },
    };
  }

  async function answer(body: string, accept: string | undefined): Promise<SerializedResult> {
    const mediaType = accept?.includes('application/graphql-response+json')
      ? 'application/graphql-response+json'
      : 'application/json';
    return serializeResult(await executeBody(body), mediaType);
  }

  return {
    answer,
    endStreams: () => ended.abort(),
    async fetch(request) {
      const isJsonPost = request.method === 'POST' && !request.headers.get('accept')?.includes('text/event-stream');
      if (!isJsonPost || new URL(request.url).pathname !== '/graphql') return yoga.fetch(request, {});
      const { status, headers, body } = await answer(await request.text(), request.headers.get('accept') ?? undefined);
      return new Response(body, { status, headers });
    },
  };
}

/** Always a group: of a single error Yoga would change the HTTP status, to 200 where only application/json is accepted. */
function refusal(errors: readonly GraphQLError[]): unknown {
  return new AggregateError(errors);
}

function useBoundedCost(checkCost: CostCheck): Plugin {
  const check = ({ args }: { args: Parameters<CostCheck>[0] }) => checkCost(args);
  return { onExecute: check, onSubscribe: check };
}

/** For the ways that Yoga serialises itself: values with every digit, errors as on the short way. */
function useExactJson(): Plugin {
  const exact = (result: ExecutionResult) =>
    Object.assign(result, {
      // For Yoga alone, which takes the HTTP status from there; it does not go out.
      ...(nothingDone(result) ? { extensions: { http: tryAgain } } : {}),
      stringify: ({ errors, extensions: _extensions, ...rest }: ExecutionResult) =>
        stringifyJson(
          errors
            ? { errors: errors.map((error) => toWire(error as GraphQLError)), ...rest, stringify: undefined }
            : { ...rest, stringify: undefined },
        ),
    });
  return {
    onRequestParse({ request, setRequestParser }) {
      if (request.method === 'POST') setRequestParser(async (incoming) => readGraphQLParams(await incoming.text()));
    },
    onExecutionResult({ result, setResult }) {
      if (!result || Array.isArray(result)) return;
      if (Symbol.asyncIterator in result) {
        const source = result as AsyncIterable<ExecutionResult>;
        setResult(mapResults(source, exact) as never);
      } else {
        exact(result as ExecutionResult);
      }
    },
  };
}

async function* mapResults<T>(source: AsyncIterable<T>, map: (value: T) => T): AsyncGenerator<T> {
  for await (const value of source) yield map(value);
}
