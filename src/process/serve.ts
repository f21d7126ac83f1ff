import type { Logger } from 'pino';
import { explain } from './explain.ts';
import { startListening } from './listen.ts';
import { createLog } from './log.ts';
import { openLedger } from './open-postgres.ts';
import { prepareDatabase } from './prepare-database.ts';
import { readSettings, type Settings } from './settings.ts';
import { type Stop, watchStop } from './stop.ts';
import {
  failedToStart,
  startWorkers,
  type WorkerMessage,
  workerDatabaseVariable,
  workerPortVariable,
} from './workers.ts';

/** What the service needs of the process that it runs in. */
export type Host = {
  environment: Record<string, string | undefined>;
  /** The working directory. */
  directory: string;
  isTerminal: boolean;
  print: (line: string) => void;
  complain: (line: string) => void;
  /** Aborts when the service is to stop. */
  stopping: AbortSignal;
  /** Aborts when the process ends at once. */
  killed: AbortSignal;
  /** Ends the process at once. */
  kill: (exitCode: number) => void;
  /** Tells the parent, where this process is one of several workers. */
  tellParent?: (message: WorkerMessage) => void;
};

/**
 * Runs the service until it is told to stop, and resolves with the exit code of the process: 0, or 1 when it could not
 * start. The first line it prints, once requests are answered, has the whole URL in it. Told to stop, it ends within
 * SHUTDOWN_TIMEOUT_MS, whatever hangs.
 */
export async function serve(host: Host): Promise<number> {
  let stop: Stop | undefined;
  try {
    const settings = readSettings(host.environment);
    const log = await createLog(settings, host.isTerminal);
    stop = watchStop(host.stopping, settings.SHUTDOWN_TIMEOUT_MS, {
      say: host.complain,
      onTimeout: () => host.kill(1),
    });
    const workerDatabase = host.environment[workerDatabaseVariable];
    if (workerDatabase !== undefined) return await serveAsWorker(host, settings, log, stop, workerDatabase);
    await run(host, settings, log, stop);
    return 0;
  } catch (error) {
    if (host.stopping.aborted) return 0;
    host.complain(explain(error));
    return 1;
  } finally {
    stop?.done();
  }
}

async function run(host: Host, settings: Settings, log: Logger, stop: Stop): Promise<void> {
  const { stopping } = host;
  const ledger = await openLedger(settings, host.directory, log, host);
  try {
    stopping.throwIfAborted();
    await prepareDatabase(ledger.connectionString, settings, log, stopping);
    const start = settings.WORKERS === 1 ? startListening : startWorkers;
    const serving = await start(settings, log, ledger.connectionString);
    if (!stopping.aborted) {
      host.print(`Runledger is ready at ${serving.url} (open it in a browser for GraphiQL)`);
      host.print(`Data: ${ledger.where}`);
    }
    await aborted(stopping);
    log.info('stopping: answering what is under way');
    await stop.phase('requests that are under way', serving.stop());
  } finally {
    await stop.phase('Postgres to stop', ledger.close());
  }
}

async function serveAsWorker(
  host: Host,
  settings: Settings,
  log: Logger,
  stop: Stop,
  connectionString: string,
): Promise<number> {
  const port = host.environment[workerPortVariable];
  const own = port === undefined ? settings : { ...settings, PORT: Number(port) };
  try {
    const serving = await startListening(own, log, connectionString);
    host.tellParent?.({ listening: serving.url });
    await aborted(host.stopping);
    await stop.phase('requests that are under way', serving.stop());
    return 0;
  } catch (error) {
    host.tellParent?.({ failed: explain(error) });
    return failedToStart;
  }
}

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener('abort', () => resolve(), { once: true });
  });
}
