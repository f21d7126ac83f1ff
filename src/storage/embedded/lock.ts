import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { type Cluster, user } from './cluster.ts';
import { EmbeddedError, InUseError } from './error.ts';
import type { Postmaster } from './postmaster.ts';
import { socketPort } from './socket.ts';

/** The advisory lock, in the database `postgres`, that the service holds as long as it uses the cluster. */
const lockId = 4_117;

/** A killed service's lock is free as soon as Postgres has seen its connection close. */
const lockWaitMs = 500;

/** Postgres cannot be reached at this moment; asked again, it may. */
export class NotYet extends Error {
  /** False when nothing answers at the socket at all. */
  readonly answers: boolean;
  constructor(cause: Error & { code?: string }) {
    super(cause.message, { cause });
    this.answers = cause.code !== 'ENOENT' && cause.code !== 'ECONNREFUSED';
  }
}

/**
 * Connects to the Postgres that postmaster.pid names, makes sure that it serves our data directory, and takes the lock.
 * The session holds it: it ends with this process, whatever happens to the process's id. Throws NotYet, InUseError when
 * another service has the lock, or EmbeddedError.
 */
export async function takeLock(folder: string, cluster: Cluster, postmaster: Postmaster): Promise<pg.Client> {
  const client = new pg.Client({
    host: postmaster.socketDir,
    port: socketPort,
    user,
    password: cluster.password,
    database: 'postgres',
    application_name: `runledger ${process.pid}`,
    connectionTimeoutMillis: 10_000,
  });
  client.on('error', () => {});
  try {
    await client.connect();
    const { rows } = await client.query<{ data: string }>(`SELECT current_setting('data_directory') AS data`);
    if (rows[0]?.data !== cluster.data) {
      throw new EmbeddedError(
        `The folder ${folder} was moved or copied while its Postgres (process ${postmaster.pid}) was running; that one says it serves ${rows[0]?.data}. Stop it with "kill -INT ${postmaster.pid}" and start again.`,
      );
    }
    await lock(client, folder);
    return client;
  } catch (error) {
    await client.end().catch(() => {});
    throw classify(error as Error & { code?: string }, folder);
  }
}

/** Connection trouble passes; a refusal by Postgres that is not about starting or stopping does not. */
function classify(error: Error & { code?: string }, folder: string): Error {
  if (error instanceof EmbeddedError) return error;
  if (error.code === '28P01') {
    return new EmbeddedError(
      `Postgres does not accept the password in ${folder}/password. Put the file back from a backup, or move the folder away to start with an empty ledger.`,
      { cause: error },
    );
  }
  const refusal = /^[0-9A-Z]{5}$/.test(error.code ?? '') && !/^(57P0|08|EPIPE)/.test(error.code ?? '');
  if (!refusal) return new NotYet(error);
  return new EmbeddedError(`Postgres in ${folder} refuses to work: ${error.message}. Its log says more.`, {
    cause: error,
  });
}

async function lock(client: pg.Client, folder: string): Promise<void> {
  const deadline = Date.now() + lockWaitMs;
  for (;;) {
    const { rows } = await client.query<{ locked: boolean }>('SELECT pg_try_advisory_lock($1) AS locked', [lockId]);
    if (rows[0]?.locked) return;
    if (Date.now() > deadline) break;
    await sleep(25);
  }
  const { rows } = await client.query<{ name: string }>(
    `SELECT application_name AS name FROM pg_stat_activity
     WHERE pid = (SELECT pid FROM pg_locks WHERE locktype = 'advisory' AND objid = $1 AND granted
                  AND database = (SELECT oid FROM pg_database WHERE datname = current_database()))`,
    [lockId],
  );
  const pid = /^runledger (\d+)$/.exec(rows[0]?.name ?? '')?.[1];
  throw new InUseError(
    `Another Runledger${pid ? ` (process ${pid})` : ''} is using the data folder ${folder}. Stop it first, set RUNLEDGER_DATA_DIR to another folder, or let both use one Postgres server through DATABASE_URL.`,
  );
}
