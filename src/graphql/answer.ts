import { isRawJson, stringifyJson } from '@runledger/client/json';
import type { ExecutionResult, GraphQLError } from 'graphql';
import type { ErrorCode, RunledgerError } from '../errors.ts';

/** What goes over the wire: a whole text, or, for a stream of events, one text after another. */
export type Answer = {
  status: number;
  headers: Record<string, string>;
  body: string | Buffer | AsyncIterableIterator<string>;
};

/** An answer whose body is whole. */
export type WholeAnswer = Omit<Answer, 'body'> & { body: string };

const json = 'application/json';
const graphqlJson = 'application/graphql-response+json';

/**
 * What an Accept header takes. `mediaType` is that of a whole result, null where only a stream of events is taken;
 * anything else that is asked for is answered with application/json, as is a request without the header.
 */
export function acceptedBy(accept: string | undefined): { mediaType: string | null; events: boolean } {
  if (accept === undefined) return { mediaType: json, events: false };
  const events = accept.includes('text/event-stream');
  if (accept.includes(graphqlJson)) return { mediaType: graphqlJson, events };
  return { mediaType: events && !/application\/json|\*\/\*/.test(accept) ? null : json, events };
}

/** The status of a request of which nothing was done for this reason, where there is a better one than 200. */
const statusByCode: Partial<Record<ErrorCode, { status: number; headers: Record<string, string> }>> = {
  UNAVAILABLE: { status: 503, headers: { 'retry-after': '1' } },
  UNAUTHENTICATED: { status: 401, headers: { 'www-authenticate': 'Bearer' } },
  FORBIDDEN: { status: 403, headers: {} },
  RATE_LIMITED: { status: 429, headers: {} },
};

/** Every code that an answer can have. */
export const knownCodes: ReadonlySet<string> = new Set(
  Object.keys({
    BAD_USER_INPUT: true,
    NOT_FOUND: true,
    AMBIGUOUS: true,
    CONFLICT: true,
    UNAUTHENTICATED: true,
    FORBIDDEN: true,
    RATE_LIMITED: true,
    UNAVAILABLE: true,
    TIMEOUT: true,
    GRAPHQL_PARSE_FAILED: true,
    GRAPHQL_VALIDATION_FAILED: true,
    INTERNAL_SERVER_ERROR: true,
  } satisfies Record<ErrorCode | 'GRAPHQL_PARSE_FAILED' | 'GRAPHQL_VALIDATION_FAILED' | 'INTERNAL_SERVER_ERROR', true>),
);

/**
 * The HTTP status and headers of a result, by GraphQL over HTTP: errors before execution are 400, but 200 where only
 * application/json is accepted; what happened to a field is 200; a request of which nothing could be done because the
 * database is away is 503.
 */
export function statusOf(result: ExecutionResult, mediaType: string): Pick<Answer, 'status' | 'headers'> {
  const headers: Record<string, string> = {};
  if (!result.errors) return { status: 200, headers };
  let status = 200;
  for (const { extensions } of result.errors) {
    const http = extensions['http'] as { status?: number; spec?: boolean; headers?: object } | undefined;
    Object.assign(headers, http?.headers);
    const { retryAfterSeconds } = extensions;
    if (typeof retryAfterSeconds === 'number') headers['retry-after'] = String(retryAfterSeconds);
    if (http?.status && !(http.spec && mediaType === json)) status = Math.max(status, http.status);
  }
  if (result.data === undefined && status === 200 && mediaType === graphqlJson) status = 400;
  const better = reasonOfNothing(result);
  return better ? { status: better.status, headers: { ...headers, ...better.headers } } : { status, headers };
}

/** All errors are of one kind, and no field has an answer. */
function reasonOfNothing({ errors, data }: ExecutionResult) {
  const code = errors?.[0]?.extensions['code'] as ErrorCode;
  const reason = statusByCode[code];
  if (!reason || !errors?.every((error) => error.extensions['code'] === code)) return null;
  return data == null || holdsNothing(data) ? reason : null;
}

/** Whether every field is null, in data or in its text, where nothing but nulls can look like this. */
function holdsNothing(data: Record<string, unknown>): boolean {
  if (isRawJson(data)) return /^\{(?:"\w+":null,?)*\}$/.test(data.text);
  return Object.values(data).every((value) => value === null);
}

/** The answer that is one JSON text, with every digit of its values. */
export function serializeResult(result: ExecutionResult, mediaType: string): WholeAnswer {
  const { status, headers } = statusOf(result, mediaType);
  headers['content-type'] = `${mediaType}; charset=utf-8`;
  headers['cache-control'] = 'no-store';
  return { status, headers, body: stringifyJson(toOutput(result)) };
}

/** A result as clients see it. */
export function toOutput({ errors, data, extensions }: ExecutionResult): Record<string, unknown> {
  const output: Record<string, unknown> = {};
  if (errors) output['errors'] = errors.map(toWire);
  if (data !== undefined) output['data'] = data;
  if (extensions !== undefined) output['extensions'] = extensions;
  return output;
}

/** An error as clients see it: always with a code, never with what is meant for the HTTP layer. */
function toWire(error: GraphQLError) {
  const { http: _http, ...extensions } = error.extensions;
  return {
    message: error.message,
    ...(error.locations ? { locations: error.locations } : {}),
    ...(error.path ? { path: error.path } : {}),
    // What has no code of its own are variables that do not fit: execution never began.
    extensions: { ...extensions, code: extensions['code'] === undefined ? 'BAD_USER_INPUT' : extensions['code'] },
  };
}

/** The answer to a request that is refused before it reaches GraphQL, in GraphQL's form. */
export function refusal(message: string, status: number, code: ErrorCode | 'INTERNAL_SERVER_ERROR'): WholeAnswer {
  return serializeResult({ errors: [bareError(message, { code, http: { status } })] }, json);
}

const answersOf = new WeakMap<RunledgerError, WholeAnswer>();

/**
 * The answer to a request that is refused before it reaches GraphQL, because of an error that says itself what is wrong: of one
 * that comes again and again, always the same.
 */
export function refusalOf(error: RunledgerError): WholeAnswer {
  let answer = answersOf.get(error);
  if (!answer) {
    const { code, message, details } = error;
    answer = serializeResult({ errors: [bareError(message, { ...details, code })] }, json);
    answersOf.set(error, answer);
  }
  return answer;
}

/** What is written of an error that concerns no place of a document: to note where it was made takes longer than all else. */
function bareError(message: string, extensions: Record<string, unknown>): GraphQLError {
  return { message, extensions } as GraphQLError;
}
