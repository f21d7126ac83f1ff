import { randomBytes } from 'node:crypto';
import { useGraphQLSSE } from '@graphql-yoga/plugin-graphql-sse';
import type { ExecutionResult, GraphQLError } from 'graphql';
import type { Plugin } from 'graphql-yoga';
import { isRawJson } from '../json/raw.ts';
import { toWire } from './result.ts';

/** Where clients of the GraphQL over SSE protocol connect. */
export const ssePath = '/graphql/stream';

/** Nobody outside can write it, so no value can pass for one of ours. */
const mark = `raw-${randomBytes(16).toString('hex')}:`;
const marked = new RegExp(`"${mark}((?:[^"\\\\]|\\\\.)*)"`, 'g');

/**
 * The GraphQL over SSE protocol in both its modes, with values to the last digit: the library prints results with
 * JSON.stringify, so exact values leave it as marked texts, and the texts are turned back into JSON on their way out.
 */
export function useExactSSE(): Plugin[] {
  const sse = useGraphQLSSE({
    endpoint: ssePath,
    onNext: (_context, _request, result) => markExact(result as ExecutionResult) as never,
  });
  return [
    sse as Plugin,
    {
      onResponse({ request, response, setResponse }) {
        if (!response?.body || new URL(request.url).pathname !== ssePath) return;
        const { status, statusText, headers } = response;
        setResponse(new Response(response.body.pipeThrough(unmark()), { status, statusText, headers }));
      },
    },
  ];
}

function markExact(result: ExecutionResult): unknown {
  const errors = result.errors?.map((error) => toWire(error as GraphQLError));
  const text = JSON.stringify({ ...result, errors }, function (this: Record<string, unknown>, key, value) {
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
