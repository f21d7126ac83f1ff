import { randomUUID } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { App } from '../graphql/app.ts';
import { ssePath } from '../graphql/exact-sse.ts';
import { refuse, send, sendJson } from './answers.ts';
import { readBody } from './body.ts';
import { checkOrigin, isAllowedHost } from './guard.ts';
import { loadGraphiQL } from './pages/graphiql.ts';
import { sendStream } from './streams.ts';

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
  if (!checkOrigin(options.allowedOrigins, request, response)) return;
  if (request.method === 'OPTIONS') {
    response.writeHead(204, { allow: 'GET, POST, OPTIONS' }).end();
    return;
  }
  if (path === '/graphql' && request.method === 'GET' && request.headers.accept?.includes('text/html')) {
    if (!options.graphiql) return refuse(response, 404, 'GraphiQL is switched off here.');
    return sendGraphiQL(request, response);
  }
  const body = request.method === 'POST' ? await readBody(options.maxBodyBytes, request, response) : '';
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
