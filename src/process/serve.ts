import type { Logger } from 'pino';
import { counter } from '../measure/metric.ts';
import { explain } from './explain.ts';
import { startListening } from './listen.ts';
import { createLog } from './log.ts';
import { textOf } from './metrics.ts';
import { openMetricsPort } from './metrics-port.ts';
import { openLedger } from './open-postgres.ts';
import { prepareDatabase } from './prepare-database.ts';
import { readSettings, type Settings } from './settings.ts';
import { atMost, type Stop, watchStop } from './stop.ts';
import { startTelemetry, type Telemetry } from './telemetry.ts';
import { answerParent, gatherFromWorkers, type MetricsMessage } from './worker-metrics.ts';
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
  /** Hears what the parent says. */
  hearParent?: (listener: (message: MetricsMessage) => void) => void;
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
  const telemetry = await startTelemetry(settings, host.environment, log);
  const ledger = await openLedger(settings, host.directory, log, host);
  let metricsPort: Awaited<ReturnType<typeof openMetricsPort>> = null;
  try {
    stopping.throwIfAborted();
    await prepareDatabase(ledger.connectionString, settings, log, stopping);
    const { sources, read } = telemetry;
    sources.push(() => [embeddedRestarts(ledger.restarts())]);
    const isAlone = settings.WORKERS === 1;
    const text = isAlone ? () => textOf(read) : gatherFromWorkers(read);
    metricsPort = await openMetricsPort(settings, text);
    const serving = isAlone
      ? await startListening(settings, log, { ...host, connectionString: ledger.connectionString }, telemetry, text)
      : await startWorkers(settings, log, ledger.connectionString, sources);
    if (!stopping.aborted) {
      host.print(`Runledger is ready at ${serving.url} (open ${new URL(serving.url).origin} in a browser)`);
      host.print(`Data: ${ledger.where}`);
      if (metricsPort) host.print(`Metrics: ${metricsPort.url}`);
    }
    await aborted(stopping);
    log.info('stopping: answering what is under way');
    await stop.phase('requests that are under way', serving.stop());
  } finally {
    metricsPort?.close();
    await stop.phase('telemetry to be delivered', deliver(telemetry, settings));
    await stop.phase('Postgres to stop', ledger.close());
  }
}

function embeddedRestarts(count: number) {
  return counter(
    'runledger_embedded_restarts_total',
    'How often the embedded Postgres ended by itself, and was started again.',
    [[{}, count]],
  );
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
    const telemetry = await startTelemetry(settings, host.environment, log);
    const line = { tell: host.tellParent ?? (() => {}), hear: host.hearParent ?? (() => {}) };
    const serving = await startListening(
      own,
      log,
      { ...host, connectionString },
      telemetry,
      answerParent(line, telemetry.read),
    );
    host.tellParent?.({ listening: serving.url });
    await aborted(host.stopping);
    await stop.phase('requests that are under way', serving.stop());
    await stop.phase('telemetry to be delivered', deliver(telemetry, settings));
    return 0;
  } catch (error) {
    host.tellParent?.({ failed: explain(error) });
    return failedToStart;
  }
}

/** A collector that does not answer must not hold up the stop. */
function deliver(telemetry: Telemetry, { SHUTDOWN_TIMEOUT_MS }: Settings): Promise<void> {
  return atMost(SHUTDOWN_TIMEOUT_MS * 0.1, telemetry.close());
}

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener('abort', () => resolve(), { once: true });
  });
}
