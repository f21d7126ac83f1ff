import { isUtf8 } from 'node:buffer';
import { randomUUID } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { isIP } from 'node:net';
import type { App } from './app.ts';
import { ssePath } from './exact-sse.ts';
import { loadGraphiQL } from './graphiql.ts';
import { requestError, serializeResult } from './schema/result.ts';
import { sendStream } from './http-stream.ts';

export type HttpOptions = {
  app: App;
  /** Bytes of a request's body at most. */
  maxBodyBytes: number;
  /** Names, besides localhost and addresses, by which browsers may reach the service; `*` for any. */
  allowedHosts: string[];
  /** Origins of web pages that may use it from elsewhere, such as `https://dash.example.com`; `*` for any. */
  allowedOrigins: string[];
  graphiql: boolean;
  /** Whether requests can be answered: asks the database. */
  isReady: () => Promise<boolean>;
  /** Told of what should not have happened, and of the id under which the caller was told of it. */
  onError: (error: unknown, requestId: string) => void;
};

/** The service behind node:http: bounds, hosts, origins, health; hands what passes to the app. Does not listen yet. */
export function createHttpServer(options: HttpOptions): Server {
  const server = createServer({ requestTimeout: 60_000, headersTimeout: 20_000, keepAliveTimeout: 65_000 });
  server.on('request', (request, response) => {
    handle(options, request, response).catch((error) => {
      // The caller hung up in the middle of its body: nobody is there to be answered, and nothing is wrong here.
      if (request.destroyed && !request.complete) return;
      const requestId = randomUUID();
      options.onError(error, requestId);
      if (response.headersSent) response.destroy();
      else
        refuse(response, 500, `Something went wrong inside the service. Its log has the details under ${requestId}.`);
    });
  });
  return server;
}

async function handle(options: HttpOptions, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const path = (request.url ?? '/').split('?', 1)[0]!;
  if (!isAllowedHost(request.headers.host, options.allowedHosts)) {
    return refuse(
      response,
      403,
      'This host name is not served. The operator can add it to ALLOWED_HOSTS.',
      'FORBIDDEN',
    );
  }
  if (path === '/health') return sendJson(response, 200, { status: 'ok' });
  if (path === '/ready') {
    const ready = await options.isReady();
    return sendJson(response, ready ? 200 : 503, { status: ready ? 'ready' : 'unavailable' });
  }
  if (path === '/' && request.method === 'GET') {
    response.writeHead(302, { location: '/graphql' }).end();
    return;
  }
  if (path !== '/graphql' && path !== ssePath) {
    return refuse(response, 404, 'There is nothing here. GraphQL is at /graphql.');
  }
  if (!checkOrigin(options, request, response)) return;
  if (request.method === 'OPTIONS') {
    response.writeHead(204, { allow: 'GET, POST, OPTIONS' }).end();
    return;
  }
  if (path === '/graphql' && request.method === 'GET' && request.headers.accept?.includes('text/html')) {
    if (!options.graphiql) return refuse(response, 404, 'GraphiQL is switched off here.');
    return sendGraphiQL(request, response);
  }
  const body = request.method === 'POST' ? await readBody(options, request, response) : '';
  if (body === null) return;
  const { accept } = request.headers;
  const isPlain = path === '/graphql' && request.method === 'POST' && !/event-stream|multipart/.test(accept ?? '');
  if (isPlain) {
    const result = await options.app.answer(body, accept);
    send(response, result.status, result.headers, result.body);
    return;
  }
  await sendStream(await options.app.fetch(toRequest(request, body)), response);
}

/** DNS rebinding: a page of an attacker's may reach us under a name of its own, but never under ours or an address. */
function isAllowedHost(header: string | undefined, allowed: string[]): boolean {
  const name = (header ?? '').replace(/:\d+$/, '').toLowerCase();
  if (name === 'localhost' || isIP(name.replace(/^\[|\]$/g, '')) !== 0) return true;
  return allowed.includes('*') || allowed.some((host) => host.toLowerCase() === name);
}

