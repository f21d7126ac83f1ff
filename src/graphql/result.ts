import { type ExecutionResult, GraphQLError } from 'graphql';
import type { ErrorCode } from '../errors.ts';
import { stringifyJson } from '../json/stringify.ts';

/** A result on the wire. */
export type SerializedResult = { status: number; headers: Record<string, string>; body: string };

/** What a request of which nothing was done is answered with. */
export const tryAgain = { status: 503, headers: { 'retry-after': '1' } } as const;

type Http = { status?: number; spec?: boolean; headers?: Record<string, string> };

/**
 * Serialises a result with every digit of its values, and chooses the HTTP status by GraphQL over HTTP: errors before
 * execution are 400, but 200 where only application/json is accepted; what happened to a field is 200; a request of
 * which nothing could be done because the database is away is 503.
 */
export function serializeResult(result: ExecutionResult, mediaType: string): SerializedResult {
  const headers: Record<string, string> = { 'content-type': `${mediaType}; charset=utf-8` };
  let status = 200;
  const output: Record<string, unknown> = {};
  if (result.errors) {
    for (const { extensions } of result.errors) {
      const http = extensions['http'] as Http | undefined;
      Object.assign(headers, http?.headers);
      if (http?.status && !(http.spec && mediaType === 'application/json')) status = Math.max(status, http.status);
    }
    if (result.data === undefined && status === 200 && mediaType !== 'application/json') status = 400;
    if (nothingDone(result)) {
      status = tryAgain.status;
      Object.assign(headers, tryAgain.headers);
    }
    output['errors'] = result.errors.map(toWire);
  }
  if (result.data !== undefined) output['data'] = result.data;
  return { status, headers, body: stringifyJson(output) };
}

/** All errors are outages and no field has an answer. */
export function nothingDone({ errors, data }: ExecutionResult): boolean {
  if (!errors?.every((error) => error.extensions['code'] === 'UNAVAILABLE')) return false;
  return data == null || Object.values(data).every((value) => value === null);
}

/** An error as clients see it: always with a code, never with what is meant for the HTTP layer. */
export function toWire(error: GraphQLError) {
  const { http: _http, ...extensions } = error.extensions;
  return {
    message: error.message,
    ...(error.locations ? { locations: error.locations } : {}),
    ...(error.path ? { path: error.path } : {}),
    // What has no code of its own are variables that do not fit: execution never began.
    extensions: { ...extensions, code: extensions['code'] === undefined ? 'BAD_USER_INPUT' : extensions['code'] },
  };
}

/** A failure before there is a result: the request cannot be understood, or is not let in. */
export function requestError(
  message: string,
  status: number,
  headers: Record<string, string> = {},
  code: ErrorCode | 'INTERNAL_SERVER_ERROR' = status >= 500 ? 'INTERNAL_SERVER_ERROR' : 'BAD_USER_INPUT',
): ExecutionResult {
  return { errors: [new GraphQLError(message, { extensions: { code, http: { status, headers } } })] };
}
