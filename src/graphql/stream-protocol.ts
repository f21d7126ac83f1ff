import { randomBytes } from 'node:crypto';
import type { ExecutionResult } from 'graphql';
import { createHandler } from 'graphql-sse/lib/use/fetch';
import { isAsyncIterable, mapAsyncIterator } from 'graphql-yoga';
import type { Caller } from '../domain/caller.ts';
import { isRawJson } from '../json/raw.ts';
import { toOutput } from './answer.ts';
import type { GraphQLParams } from './params.ts';

type Results = ExecutionResult | AsyncIterable<ExecutionResult>;

/** Nobody outside can write it, so no value can pass for one of ours. */
const mark = `raw-${randomBytes(16).toString('hex')}:`;
const marked = new RegExp(`"${mark}((?:[^"\\\\]|\\\\.)*)"`, 'g');

/**
 * The GraphQL over SSE protocol in both its modes, with values to the last digit: the library prints results with
 * JSON.stringify, so exact values leave it as marked strings, and the strings are turned back into JSON on their way out.
 */
export function createStreamProtocol(execute: (params: GraphQLParams, caller: Caller) => Promise<Results>) {
  const callers = new WeakMap<Request, Caller>();
  const handle = createHandler({
    onSubscribe: async ({ raw }, { query, operationName, variables }) => {
      const params = {
        query,
        ...(operationName == null ? {} : { operationName }),
        ...(variables == null ? {} : { variables }),
      };
      const results = await execute(params, callers.get(raw)!);
      const exact = (result: ExecutionResult) => markExact(result) as ExecutionResult;
      return isAsyncIterable<ExecutionResult>(results) ? mapAsyncIterator(results, exact) : exact(results);
    },
  });
  return async (request: Request, caller: Caller): Promise<Response> => {
    callers.set(request, caller);
    const response = await handle(request);
    if (!response.body) return response;
    const { status, statusText, headers } = response;
    return new Response(response.body.pipeThrough(unmark()), { status, statusText, headers });
  };
}

function markExact(result: ExecutionResult): unknown {
  const text = JSON.stringify(toOutput(result), function (this: Record<string, unknown>, key, value) {
    const original = this[key];
    return isRawJson(original) ? mark + original.text : value;
  });
  return JSON.parse(text);
}

/** The library writes each message as one chunk. */
function unmark(): TransformStream<Uint8Array, Uint8Array> {
  const decoder = new TextDecoder();
  const encoder = new TextEncoder();
  return new TransformStream({
    transform(chunk, controller) {
      const text = decoder.decode(chunk, { stream: true });
      controller.enqueue(encoder.encode(text.replace(marked, (_match, escaped) => JSON.parse(`"${escaped}"`))));
    },
  });
}
