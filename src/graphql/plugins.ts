import { type ExecutionResult, execute, GraphQLError, getOperationAST, subscribe } from 'graphql';
import { isAsyncIterable, mapAsyncIterator, type Plugin } from 'graphql-yoga';
import type { Caller } from '../domain/caller.ts';
import type { PreparedDocument } from './documents.ts';
import type { GraphQLParams } from './params.ts';
import type { CostCheck } from './query-cost.ts';

/** What is known of a request before its parameters are: what Yoga calls the server's context. */
export type Asked = {
  caller: Caller;
  /** Whether the answer may be a stream of events, without which nothing can be subscribed to. */
  takesEvents: boolean;
  /** Came by GET, which must not change anything. */
  byGet: boolean;
};

/** Parsing and validation by our cache, and the choice of the operation. */
export function usePreparedDocuments(prepare: (text: string) => PreparedDocument): Plugin<Asked> {
  return {
    onParse({ context, setParseFn }) {
      setParseFn((text: string) => {
        const { document, errors } = prepare(text);
        if (errors) throw refusal(errors);
        const { takesEvents, byGet, params } = context;
        const operation = getOperationAST(document, params.operationName);
        if (!operation) throw refusal([noOperation(params.operationName)]);
        if (operation.operation === 'subscription' && !takesEvents) throw refusal([notStreamed()]);
        if (operation.operation === 'mutation' && byGet) throw refusal([notByGet()]);
        return document;
      });
    },
    onValidate({ setResult }) {
      setResult([]);
    },
  };
}

/** Executes with graphql-js, whose semantics are the specification's; Yoga's own executor differs in small things. */
export function useGraphQLJs(): Plugin {
  return {
    onExecute: ({ setExecuteFn }) => setExecuteFn(execute),
    onSubscribe: ({ setSubscribeFn }) => setSubscribeFn(subscribe),
  };
}

/** Refuses operations that could answer with too much. */
export function useBoundedCost(checkCost: CostCheck): Plugin {
  const check = ({ args }: { args: Parameters<CostCheck>[0] }) => checkCost(args);
  return { onExecute: check, onSubscribe: check };
}

/** Makes of every result what is shown of it; observers that come behind see that. */
export function useFinish(finish: (result: ExecutionResult, params: GraphQLParams) => ExecutionResult): Plugin {
  return {
    onExecutionResult({ result, setResult, context }) {
      const { params } = context as unknown as { params: GraphQLParams };
      if (isAsyncIterable(result)) setResult(mapAsyncIterator(result, (each) => finish(each, params)));
      else if (result) setResult(finish(result as ExecutionResult, params));
    },
  };
}

/** Always a group: of a single error Yoga would change the HTTP status, to 200 where only application/json is accepted. */
function refusal(errors: readonly GraphQLError[]): unknown {
  return new AggregateError(errors);
}

function noOperation(name: string | undefined): GraphQLError {
  return badRequest(
    name === undefined
      ? 'The document has several operations, or none. Send one, or say which is meant as "operationName".'
      : `The document has no operation named ${JSON.stringify(name.slice(0, 60))}. Give the name of one that it has as "operationName".`,
    400,
  );
}

function notStreamed(): GraphQLError {
  return badRequest('A subscription is answered as a stream of events: send "Accept: text/event-stream".', 400);
}

function notByGet(): GraphQLError {
  return badRequest('A mutation is not carried out by GET. Send it as a POST.', 405, { allow: 'POST' });
}

function badRequest(message: string, status: number, headers: Record<string, string> = {}): GraphQLError {
  return new GraphQLError(message, { extensions: { code: 'BAD_USER_INPUT', http: { status, headers } } });
}
