import { resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { accountFor } from './account.ts';
import { findNative, prepareBinaries } from './binaries.ts';
import { makeDataDir, openCluster, user } from './cluster.ts';
import { EmbeddedError } from './error.ts';
import type { ClusterSetup } from './launch.ts';
import { killNow } from './postmaster.ts';
import { acquire, type Server, stop } from './server.ts';
import { makeSocketDir, removeSocketDir, socketPort } from './socket.ts';

export { defaultDataDir } from './account.ts';

const database = 'runledger';
const firstPauseMs = 100;
const longestPauseMs = 10_000;

export type EmbeddedOptions = {
  /** The folder of the ledger's data; it is made when it does not exist. */
  dataDir: string;
  /** Told, in a line, what the operator may want to know: taken over, gone, started again. */
  log?: (level: 'info' | 'warn' | 'error', line: string) => void;
  /** Aborts when the service is to stop: what is still starting is given up. */
  stopping?: AbortSignal;
  /** Aborts when the process ends at once: Postgres is ended with it, before the listener returns. */
  killed?: AbortSignal;
  /** False only for clusters that are thrown away: faster, and a crash of the machine may lose all. Default true. */
  durable?: boolean;
  /** Connections that Postgres takes at most; default 100. */
  maxConnections?: number;
};

export type EmbeddedPostgres = {
  dataDir: string;
  /** `host` is the folder of the Unix socket: nothing listens on TCP. */
  connection: { host: string; port: number; user: string; password: string; database: string };
  /** How often Postgres has ended by itself, and was started again. */
  restarts(): number;
  /** Stops Postgres and waits until it is gone. */
  close(): Promise<void>;
};

/**
 * Runs a Postgres of our own on a data folder, from the binaries that npm installed. It is reached through a Unix socket
 * that only this user (and root) can open. When it ends by itself it is started again, with the same address. A Postgres
 * that a killed service left running is taken over. Throws EmbeddedError for what the operator can put right, a second
 * service on the same folder among it.
 */
export async function openEmbedded(options: EmbeddedOptions): Promise<EmbeddedPostgres> {
  const log = options.log ?? (() => {});
  const setup = await prepareSetup(options);
  const { data, password } = setup.cluster;
  options.killed?.addEventListener('abort', () => killNow(data, setup.socketDir, setup.launchedPid));
  let server: Server | null = await acquire(setup, false);
  if (server.socketDir !== setup.socketDir) {
    log('info', `Taken over the Postgres (process ${server.pid}) that an earlier service left running`);
    await removeSocketDir(setup.socketDir);
    setup.socketDir = server.socketDir;
  }
  await createDatabase(server, data);

  const closing = new AbortController();
  let recovery = Promise.resolve();
  let restarts = 0;
  const watch = (watched: Server): void => {
    watched.lock.once('end', () => {
      if (!closing.signal.aborted) recovery = recover(watched.pid);
    });
  };
  const recover = async (pid: number): Promise<void> => {
    server = null;
    log('error', `The connection to Postgres (process ${pid}) is lost; starting Postgres again if it has gone`);
    const lostAt = Date.now();
    for (let pauseMs = firstPauseMs; !closing.signal.aborted; pauseMs = Math.min(pauseMs * 2, longestPauseMs)) {
      try {
        server = await acquire(setup, true);
        watch(server);
        if (server.pid !== pid) restarts += 1;
        return log('warn', `Postgres is back (process ${server.pid}) after ${Date.now() - lostAt} ms`);
      } catch (error) {
        log('error', `Postgres could not be started again: ${(error as Error).message}`);
      }
      await sleep(pauseMs, undefined, { signal: closing.signal }).catch(() => {});
    }
  };
  watch(server);

  const close = async (): Promise<void> => {
    closing.abort();
    await recovery;
    if (server) await stop(server, data);
    else await removeSocketDir(setup.socketDir);
  };
  let closed: Promise<void> | undefined;
  return {
    dataDir: setup.dataDir,
    connection: { host: setup.socketDir, port: socketPort, user, password, database },
    restarts: () => restarts,
    close: () => (closed ??= close()),
  };
}

async function prepareSetup(options: EmbeddedOptions): Promise<ClusterSetup> {
  if (process.platform === 'win32') {
    throw new EmbeddedError(
      'The embedded Postgres does not work on Windows. Set DATABASE_URL to a Postgres server, or run Runledger in WSL or a container.',
    );
  }
  const durable = options.durable ?? true;
  const account = accountFor(resolve(options.dataDir));
  const dataDir = await makeDataDir(resolve(options.dataDir), account);
  const binaries = await prepareBinaries(findNative(), account, dataDir);
  const cluster = await openCluster(dataDir, binaries, account, durable);
  const settings = {
    listen_addresses: '',
    unix_socket_permissions: '0700',
    max_connections: String(options.maxConnections ?? 100),
    fsync: durable ? 'on' : 'off',
    ...(durable ? {} : { synchronous_commit: 'off', full_page_writes: 'off' }),
    TimeZone: 'UTC',
    log_timezone: 'UTC',
    // Statements hold what users logged; that does not belong in a log.
    log_min_error_statement: 'panic',
    logging_collector: 'off',
    ssl: 'off',
  };
  return {
    dataDir,
    cluster,
    binaries,
    account,
    settings,
    socketDir: await makeSocketDir(account),
    stopping: options.stopping,
  };
}

async function createDatabase(server: Server, data: string): Promise<void> {
  try {
    const { rowCount } = await server.lock.query('SELECT FROM pg_database WHERE datname = $1', [database]);
    if (rowCount === 0) await server.lock.query(`CREATE DATABASE ${database}`);
  } catch (cause) {
    await stop(server, data);
    throw new EmbeddedError(`The database ${database} cannot be created in ${data}: ${(cause as Error).message}`, {
      cause,
    });
  }
}
