import type { ServerResponse } from 'node:http';
import { requestError, serializeResult } from '../graphql/result.ts';

/** Sends a whole body. */
export function send(
  response: ServerResponse,
  status: number,
  headers: Record<string, string>,
  body: string | Buffer,
): void {
  response.writeHead(status, {
    'x-content-type-options': 'nosniff',
    ...headers,
    'content-length': Buffer.byteLength(body),
  });
  response.end(body);
}

/** Sends a small JSON body that is not to be kept. */
export function sendJson(response: ServerResponse, status: number, body: unknown): void {
  send(
    response,
    status,
    { 'content-type': 'application/json; charset=utf-8', 'cache-control': 'no-store' },
    JSON.stringify(body),
  );
}

/** Refuses a request before it reaches GraphQL, in GraphQL's form; the code follows from the status unless it is given. */
export function refuse(response: ServerResponse, status: number, message: string, code?: 'FORBIDDEN'): void {
  const { headers, body } = serializeResult(requestError(message, status, {}, code), 'application/json');
  send(response, status, headers, body);
}
