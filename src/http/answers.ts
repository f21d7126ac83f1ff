import type { ServerResponse } from 'node:http';
import type { ErrorCode, RunledgerError } from '../errors.ts';
import { type Answer, refusal, refusalOf } from '../graphql/answer.ts';
import { writeHead } from './head.ts';
import { sendEvents } from './streams.ts';

/** Sends a whole body. */
export function send(
  response: ServerResponse,
  status: number,
  headers: Record<string, string>,
  body: string | Buffer,
): void {
  writeHead(response, status, headers, Buffer.byteLength(body));
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

/** Sends the answer to a GraphQL request; resolves when the last of it is on its way, or the caller has gone. */
export async function sendAnswer(response: ServerResponse, { status, headers, body }: Answer): Promise<void> {
  if (typeof body === 'string' || Buffer.isBuffer(body)) send(response, status, headers, body);
  else await sendEvents(response, status, headers, body);
}

const codeByStatus: Record<number, ErrorCode | 'INTERNAL_SERVER_ERROR'> = {
  403: 'FORBIDDEN',
  404: 'NOT_FOUND',
  500: 'INTERNAL_SERVER_ERROR',
};

/** Refuses a request before it reaches GraphQL, in GraphQL's form. */
export function refuse(response: ServerResponse, status: number, message: string): void {
  const { headers, body } = refusal(message, status, codeByStatus[status] ?? 'BAD_USER_INPUT');
  send(response, status, headers, body);
}

/** The same of an error that says itself what is wrong. */
export function refuseError(response: ServerResponse, error: RunledgerError): void {
  const { status, headers, body } = refusalOf(error);
  send(response, status, headers, body);
}
