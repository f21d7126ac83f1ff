import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { connect } from 'node:net';
import { createGate } from '../../src/domain/access/gate.ts';
import { createHttpServer, type HttpOptions } from '../../src/http/server.ts';
import { checkReadiness } from '../../src/storage/postgres/ready.ts';
import type { TestService } from './service.ts';

/** The service behind a real port. */
export type TestServer = {
  /** Of the whole server, without a slash at the end. */
  origin: string;
  port: number;
  /** Sends a POST of JSON to /graphql, from text as it is. */
  post(body: string | Uint8Array<ArrayBuffer>, headers?: Record<string, string>): Promise<Response>;
  /** How many connections are open. */
  connections(): Promise<number>;
  close(): Promise<void>;
};

/** Listens on a free loopback port with the settings that are the default, unless others are given. */
export async function listen(service: TestService, options: Partial<HttpOptions> = {}): Promise<TestServer> {
  const gate = createGate(service.db, { anonymous: 'untilKeys' });
  // Of a database that is away nothing is known yet.
  await gate.ready().catch(() => {});
  const server = createHttpServer({
    app: service.app,
    gate,
    trustedProxies: [],
    maxBodyBytes: 4_194_304,
    allowedHosts: [],
    allowedOrigins: [],
    graphiql: true,
    readiness: () => checkReadiness(service.db)(),
    onError: (error) => void service.unexpected.push(String(error)),
    ...options,
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const origin = `http://127.0.0.1:${port}`;
  return {
    origin,
    port,
    post: (body, headers = {}) =>
      fetch(`${origin}/graphql`, { method: 'POST', body, headers: { 'content-type': 'application/json', ...headers } }),
    connections: () =>
      new Promise((resolve, reject) =>
        server.getConnections((error, count) => (error ? reject(error) : resolve(count))),
      ),
    async close() {
      const closed = once(server, 'close');
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
}

/** Sends bytes as they are to the port, and gives everything that comes back until the server hangs up. */
export async function speak(port: number, ...pieces: (string | Uint8Array)[]): Promise<string> {
  const socket = connect(port, '127.0.0.1');
  await once(socket, 'connect');
  let answer = '';
  socket.on('data', (bytes) => {
    answer += bytes.toString('latin1');
  });
  // A server that refuses a body may hang up while it still comes.
  socket.on('error', () => {});
  for (const piece of pieces) socket.write(piece);
  await once(socket, 'close');
  return answer;
}
