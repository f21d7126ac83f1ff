import { once } from 'node:events';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Logger } from 'pino';
import { createApp } from '../graphql/app.ts';
import { createHttpServer } from '../http/server.ts';
import { openDatabase } from '../storage/postgres/database.ts';
import { checkReadiness } from '../storage/postgres/ready.ts';
import { createHealthLog } from './health-log.ts';
import { type Settings, SettingsError } from './settings.ts';
import { atMost } from './stop.ts';
import { startUpkeep } from './upkeep.ts';

/** A service that answers requests, until it is stopped. */
export type Serving = { url: string; stop: () => Promise<void> };

/** Answers requests in this process, from a database that is up to date. @throws SettingsError for HOST or PORT. */
export async function startListening(settings: Settings, log: Logger, connectionString: string): Promise<Serving> {
  let stopping = false;
  // The database and its log know each other: one tells of failures, the other looks whether they are over.
  const health = createHealthLog(log, () => checkReadiness(db)());
  const db = openDatabase({
    onConnectionLost: health.failed,
    onNotice: (line) => log.info(line),
    connectionString,
    maxConnections: settings.DATABASE_CONNECTIONS,
    connectTimeoutMs: settings.DATABASE_CONNECT_TIMEOUT_MS,
    statementTimeoutMs: settings.DATABASE_STATEMENT_TIMEOUT_MS,
    lockTimeoutMs: settings.LOCK_TIMEOUT_MS,
    preparedStatements: settings.DATABASE_PREPARED_STATEMENTS,
  });
  const app = createApp({
    db,
    log,
    limits: { maxValueBytes: settings.MAX_VALUE_BYTES, maxEntries: settings.MAX_ENTRIES },
    onOutage: health.failed,
    requestTimeoutMs: settings.REQUEST_TIMEOUT_MS,
    queryLimits: {
      maxQueryBytes: settings.MAX_QUERY_BYTES,
      maxTokens: settings.MAX_QUERY_TOKENS,
      maxDepth: settings.MAX_QUERY_DEPTH,
      maxAliases: settings.MAX_QUERY_ALIASES,
      maxDirectives: settings.MAX_QUERY_DIRECTIVES,
      maxCost: settings.MAX_QUERY_COST,
    },
  });
  const server = createHttpServer({
    app,
    maxBodyBytes: settings.MAX_BODY_BYTES,
    allowedHosts: settings.ALLOWED_HOSTS,
    allowedOrigins: settings.ALLOWED_ORIGINS,
    graphiql: settings.GRAPHIQL,
    readiness: async () => (stopping ? { reads: 'stopping', writes: 'stopping' } : checkReadiness(db)()),
    onError: (error, requestId) => log.error({ requestId, err: error }, 'unexpected error'),
  });
  try {
    const { port } = await listen(server, settings);
    const upkeep = startUpkeep(db, settings, log);
    const name = settings.HOST.includes(':') ? `[${settings.HOST}]` : settings.HOST;
    return {
      url: `http://${name}:${port}/graphql`,
      async stop() {
        stopping = true;
        upkeep.stop();
        health.close();
        app.endStreams();
        // The rest of the time is for the database, and the embedded Postgres.
        await closeServer(server, settings.SHUTDOWN_TIMEOUT_MS * 0.7);
        await atMost(Math.min(2_000, settings.SHUTDOWN_TIMEOUT_MS * 0.1), db.close());
      },
    };
  } catch (error) {
    await db.close();
    throw error;
  }
}

async function listen(server: Server, settings: Settings): Promise<AddressInfo> {
  server.listen(settings.PORT, settings.HOST);
  try {
    await once(server, 'listening');
  } catch (error) {
    throw new SettingsError([explainListenError(error as NodeJS.ErrnoException, settings)]);
  }
  return server.address() as AddressInfo;
}

function explainListenError({ code, message }: NodeJS.ErrnoException, { HOST, PORT }: Settings): string {
  const where = `${HOST}:${PORT}`;
  if (code === 'EADDRINUSE') return `PORT: ${where} is in use. Choose another PORT, or 0 for a free one.`;
  if (code === 'EACCES') return `PORT: ${where} may not be opened by this user. Choose a PORT above 1023.`;
  return `HOST: cannot listen on ${where}: ${message}.`;
}

/** Lets what is under way be answered, ends what only waits, and after the deadline everything. */
async function closeServer(server: Server, timeoutMs: number): Promise<void> {
  const closed = once(server, 'close');
  server.close();
  server.closeIdleConnections();
  const idle = setInterval(() => server.closeIdleConnections(), 50);
  const deadline = setTimeout(() => server.closeAllConnections(), timeoutMs);
  await closed;
  clearInterval(idle);
  clearTimeout(deadline);
}
