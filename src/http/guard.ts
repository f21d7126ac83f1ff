import type { IncomingMessage, ServerResponse } from 'node:http';
import { isIP } from 'node:net';
import { refuse } from './answers.ts';

/** DNS rebinding: a page of an attacker's may reach us under a name of its own, but never under ours or an address. */
export function isAllowedHost(header: string | undefined, allowed: string[]): boolean {
  const name = (header ?? '').replace(/:\d+$/, '').toLowerCase();
  if (name === 'localhost' || isIP(name.replace(/^\[|\]$/g, '')) !== 0) return true;
  return allowed.includes('*') || allowed.some((host) => host.toLowerCase() === name);
}

/** Same-origin requests and those without an origin pass; listed origins get their CORS headers; others get a 403. */
export function checkOrigin(allowedOrigins: string[], request: IncomingMessage, response: ServerResponse): boolean {
  const { origin, host } = request.headers;
  if (allowedOrigins.length > 0) response.setHeader('vary', 'origin');
  if (origin === undefined || origin.replace(/^https?:\/\//, '') === host) return true;
  if (!allowedOrigins.includes('*') && !allowedOrigins.includes(origin)) {
    refuse(response, 403, 'Pages of this origin may not use the service. The operator can add it to ALLOWED_ORIGINS.');
    return false;
  }
  response.setHeader('access-control-allow-origin', origin);
  response.setHeader('access-control-expose-headers', 'x-request-id, x-runledger-position');
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
