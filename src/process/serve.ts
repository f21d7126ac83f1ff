import pino, { type Logger } from 'pino';
import { EmbeddedError } from '../storage/embedded/error.ts';
import { classifyFailure } from '../storage/postgres/failures.ts';
import { MigrationError, migrate } from '../storage/postgres/migrate.ts';
import { type Serving, startListening } from './listen.ts';
import { openLedger } from './open-postgres.ts';
import { readSettings, type Settings, SettingsError } from './settings.ts';
import { failedToStart, startWorkers, WorkerError, type WorkerMessage, workerDatabaseVariable } from './workers.ts';

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
  /** Tells the parent, where this process is one of several workers. */
  tellParent?: (message: WorkerMessage) => void;
};

/**
 * Runs the service until it is told to stop, and resolves with the exit code of the process: 0, or 1 when it could not
 * start. The first line it prints, once requests are answered, has the whole URL in it.
 */
export async function serve(host: Host): Promise<number> {
  try {
    const settings = readSettings(host.environment);
    const log = await createLog(settings, host.isTerminal);
    const workerDatabase = host.environment[workerDatabaseVariable];
    if (workerDatabase !== undefined) return await serveAsWorker(host, settings, log, workerDatabase);
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
    const start = settings.WORKERS === 1 ? startListening : startWorkers;
    const serving = await start(settings, log, ledger.connectionString);
    host.print(`Runledger is ready at ${serving.url} (open it in a browser for GraphiQL)`);
    host.print(`Data: ${ledger.where}`);
    await host.stopped;
    log.info('stopping: answering what is under way');
    await serving.stop();
  } finally {
    await ledger.close();
  }
}

async function serveAsWorker(host: Host, settings: Settings, log: Logger, connectionString: string): Promise<number> {
  let serving: Serving;
  try {
    serving = await startListening(settings, log, connectionString);
  } catch (error) {
    host.tellParent?.({ failed: explain(error) });
    return failedToStart;
  }
  host.tellParent?.({ listening: serving.url });
  await host.stopped;
  await serving.stop();
  return 0;
}

async function createLog(settings: Settings, isTerminal: boolean): Promise<Logger> {
  const options = { level: settings.LOG_LEVEL, base: null };
  if (!isTerminal) return pino(options, pino.destination({ fd: 2, sync: true }));
  const { default: pretty } = await import('pino-pretty');
  return pino(options, pretty({ destination: 2, sync: true, translateTime: 'SYS:HH:MM:ss' }));
}

/** What an operator can act on is said plainly; of the rest the whole trace helps. */
function explain(error: unknown): string {
  if (error instanceof SettingsError || error instanceof MigrationError || error instanceof WorkerError)
    return error.message;
  if (error instanceof EmbeddedError) return error.message;
  const { code, message } = error as NodeJS.ErrnoException;
  const isAway = ['unavailable', 'unknown'].includes(classifyFailure(error));
  // A failing system call; a user, a password or a database that is not there.
  if (isAway || /^(E[A-Z]+|28[0-9A-Z]{3}|3D000)$/.test(code ?? '')) {
    return `The database cannot be reached: ${message || code}. Check DATABASE_URL and that the server is up.`;
  }
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}