/** Same-origin requests and those without an origin pass; listed origins get their CORS headers; others get a 403. */
function checkOrigin({ allowedOrigins }: HttpOptions, request: IncomingMessage, response: ServerResponse): boolean {
  const { origin, host } = request.headers;
  if (allowedOrigins.length > 0) response.setHeader('vary', 'origin');
  if (origin === undefined || origin.replace(/^https?:\/\//, '') === host) return true;
  if (!allowedOrigins.includes('*') && !allowedOrigins.includes(origin)) {
    refuse(
      response,
      403,
      'Pages of this origin may not use the service. The operator can add it to ALLOWED_ORIGINS.',
      'FORBIDDEN',
    );
    return false;
  }
  response.setHeader('access-control-allow-origin', origin);
  if (request.method === 'OPTIONS') {
    response.setHeader('access-control-allow-methods', 'GET, POST, PUT, DELETE');
    response.setHeader(
      'access-control-allow-headers',
      request.headers['access-control-request-headers'] ?? 'content-type',
    );
    response.setHeader('access-control-max-age', '600');
  }
  return true;
}

/** The body of a POST as text; null when it was refused, and the answer sent. */
async function readBody(
  { maxBodyBytes }: HttpOptions,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<string | null> {
  const refused = (status: number, message: string) => {
    // What is still coming is not read: the connection cannot be used again.
    response.setHeader('connection', 'close');
    refuse(response, status, message);
    return null;
  };
  const type = request.headers['content-type']?.split(';', 1)[0]?.trim().toLowerCase();
  if (type !== 'application/json') return refused(415, 'Send the request as application/json.');
  if ((request.headers['content-encoding'] ?? 'identity') !== 'identity')
    return refused(415, 'Send the body uncompressed.');
  const tooLarge = `The body is larger than ${maxBodyBytes} bytes. Send it in several requests.`;
  if (Number(request.headers['content-length'] ?? 0) > maxBodyBytes) return refused(413, tooLarge);
  const chunks = await readChunks(request, maxBodyBytes);
  if (chunks === null) return refused(413, tooLarge);
  const body = chunks.length === 1 ? chunks[0]! : Buffer.concat(chunks);
  if (!isUtf8(body)) return refused(400, 'The body is not UTF-8.');
  return body.toString('utf8');
}

/** What the request carries; null as soon as it is more than `maxBytes`. Rejects when the client goes away. */
function readChunks(request: IncomingMessage, maxBytes: number): Promise<Buffer[] | null> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let bytes = 0;
    request.on('data', (chunk: Buffer) => {
      bytes += chunk.length;
      if (bytes <= maxBytes) {
        chunks.push(chunk);
      } else {
        request.pause();
        resolve(null);
      }
    });
    request.on('end', () => resolve(chunks));
    request.on('error', reject);
  });
}

function toRequest(incoming: IncomingMessage, body: string): Request {
  const headers = new Headers();
  for (const [name, value] of Object.entries(incoming.headers)) {
    if (value !== undefined) headers.set(name, Array.isArray(value) ? value.join(', ') : value);
  }
  headers.delete('content-length');
  const method = incoming.method ?? 'GET';
  return new Request(`http://${incoming.headers.host ?? 'localhost'}${incoming.url}`, {
    method,
    headers,
    ...(method === 'POST' ? { body } : {}),
  });
}

async function sendGraphiQL(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const page = await loadGraphiQL();
  const headers = {
    'content-type': 'text/html; charset=utf-8',
    'cache-control': 'no-cache',
    'content-security-policy':
      "default-src 'none'; script-src 'unsafe-inline' 'unsafe-eval' blob:; worker-src blob:; style-src 'unsafe-inline'; img-src data:; font-src data:; connect-src 'self'; base-uri 'none'; frame-ancestors 'none'",
    vary: 'accept-encoding',
    etag: page.etag,
  };
  if (request.headers['if-none-match'] === page.etag) {
    response.writeHead(304, headers).end();
    return;
  }
  if (request.headers['accept-encoding']?.includes('gzip')) {
    send(response, 200, { ...headers, 'content-encoding': 'gzip' }, page.gzip);
  } else {
    send(response, 200, headers, page.plain);
  }
}

function send(response: ServerResponse, status: number, headers: Record<string, string>, body: string | Buffer): void {
  response.writeHead(status, {
    'x-content-type-options': 'nosniff',
    ...headers,
    'content-length': Buffer.byteLength(body),
  });
  response.end(body);
}

function sendJson(response: ServerResponse, status: number, body: unknown): void {
  send(
    response,
    status,
    { 'content-type': 'application/json; charset=utf-8', 'cache-control': 'no-store' },
    JSON.stringify(body),
  );
}

function refuse(response: ServerResponse, status: number, message: string, code?: 'FORBIDDEN'): void {
  const { headers, body } = serializeResult(requestError(message, status, {}, code), 'application/json');
  send(response, status, headers, body);
}
