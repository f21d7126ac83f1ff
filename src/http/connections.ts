import { createServer, type Server, STATUS_CODES } from 'node:http';
import type { Duplex } from 'node:stream';
import { refusal } from '../graphql/answer.ts';
import { headersOfAll } from './head.ts';

/** How many connections there may be at once, and how long each may take for its part. */
export type ConnectionLimits = {
  /** Of one process; what comes beyond is closed. */
  maxConnections: number;
  /** For the head of a request. */
  headersTimeoutMs: number;
  /** For all of a request, its body too. */
  receiveTimeoutMs: number;
  /** Of a connection on which nothing moves while it is in use: a reader that does not take its answer. */
  stallTimeoutMs: number;
};

export const defaultConnectionLimits: ConnectionLimits = {
  maxConnections: 10_000,
  headersTimeoutMs: 10_000,
  receiveTimeoutMs: 30_000,
  // Longer than a request may take, and than the pause between two pings of a stream of events.
  stallTimeoutMs: 60_000,
};

/** Longer than proxies keep a connection: one that the server closes just as a proxy sends is an error to somebody. */
const keepAliveTimeoutMs = 65_000;

/** A server that holds these limits, and answers what is no HTTP in the form of everything else. */
export function limitConnections(limits: ConnectionLimits): Server {
  const server = createServer({
    headersTimeout: limits.headersTimeoutMs,
    requestTimeout: limits.receiveTimeoutMs,
    keepAliveTimeout: keepAliveTimeoutMs,
    // Node's own refusal would be a bare one: a request without a host is refused like all others.
    requireHostHeader: false,
    // How often it is looked who is too slow.
    connectionsCheckingInterval: Math.min(2_000, limits.headersTimeoutMs / 2),
  });
  server.maxConnections = limits.maxConnections;
  server.setTimeout(limits.stallTimeoutMs);
  server.on('clientError', refuseConnection);
  return server;
}

const problems: Record<string, { status: number; message: string }> = {
  ERR_HTTP_REQUEST_TIMEOUT: { status: 408, message: 'The request did not come whole in time.' },
  HPE_HEADER_OVERFLOW: { status: 431, message: 'The headers are larger than 16 KiB.' },
  HPE_CHUNK_EXTENSIONS_OVERFLOW: { status: 413, message: 'The extensions of a chunk are too large.' },
};

/** Answers what could not be read as a request, and hangs up. Nothing of it is repeated. */
function refuseConnection(error: NodeJS.ErrnoException, socket: Duplex): void {
  const isOpen = socket.writable && (socket as { bytesWritten?: number }).bytesWritten !== undefined;
  if (!isOpen || error.code === 'ECONNRESET') return void socket.destroy();
  const { status, message } = problems[error.code ?? ''] ?? {
    status: 400,
    message: 'This is not a request of HTTP/1.1.',
  };
  const { headers, body } = refusal(message, status, 'BAD_USER_INPUT');
  const all = { ...headersOfAll, ...headers, 'content-length': Buffer.byteLength(body), connection: 'close' };
  const lines = Object.entries(all).map(([name, value]) => `${name}: ${value}\r\n`);
  socket.end(`HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\n${lines.join('')}\r\n${body}`, () => socket.destroy());
}
