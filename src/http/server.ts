import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { Gate } from '../domain/access/gate.ts';
import { RunledgerError } from '../errors.ts';
import type { App } from '../graphql/app.ts';
import { createIds, type RequestNote } from '../measure/request.ts';
import { type TrustedProxies, trustProxies } from './address.ts';
import { refuse, refuseError } from './answers.ts';
import { type ConnectionLimits, defaultConnectionLimits, limitConnections } from './connections.ts';
import { countResponse, type HttpCounts } from './counts.ts';
import { setNote } from './head.ts';
import { identifyRequest } from './identify.ts';
import type { MetricsText } from './metrics.ts';
import { createMeter, type Meter, type RateLimits } from './rate-limits.ts';
import { handle, pathLabel } from './routes.ts';

export type HttpOptions = {
  app: App;
  /** Tells who asks. */
  gate: Gate;
  /** Addresses and networks of proxies whose X-Forwarded-For is believed. */
  trustedProxies: readonly string[];
  /** What each key may ask for; default: any amount. */
  rateLimits?: RateLimits;
  /** How many connections there may be, and how slow. */
  connections?: Partial<ConnectionLimits>;
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

/** What requests are served with. */
export type Edge = Omit<HttpOptions, 'trustedProxies' | 'rateLimits'> & {
  trustedProxies: TrustedProxies;
  /** Where something is limited. */
  meter: Meter | undefined;
};

/** What was asked for on the wire, and how it ended. The address is without its question mark and what follows: that may hold values. */
export type Access = { method: string; path: string; status: number; totalMs: number };

/** The service behind node:http. Does not listen yet. */
export function createHttpServer(options: HttpOptions): Server {
  const { trustedProxies, rateLimits, ...rest } = options;
  const meter = rateLimits && createMeter(rateLimits);
  const edge: Edge = { ...rest, trustedProxies: trustProxies(trustedProxies), meter };
  const nextId = createIds();
  const server = limitConnections({ ...defaultConnectionLimits, ...options.connections });
  const onRequest = (request: IncomingMessage, response: ServerResponse) =>
    void answer(edge, identifyRequest(request, nextId), request, response);
  server.on('request', onRequest);
  // Who waits for leave to send a body is told first whether it may: `readBody` gives it.
  server.on('checkContinue', onRequest);
  server.on('checkExpectation', onRequest);
  return server;
}

async function answer(
  edge: Edge,
  note: RequestNote,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const { counts, onAnswered, onError } = edge;
  const begunAt = onAnswered ? performance.now() : 0;
  setNote(response, note);
  try {
    await handle(edge, request, response, note);
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
