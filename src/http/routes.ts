import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Caller } from '../domain/caller.ts';
import type { RequestNote } from '../measure/request.ts';
import { refuse, sendAnswer, sendJson } from './answers.ts';
import { readBody } from './body.ts';
import { identifyCaller } from './caller.ts';
import { checkOrigin, isAllowedHost } from './guard.ts';
import { writeHead } from './head.ts';
import { sendMetrics } from './metrics.ts';
import { isDashboardPath, sendDashboard } from './pages/dashboard.ts';
import { sendGraphiQL } from './pages/graphiql.ts';
import type { Edge } from './server.ts';
import { sendResponse } from './streams.ts';

type Handler = (
  options: Edge,
  request: IncomingMessage,
  response: ServerResponse,
  note: RequestNote,
  search: string,
) => void | Promise<void>;

/** What is served where, and by which methods; HEAD is a GET whose body stays away. */
const routes: Record<string, Record<string, Handler>> = {
  '/health': { GET: (_options, _request, response) => sendJson(response, 200, { status: 'ok' }) },
  '/ready': { GET: answerReady },
  '/metrics': { GET: answerMetrics },
  '/graphql': { GET: answerGet, POST: answerPost, OPTIONS: answerOptions },
  '/graphql/stream': {
    GET: answerStream,
    POST: answerStream,
    PUT: answerStream,
    DELETE: answerStream,
    OPTIONS: answerOptions,
  },
};

/** The path that is asked for as a label of metrics: one that is served, or `other`. */
export function pathLabel(url: string): string {
  const path = pathOf(url);
  return Object.hasOwn(routes, path) ? path : isDashboardPath(path) ? 'page' : 'other';
}

function pathOf(url: string): string {
  const end = url.indexOf('?');
  return end < 0 ? url : url.slice(0, end);
}

function dashboardRoute(path: string): Record<string, Handler> {
  return { GET: (_options, request, response) => sendDashboard(request, response, path) };
}

/** Answers one request: whether it may come in, then what is at its path. */
export async function handle(
  options: Edge,
  request: IncomingMessage,
  response: ServerResponse,
  note: RequestNote,
): Promise<void> {
  const { host } = request.headers;
  if (host === undefined && request.httpVersion !== '1.0')
    return refuse(response, 400, 'This request has no header Host, which HTTP/1.1 asks for.');
  if (!isAllowedHost(host, options.allowedHosts)) {
    return refuse(response, 403, 'This host name is not served. The operator can add it to ALLOWED_HOSTS.');
  }
  const url = request.url ?? '/';
  const path = pathOf(url);
  const methods = Object.hasOwn(routes, path) ? routes[path]! : isDashboardPath(path) ? dashboardRoute(path) : null;
  if (!methods) return refuse(response, 404, 'There is nothing here. GraphQL is at /graphql.');
  if (!checkOrigin(options.allowedOrigins, request, response)) return;
  const handler = methods[request.method === 'HEAD' ? 'GET' : (request.method ?? '')];
  if (!handler) {
    const allowed = Object.keys(methods).join(', ');
    response.setHeader('allow', allowed);
    return refuse(response, 405, `${path} does not take ${request.method}. It takes ${allowed}.`);
  }
  await handler(options, request, response, note, url.slice(path.length + 1));
}

async function answerReady({ readiness }: Edge, _request: IncomingMessage, response: ServerResponse) {
  const { reads, writes, replicas } = await readiness();
  const ready = reads === 'ok' && writes === 'ok';
  sendJson(response, ready ? 200 : 503, { status: ready ? 'ready' : 'unavailable', reads, writes, replicas });
}

function answerOptions(_options: Edge, _request: IncomingMessage, response: ServerResponse) {
  writeHead(response, 204, { allow: 'GET, POST, OPTIONS' }).end();
}

async function answerMetrics({ metrics }: Edge, _request: IncomingMessage, response: ServerResponse) {
  if (metrics) return sendMetrics(metrics, response);
  refuse(response, 404, 'Metrics are not served here. The operator can ask for them with METRICS or METRICS_PORT.');
}

async function answerPost(options: Edge, request: IncomingMessage, response: ServerResponse, note: RequestNote) {
  // Before the body: who may not ask is not read.
  const caller = await identifyCaller(options, request, note);
  const body = await readBody(bodyLimits(options, caller, note), request, response);
  if (body === null) return;
  const { accept } = request.headers;
  await sendAnswer(response, await options.app.answer({ body, accept, caller, note }));
}

function bodyLimits({ maxBodyBytes, meter }: Edge, caller: Caller, { address }: RequestNote) {
  return { maxBodyBytes, count: meter && ((bytes: number) => meter.countBytes(caller, address ?? '', bytes)) };
}

async function answerGet(
  options: Edge,
  request: IncomingMessage,
  response: ServerResponse,
  note: RequestNote,
  search: string,
) {
  const { accept } = request.headers;
  if (accept?.includes('text/html')) {
    if (options.graphiql) return sendGraphiQL(request, response);
    return refuse(response, 404, 'GraphiQL is switched off here.');
  }
  const caller = await identifyCaller(options, request, note);
  await sendAnswer(response, await options.app.answer({ search: new URLSearchParams(search), accept, caller, note }));
}

async function answerStream(options: Edge, request: IncomingMessage, response: ServerResponse, note: RequestNote) {
  const caller = await identifyCaller(options, request, note);
  const limits = bodyLimits(options, caller, note);
  const body = request.method === 'POST' ? await readBody(limits, request, response) : undefined;
  if (body === null) return;
  await sendResponse(response, await options.app.stream(toRequest(request, body), caller, note));
}

function toRequest(incoming: IncomingMessage, body: string | undefined): Request {
  const headers = new Headers();
  for (const [name, value] of Object.entries(incoming.headers)) {
    if (value !== undefined) headers.set(name, Array.isArray(value) ? value.join(', ') : value);
  }
  headers.delete('content-length');
  return new Request(`http://${incoming.headers.host ?? 'localhost'}${incoming.url}`, {
    method: incoming.method ?? 'GET',
    headers,
    ...(body === undefined ? {} : { body }),
  });
}
