import { randomUUID } from 'node:crypto';
import { createServer, type Server } from 'node:http';
import type { App } from '../graphql/app.ts';
import { refuse } from './answers.ts';
import { handle } from './routes.ts';

export type HttpOptions = {
  app: App;
  /** Bytes of a request's body at most. */
  maxBodyBytes: number;
  /** Names, besides localhost and addresses, by which browsers may reach the service; `*` for any. */
  allowedHosts: string[];
  /** Origins of web pages that may use it from elsewhere, such as `https://dash.example.com`; `*` for any. */
  allowedOrigins: string[];
  graphiql: boolean;
  /** Whether reads and writes can be answered: `ok`, or why not. */
  readiness: () => Promise<{ reads: string; writes: string }>;
  /** Told of what should not have happened, and of the id under which the caller was told of it. */
  onError: (error: unknown, requestId: string) => void;
};

/** The service behind node:http. Does not listen yet. */
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
