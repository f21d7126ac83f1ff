import { isAsyncIterable } from '@envelop/core';
import { stringifyJson } from '@runledger/client/json';
import type { ExecutionResult } from 'graphql';
import { type Answer, statusOf, toOutput } from './answer.ts';

const headers = { 'content-type': 'text/event-stream', 'cache-control': 'no-cache', 'x-accel-buffering': 'no' };

/**
 * The answer that is a stream of server-sent events: `next` with each result, then `complete`, as in the mode of distinct
 * connections of the GraphQL over SSE protocol. A whole result is a stream of one.
 */
export function serializeEvents(result: ExecutionResult | AsyncIterable<ExecutionResult>): Answer {
  if (isAsyncIterable<ExecutionResult>(result)) {
    return { status: 200, headers, body: texts(result[Symbol.asyncIterator]()) };
  }
  const { status, headers: more } = statusOf(result, 'application/json');
  return { status, headers: { ...headers, ...more }, body: texts([result][Symbol.iterator]()) };
}

/** Not a generator: one that waits for the next result could not be returned from before it has come. */
function texts(results: Iterator<ExecutionResult> | AsyncIterator<ExecutionResult>): AsyncIterableIterator<string> {
  // Some readers hold back the start of the answer until something comes, so something does.
  const first = [':\n\n'];
  let isOver = false;
  return {
    [Symbol.asyncIterator]() {
      return this;
    },
    async next() {
      const opening = first.pop();
      if (opening) return { done: false, value: opening };
      if (isOver) return { done: true, value: undefined };
      const { done, value } = await results.next();
      isOver = done ?? false;
      if (isOver) return { done: false, value: 'event: complete\ndata:\n\n' };
      return { done: false, value: `event: next\ndata: ${stringifyJson(toOutput(value))}\n\n` };
    },
    async return() {
      isOver = true;
      await results.return?.();
      return { done: true, value: undefined };
    },
  };
}
