import { Readable } from 'node:stream';
import { anonymous } from '../../src/domain/caller.ts';
import type { TestService } from './service.ts';

/** Asks for a stream of events; resolves once it stands, or was refused. */
export async function subscribe(
  { app }: Pick<TestService, 'app'>,
  query: string,
  variables?: Record<string, unknown>,
): Promise<Response> {
  const { status, headers, body } = await app.answer({
    body: JSON.stringify({ query, variables }),
    accept: 'text/event-stream',
    caller: anonymous,
  });
  const stream = typeof body === 'string' ? body : (Readable.toWeb(Readable.from(body)) as ReadableStream);
  return new Response(typeof stream === 'string' ? stream : stream.pipeThrough(new TextEncoderStream()), {
    status,
    headers,
  });
}
