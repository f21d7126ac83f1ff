import { randomBytes } from 'node:crypto';
import { isAsyncIterable, mapAsyncIterator } from '@envelop/core';
import { isRawJson } from '@runledger/client/json';
import type { ExecutionResult } from 'graphql';
import { createHandler } from 'graphql-sse/lib/use/fetch';
import type { Caller } from '../domain/caller.ts';
import type { RequestNote } from '../measure/request.ts';
import { toOutput } from './answer.ts';
import type { Result } from './engine.ts';
import { type GraphQLParams, readBody, readSearch } from './params.ts';

/** Nobody outside can write it, so no value can pass for one of ours. */
const mark = `raw-${randomBytes(16).toString('hex')}:`;
const marked = new RegExp(`"${mark}((?:[^"\\\\]|\\\\.)*)"`, 'g');

/** Reads the parameters of a request and answers them; the library's own reading would round numbers. */
type Execute = (read: () => GraphQLParams, caller: Caller, byGet: boolean, note: RequestNote) => Promise<Result>;

/**
 * The GraphQL over SSE protocol in both its modes, with values to the last digit: the library prints results with
 * JSON.stringify, so exact values leave it as marked strings, and the strings are turned back into JSON on their way out.
 */
export function createStreamProtocol(execute: Execute) {
  const questions = new WeakMap<Request, () => Promise<Result>>();
  const handle = createHandler({ onSubscribe: async ({ raw }) => toStream(await questions.get(raw)!()) });
  return async (request: Request, caller: Caller, note: RequestNote): Promise<Response> => {
    const body = request.method === 'POST' ? await request.clone().text() : null;
    const read = () => (body === null ? readSearch(new URL(request.url).searchParams) : readBody(body));
    questions.set(request, () => execute(read, caller, body === null, note));
    const response = await handle(request);
    if (!response.body) return response;
    const { status, statusText, headers } = response;
    return new Response(response.body.pipeThrough(unmark()), { status, statusText, headers });
  };
}

/** The library knows a whole result by its data, which one that was never executed does not have: so it gets streams only. */
async function* one(result: ExecutionResult) {
  yield result;
}

function toStream(results: Result): AsyncIterable<ExecutionResult> {
  const stream = isAsyncIterable<ExecutionResult>(results) ? results : one(results);
  return mapAsyncIterator(stream, (result) => markExact(result) as ExecutionResult);
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
