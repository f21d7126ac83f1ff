import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { Gate } from '../domain/access/gate.ts';
import { RunledgerError } from '../errors.ts';
import type { App } from '../graphql/app.ts';
import { createIds, type RequestNote } from '../measure/request.ts';
import { refuse, refuseError } from './answers.ts';
import { countResponse, type HttpCounts } from './counts.ts';
import { setNote } from './head.ts';
import { identifyRequest } from './identify.ts';
import type { MetricsText } from './metrics.ts';
import { handle, pathLabel } from './routes.ts';

export type HttpOptions = {
  app: App;
  /** Tells who asks. */
  gate: Gate;
  /** Addresses of proxies whose X-Forwarded-For is believed. */
  trustedProxies: string[];
  /** Bytes of a request's body at most. */
  maxBodyBytes: number;
  /** Names, besides localhost and addresses, by which browsers may reach the service; `*` for any. */
  allowedHosts: string[];
  /** Origins of web pages that may use it from elsewhere, such as `https://dash.example.com`; `*` for any. */
  allowedOrigins: string[];
  graphiql: boolean;
  /** Whether reads and writes can be answered, and which replicas answer queries: `ok`, or why not. */
  readiness: () => Promise<{ reads: string; writes: string; replicas?: string[] }>;
  /** Told of what should not have happened, and of the request, under whose id the caller was told of it. */
  onError: (error: unknown, note: RequestNote) => void;
  /** What `/metrics` answers; nothing is there where this is not given. */
  metrics?: MetricsText | undefined;
  /** Where answers are counted. */
  counts?: HttpCounts | undefined;
  /** Told of every answer, of a stream when it has ended. */
  onAnswered?: ((note: RequestNote, access: Access) => void) | undefined;
};

/** What was asked for on the wire, and how it ended. The address is without its question mark and what follows: that may hold values. */
export type Access = { method: string; path: string; status: number; totalMs: number };

/** The service behind node:http. Does not listen yet. */
export function createHttpServer(options: HttpOptions): Server {
  const server = createServer({ requestTimeout: 60_000, headersTimeout: 20_000, keepAliveTimeout: 65_000 });
  const nextId = createIds();
  server.on(
    'request',
    (request, response) => void answer(options, identifyRequest(request, nextId), request, response),
  );
  return server;
}

async function answer(
  options: HttpOptions,
  note: RequestNote,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const { counts, onAnswered, onError } = options;
  const begunAt = onAnswered ? performance.now() : 0;
  setNote(response, note);
  try {
    await handle(options, request, response, note);
  } catch (error) {
    // The caller hung up in the middle of its body: nobody is there to be answered, and nothing is wrong here.
    if (request.destroyed && !request.complete) return;
    if (error instanceof RunledgerError && !response.headersSent) refuseError(response, error);
    else {
      onError(error, note);
      if (response.headersSent) response.destroy();
      else refuse(response, 500, `Something went wrong inside the service. Its log has the details under ${note.id}.`);
    }
  }
  const url = request.url ?? '/';
  if (counts) countResponse(counts, pathLabel(url), response.statusCode);
  onAnswered?.(note, {
    method: request.method ?? '',
    path: url.split('?', 1)[0]!.slice(0, 200),
    status: response.statusCode,
    totalMs: Math.round(performance.now() - begunAt),
  });
}
