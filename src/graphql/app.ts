import { type ExecutionResult, type GraphQLError, getOperationAST } from 'graphql';
import { createYoga, isAsyncIterable, type Plugin } from 'graphql-yoga';
import type { Logger } from 'pino';
import type { Caller } from '../domain/caller.ts';
import { defaultLimits, type Limits } from '../domain/value/limits.ts';
import type { Context } from '../schema/context.ts';
import { schema } from '../schema/index.ts';
import type { Database } from '../storage/postgres/database.ts';
import { type Answer, acceptedBy, serializeResult } from './answer.ts';
import { createDocumentCache } from './documents.ts';
import { serializeEvents } from './event-stream.ts';
import { createFinish } from './finish.ts';
import { type GraphQLParams, readBody, readSearch } from './params.ts';
import { type Asked, useBoundedCost, useFinish, useGraphQLJs, usePreparedDocuments } from './plugins.ts';
import { createCostCheck } from './query-cost.ts';
import { defaultQueryLimits, type QueryLimits } from './query-limits.ts';
import { createStreamProtocol } from './stream-protocol.ts';

export type AppOptions = {
  db: Database;
  log: Logger;
  limits?: Partial<Limits>;
  queryLimits?: Partial<QueryLimits>;
  /** Plugins of Yoga and Envelop whose hooks (onParams, onExecute, onSubscribe, onExecutionResult) see every request. */
  observers?: Plugin[];
};

/** A GraphQL request, however it came. */
type Question = {
  caller: Caller;
  /** The header Accept. */
  accept?: string | undefined;
} & ({ body: string } | { search: URLSearchParams });

/** The whole service without a port. */
export type App = {
  /** Answers a request: its parameters are read, then document, limits, context and execution, then what is shown of it. */
  answer(question: Question): Promise<Answer>;
  /** The GraphQL over SSE protocol (github.com/enisdenjo/graphql-sse), whose requests are answered in the same way. */
  stream(request: Request, caller: Caller): Promise<Response>;
  /** Completes all subscriptions; what else is under way goes on. */
  endStreams(): void;
};

/** Builds the service on an open database. Opens nothing itself. */
export function createApp(options: AppOptions): App {
  const ended = new AbortController();
  const { db, log } = options;
  const limits = { ...defaultLimits, ...options.limits };
  const queryLimits = { ...defaultQueryLimits, ...options.queryLimits };
  const prepareDocument = createDocumentCache(schema, queryLimits);
  const finish = createFinish((requestId, err) => log.error({ requestId, err }, 'unexpected error'));

  /** Whether what failed may have written already: asked only about a result with errors. */
  const isMutation = ({ query, operationName }: GraphQLParams) => {
    const { document } = prepareDocument(query);
    return document !== null && getOperationAST(document, operationName)?.operation === 'mutation';
  };

  const yoga = createYoga<Asked>({
    schema,
    context: ({ caller }): Context => ({ db, limits, caller, ended: ended.signal }),
    // The HTTP layer does what Yoga's would; of Yoga the rest is used: how a request's parameters become its result.
    cors: false,
    graphiql: false,
    landingPage: false,
    multipart: false,
    batching: false,
    parserAndValidationCache: false,
    logging: false,
    maskedErrors: false,
    plugins: [
      usePreparedDocuments(prepareDocument),
      useGraphQLJs(),
      useBoundedCost(createCostCheck(schema, queryLimits.maxCost)),
      useFinish((result, params) => finish(result, isMutation(params))),
      ...(options.observers ?? []),
    ],
  });

  async function execute(
    read: () => GraphQLParams,
    asked: Asked,
  ): Promise<ExecutionResult | AsyncIterable<ExecutionResult>> {
    try {
      // Yoga's hooks look at the request for its method only, and that has been judged.
      const result = await yoga.getResultForParams({ params: read(), request: { method: 'POST' } as Request }, asked);
      return result!;
    } catch (error) {
      return finish({ errors: [error as GraphQLError] }, false);
    }
  }

  return {
    async answer(question) {
      const accepted = acceptedBy(question.accept);
      const byGet = 'search' in question;
      const read = byGet ? () => readSearch(question.search) : () => readBody(question.body);
      const result = await execute(read, { caller: question.caller, takesEvents: accepted.events, byGet });
      if (isAsyncIterable(result) || accepted.mediaType === null) return serializeEvents(result);
      return serializeResult(result, accepted.mediaType);
    },
    stream: createStreamProtocol((read, asked) => execute(read, { ...asked, takesEvents: true })),
    endStreams: () => ended.abort(),
  };
}
