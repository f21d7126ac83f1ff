import type { OutgoingHttpHeaders, ServerResponse } from 'node:http';
import type { RequestNote } from '../measure/request.ts';

const noteKey = Symbol('note');

type Noted = ServerResponse & { [noteKey]?: RequestNote };

/** Says which request the response answers. */
export function setNote(response: ServerResponse, note: RequestNote): void {
  (response as Noted)[noteKey] = note;
}

/**
 * What all answers have: none is to be guessed at, framed, or told of to whoever is linked to; and nothing runs in one that is
 * opened as a page. Pages have a policy of their own.
 */
export const headersOfAll: Readonly<Record<string, string>> = {
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
  'referrer-policy': 'no-referrer',
  'cross-origin-resource-policy': 'same-origin',
  'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
};

/**
 * Writes the head of an answer, with what all have. One object, spread once: Node takes three microseconds more for a request
 * as soon as one header was set before, and one more where the object is made in several steps.
 */
export function writeHead(
  response: ServerResponse,
  status: number,
  headers: Record<string, string>,
  contentLength?: number,
): ServerResponse {
  const note = (response as Noted)[noteKey];
  const all: OutgoingHttpHeaders = { ...headersOfAll, ...headers };
  if (note) all['x-request-id'] = note.id;
  if (contentLength !== undefined) all['content-length'] = contentLength;
  return response.writeHead(status, all);
}
