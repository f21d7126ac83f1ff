import cluster, { type Worker } from 'node:cluster';
import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import { fileURLToPath } from 'node:url';
import type { Logger } from 'pino';
import { counter, gauge } from '../measure/metric.ts';
import type { Serving } from './listen.ts';
import type { Source } from './metrics.ts';
import type { Settings } from './settings.ts';
import { atMost } from './stop.ts';
import type { MetricsMessage } from './worker-metrics.ts';

/** How a worker is told which database to serve; the rest of its settings it reads like its parent. */
export const workerDatabaseVariable = 'RUNLEDGER_WORKER_DATABASE_URL';

/** On which port: one that was found free stays the one that was printed, also for workers that come later. */
export const workerPortVariable = 'RUNLEDGER_WORKER_PORT';

/** What a worker says to its parent. */
export type WorkerMessage = { listening: string } | { failed: string } | MetricsMessage;

/** A worker could not serve; the message is its own explanation. */
export class WorkerError extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'WorkerError';
  }
}

/** The exit code of a worker that said why it cannot serve. */
export const failedToStart = 3;

/** A worker that ends sooner than this after its start is started again only after a pause. */
const healthyAfterMs = 5_000;

/**
 * Answers requests in several processes that share the port, one event loop each. A worker that dies is replaced.
 * @throws WorkerError with what a worker could not do.
 */
export async function startWorkers(
  settings: Settings,
  log: Logger,
  connectionString: string,
  sources: Source[],
): Promise<Serving> {
  // The workers take connections themselves: one that the parent took and handed to a worker that dies would be lost, open and
  // unanswered. The system closes those of a dead process.
  cluster.schedulingPolicy = cluster.SCHED_NONE;
  cluster.setupPrimary({ exec: fileURLToPath(new URL('../main.js', import.meta.url)), args: [] });
  let stopping = false;
  let restarts = 0;
  sources.push(() => [
    gauge('runledger_workers', 'Worker processes that live.', [[{}, Object.keys(cluster.workers ?? {}).length]]),
    counter('runledger_worker_restarts_total', 'Workers that ended by themselves, and were replaced.', [
      [{}, restarts],
    ]),
  ]);
  const port = settings.PORT === 0 ? await findFreePort(settings.HOST) : settings.PORT;

  const start = async (): Promise<{ worker: Worker; url: string }> => {
    const startedAt = Date.now();
    const worker = cluster.fork({
      [workerDatabaseVariable]: connectionString,
      [workerPortVariable]: String(port),
    });
    worker.once('exit', (code, signal) => {
      if (stopping || code === failedToStart) return;
      restarts += 1;
      log.error({ code, signal, pid: worker.process.pid }, 'a worker ended; starting another');
      setTimeout(() => !stopping && void start().catch(() => {}), Date.now() - startedAt < healthyAfterMs ? 1_000 : 0);
    });
    return { worker, url: await listens(worker) };
  };

  const stop = async () => {
    stopping = true;
    const workers = Object.values(cluster.workers ?? {}).filter((worker) => worker !== undefined);
    await Promise.all(
      workers.map(async (worker) => {
        const exited = once(worker, 'exit');
        worker.process.kill('SIGTERM');
        await atMost(settings.SHUTDOWN_TIMEOUT_MS * 0.9, exited);
        worker.process.kill('SIGKILL');
      }),
    );
  };

  try {
    // The first alone: where it cannot have the port, the others need not try.
    const { url } = await start();
    await Promise.all(Array.from({ length: settings.WORKERS - 1 }, start));
    return { url, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

/** The URL at which the worker answers. @throws WorkerError where it cannot. */
function listens(worker: Worker): Promise<string> {
  return new Promise((resolve, reject) => {
    const fail = (message: string) => reject(new WorkerError(message));
    worker.once('exit', () => fail('A worker ended before it could answer requests.'));
    worker.on('message', (message: WorkerMessage) => {
      if ('listening' in message) resolve(message.listening);
      if ('failed' in message) fail(message.failed);
    });
  });
}

/** A port that nobody listens on at this moment. */
async function findFreePort(host: string): Promise<number> {
  const server = createServer().listen(0, host);
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const closed = once(server, 'close');
  server.close();
  await closed;
  return port;
}
