import { once } from 'node:events';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import pino, { type Logger } from 'pino';
import { createApp } from './app.ts';
import { readSettings, type Settings, SettingsError } from './env.ts';
import { createHttpServer } from './http.ts';
import { type Database, openDatabase } from './storage/database.ts';
import { sweepDeletedRuns } from './storage/delete-run.ts';
import type { EmbeddedPostgres } from './storage/embedded.ts';
import { MigrationError, migrate } from './storage/migrate.ts';
import { isAnswering } from './storage/ready.ts';

/** What the service needs of the process that it runs in. */
export type Host = {
  environment: Record<string, string | undefined>;
  /** The working directory. */
  directory: string;
  isTerminal: boolean;
  print: (line: string) => void;
  complain: (line: string) => void;
  /** Resolves when the service is to end. */
  stopped: Promise<void>;
};

/** A database to serve, and what must be closed after it. */
type Ledger = { connectionString: string; where: string; close: () => Promise<void> };

/**
 * Runs the service until it is told to stop, and resolves with the exit code of the process: 0, or 1 when it could not
 * start. The first line it prints, once requests are answered, has the whole URL in it.
 */
export async function serve(host: Host): Promise<number> {
  try {
    const settings = readSettings(host.environment);
    const log = await createLog(settings, host.isTerminal);
    await run(host, settings, log);
    return 0;
  } catch (error) {
    host.complain(explain(error));
    return 1;
  }
}

async function run(host: Host, settings: Settings, log: Logger): Promise<void> {
  const ledger = await openLedger(settings, host.directory, log);
  try {
    await migrate(ledger.connectionString);
    const db = openDatabase({
      connectionString: ledger.connectionString,
      maxConnections: settings.DATABASE_CONNECTIONS,
      connectTimeoutMs: settings.DATABASE_CONNECT_TIMEOUT_MS,
      statementTimeoutMs: settings.DATABASE_STATEMENT_TIMEOUT_MS,
      preparedStatements: settings.DATABASE_PREPARED_STATEMENTS,
    });
    try {
      await serveDatabase(host, settings, log, ledger, db);
    } finally {
      await db.close();
    }
  } finally {
    await ledger.close();
  }
}

async function serveDatabase(host: Host, settings: Settings, log: Logger, ledger: Ledger, db: Database): Promise<void> {
  let stopping = false;
  const app = createApp({
    db,
    log,
    limits: { maxValueBytes: settings.MAX_VALUE_BYTES, maxEntries: settings.MAX_ENTRIES },
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
    isReady: async () => !stopping && (await isAnswering(db)),
    onError: (error) => log.error({ err: error }, 'unexpected error'),
  });
  const sweeping = new AbortController();
  sweepDeletedRuns(db, sweeping.signal).catch((error) => log.warn({ err: error }, 'deleted runs are not swept yet'));
  const { port } = await listen(server, settings);
  const name = settings.HOST.includes(':') ? `[${settings.HOST}]` : settings.HOST;
  host.print(`Runledger is ready at http://${name}:${port}/graphql (open it in a browser for GraphiQL)`);
  host.print(`Data: ${ledger.where}`);
  await host.stopped;
  stopping = true;
  sweeping.abort();
  log.info('stopping: answering what is under way');
  app.endStreams();
  await closeServer(server, settings.SHUTDOWN_TIMEOUT_MS);
}

async function openLedger(settings: Settings, directory: string, log: Logger): Promise<Ledger> {
  if (settings.DATABASE_URL) {
    const { host, pathname } = new URL(settings.DATABASE_URL);
    return {
      connectionString: settings.DATABASE_URL,
      where: `PostgreSQL at ${host}${pathname}`,
      close: async () => {},
    };
  }
  // Loaded only here: with a database of the user's nothing embedded is touched.
  const { defaultDataDir, openEmbedded } = await import('./storage/embedded.ts');
  const embedded = await openEmbedded({
    dataDir: settings.RUNLEDGER_DATA_DIR ?? defaultDataDir(directory),
    log: (line) => log.debug(line),
  });
  return {
    connectionString: socketUrl(embedded.connection),
    where: `${embedded.dataDir} (embedded PostgreSQL)`,
    close: () => embedded.close(),
  };
}

function socketUrl({ host, port, user, password, database }: EmbeddedPostgres['connection']): string {
  const parameters = new URLSearchParams({ host, port: String(port) });
  return `postgresql://${user}:${encodeURIComponent(password)}@localhost/${database}?${parameters}`;
}

async function listen(server: Server, settings: Settings): Promise<AddressInfo> {
  server.listen(settings.PORT, settings.HOST);
  try {
    await once(server, 'listening');
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    const where = `${settings.HOST}:${settings.PORT}`;
    if (code === 'EADDRINUSE')
      throw new SettingsError([`PORT: ${where} is in use. Choose another PORT, or 0 for a free one.`]);
    if (code === 'EACCES')
      throw new SettingsError([`PORT: ${where} may not be opened by this user. Choose a PORT above 1023.`]);
    throw new SettingsError([`HOST: cannot listen on ${where}: ${(error as Error).message}.`]);
  }
  return server.address() as AddressInfo;
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

async function createLog(settings: Settings, isTerminal: boolean): Promise<Logger> {
  const options = { level: settings.LOG_LEVEL, base: null };
  if (!isTerminal) return pino(options, pino.destination({ fd: 2, sync: true }));
  const { default: pretty } = await import('pino-pretty');
  return pino(options, pretty({ destination: 2, sync: true, translateTime: 'SYS:HH:MM:ss' }));
}

/** What an operator can act on is said plainly; of the rest the whole trace helps. */
function explain(error: unknown): string {
  if (error instanceof SettingsError || error instanceof MigrationError) return error.message;
  if (error instanceof Error && error.name === 'EmbeddedError') return error.message;
  const { code } = error as NodeJS.ErrnoException;
  if (typeof code === 'string' && /^(E[A-Z]+|28\d{3}|3D000|57P03)$/.test(code)) {
    return `The database cannot be reached: ${(error as Error).message || code}. Check DATABASE_URL and that the server is up.`;
  }
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}
