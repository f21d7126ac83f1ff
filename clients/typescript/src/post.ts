import { errorOfCode, InvalidCallError, type RunledgerError, UnavailableError } from './errors.ts';
import type { JsonObject, JsonValue } from './json/value.ts';
import type { Settings } from './options.ts';
import { parserOf } from './parser-of.ts';
import { keepPosition, positionHeader, positionOf } from './position.ts';
import { isRefusedOnLoopback } from './refused.ts';

export function isObject(value: JsonValue | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Whether a status of a server or proxy means "try again", whatever the body. */
function isTemporary(status: number): boolean {
  return status >= 500 || [408, 425, 429].includes(status);
}

/** `Retry-After` in milliseconds: seconds, or a date. */
function retryAfterMs(response: Response): number | undefined {
  const header = response.headers.get('retry-after');
  if (!header) return undefined;
  const ms = /^\d+$/.test(header) ? Number(header) * 1000 : Date.parse(header) - Date.now();
  return Number.isNaN(ms) ? undefined : Math.max(0, ms);
}

/** The error in a GraphQL result; undefined when it has none. */
function errorOfResult(result: JsonObject, status: number, waitMs?: number): RunledgerError | undefined {
  const first = Array.isArray(result['errors']) ? result['errors'][0] : undefined;
  if (!isObject(first)) return undefined;
  const code = isObject(first['extensions']) ? first['extensions']['code'] : undefined;
  const message = String(first['message'] ?? 'an error without a message');
  return errorOfCode(
    typeof code === 'string' ? code : isTemporary(status) ? 'UNAVAILABLE' : 'BAD_USER_INPUT',
    message,
    waitMs,
  );
}

/** The error for a response that is not a GraphQL result: a proxy sent it, or something else lives at this URL. */
function errorOfStatus(response: Response, url: string): RunledgerError {
  const { status } = response;
  const said = `${url} answered HTTP ${status}`;
  if (isTemporary(status))
    return new UnavailableError('UNAVAILABLE', `${said}.`, { retryAfterMs: retryAfterMs(response) });
  if (status === 401) return new InvalidCallError('UNAUTHENTICATED', `${said}: set RUNLEDGER_API_KEY to a valid key.`);
  if (status === 403) return new InvalidCallError('FORBIDDEN', `${said}: this key may not do that.`);
  if (status === 413) return new InvalidCallError('TOO_LARGE', `${said}: the request is too large; log less at once.`);
  return new InvalidCallError(
    'NOT_RUNLEDGER',
    `${said}: this is not the URL of a Runledger service. Correct url, or RUNLEDGER_URL; it usually ends in the port or in /graphql.`,
  );
}

/** The error for a refusal by what a redirect led to: on the way a POST may become a GET, and lose its key. */
function errorOfRedirect(cause: unknown, response: Response, url: string): unknown {
  const mayBeLost = ['BAD_USER_INPUT', 'UNAUTHENTICATED', 'NOT_RUNLEDGER'];
  if (!(cause instanceof InvalidCallError) || !mayBeLost.includes(cause.code)) return cause;
  return new InvalidCallError(
    'NOT_RUNLEDGER',
    `${url} redirects to ${response.url}, which refused the request. Set url, or RUNLEDGER_URL, to where the service is.`,
    { cause },
  );
}

/** The error for what `fetch` threw: nearly always one to try again after. */
export function errorOfFetch(cause: unknown, url: string): RunledgerError {
  const name = cause instanceof Error ? cause.name : '';
  if (name === 'TimeoutError' || name === 'AbortError')
    return new UnavailableError('TIMEOUT', `${url} did not answer in time.`, { cause });
  const inner = cause instanceof Error && cause.cause instanceof Error ? cause.cause : cause;
  if (inner instanceof Error && inner.message === 'bad port')
    return new InvalidCallError('NOT_RUNLEDGER', `${url} has a port that fetch refuses to use: choose another.`, {
      cause,
    });
  const why =
    inner instanceof Error ? inner.message || ('code' in inner ? String(inner.code) : inner.name) : String(inner);
  const advice = isRefusedOnLoopback(cause, url)
    ? ' Is the service running? `npx runledger serve` starts one; RUNLEDGER_URL says where another is.'
    : '';
  return new UnavailableError('UNAVAILABLE', `${url} cannot be reached: ${why}.${advice}`, { cause });
}

/** The headers of a request to the service. */
export function headersOf(settings: Settings, accept: string): Record<string, string> {
  const apiKey = settings.apiKey();
  const position = positionOf(settings.url);
  return {
    ...(position && { [positionHeader]: position }),
    ...settings.headers(),
    accept,
    'content-type': 'application/json',
    ...(apiKey && { authorization: `Bearer ${apiKey}` }),
  };
}

/** The `data` of a GraphQL response. Throws the error that the response, or its status, stands for. */
export function dataOf(text: string, response: Response, url: string, parse: (text: string) => JsonValue): JsonObject {
  // The service answers 404 only where it has no GraphQL, and then in the form of a GraphQL result.
  if (response.status === 404) throw errorOfStatus(response, url);
  keepPosition(url, response.headers.get(positionHeader));
  let result: JsonValue;
  try {
    result = parse(text);
  } catch {
    throw errorOfStatus(response, url);
  }
  if (!isObject(result)) throw errorOfStatus(response, url);
  const error = errorOfResult(result, response.status, retryAfterMs(response));
  if (error) throw error;
  if (!isObject(result['data'])) throw errorOfStatus(response, url);
  return result['data'];
}

/** Sends one GraphQL request, once, and resolves to its `data`. Throws a RunledgerError for anything else. */
export async function post(settings: Settings, body: string, signal: AbortSignal): Promise<JsonObject> {
  const headers = headersOf(settings, 'application/graphql-response+json, application/json');
  let response: Response;
  let text: string;
  try {
    response = await settings.fetch(settings.url, { method: 'POST', headers, body, signal });
    text = await response.text();
  } catch (error) {
    throw errorOfFetch(error, settings.url);
  }
  const parse = await parserOf(text);
  try {
    return dataOf(text, response, settings.url, parse);
  } catch (error) {
    throw response.redirected ? errorOfRedirect(error, response, settings.url) : error;
  }
}
