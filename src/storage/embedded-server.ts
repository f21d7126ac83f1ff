import { chown, lstat, mkdir, mkdtemp, readFile, rename, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type pg from 'pg';
import { type Account, canEnter } from './embedded-account.ts';
import type { Binaries } from './embedded-binaries.ts';
import type { Cluster } from './embedded-cluster.ts';
import { EmbeddedError, InUseError } from './embedded-error.ts';
import { NotYet, takeLock } from './embedded-lock.ts';
import {
  findPostmaster,
  type Launched,
  launch,
  type Postmaster,
  removeSocketDir,
  stopPostmaster,
} from './embedded-postmaster.ts';

/** Recovery after a crash may take its time; a server that nobody answers for does not get as long. */
const startTimeoutMs = 300_000;
const silenceTimeoutMs = 15_000;
const launches = 3;
const maxLogBytes = 5_000_000;
/** Of a socket's path, "/.s.PGSQL.5432" included, the least that any system takes is 103. */
const maxSocketDirBytes = 85;

/** What it takes to run Postgres on a cluster. The socket of one that we start is in `socketDir`. */
export type Place = {
  dataDir: string;
  cluster: Cluster;
  binaries: Binaries;
  account: Account;
  settings: Record<string, string>;
  socketDir: string;
};

/** A Postgres that runs, and that we hold the lock of. */
export type Server = { pid: number; socketDir: string; lock: pg.Client };

/**
 * Finds the Postgres that runs on the cluster, one that an earlier service left behind, or else starts one; and takes the
 * lock. With `again`, only one with its socket where ours was will do. Throws EmbeddedError when it cannot be started or
 * another service uses it.
 */
export async function acquire(place: Place, again: boolean): Promise<Server> {
  const { data } = place.cluster;
  const logFile = join(place.dataDir, 'postgres.log');
  const began = Date.now();
  let answered = Date.now();
  let logStart = 0;
  let launched: Launched | undefined;
  let failures = 0;
  try {
    while (Date.now() - began < startTimeoutMs && Date.now() - answered < silenceTimeoutMs) {
      const postmaster = await findPostmaster(data);
      if (postmaster) {
        const server = await tryLock(place, postmaster);
        if (server === 'answers') answered = Date.now();
        else if (server && (server.socketDir === place.socketDir || (!again && (await suits(server, place)))))
          return server;
        else if (server) await stop(server, data);
      } else if (!launched || launched.exited) {
        if (launched && ++failures === launches) throw await startFailed(place, logFile, logStart);
        logStart = await rotate(logFile);
        await ensureSocketDir(place.socketDir, place.account);
        const settings = { ...place.settings, unix_socket_directories: place.socketDir };
        launched = await launch(place.binaries.postgres, data, logFile, place.account, settings);
        answered = Date.now();
      }
      await sleep(failures === 0 ? 10 : 300);
    }
    const pid = (await findPostmaster(data))?.pid;
    throw new EmbeddedError(
      `A Postgres${pid ? ` (process ${pid})` : ''} runs on ${data} but cannot be connected to. Look into ${logFile}, stop it with "kill -INT ${pid || '<pid>'}" and start again.`,
    );
  } catch (error) {
    await abandon(place, error instanceof InUseError);
    throw error;
  }
}

/** What we started and cannot use must not stay behind; what another service uses by now must. */
async function abandon({ cluster, socketDir }: Place, inUse: boolean): Promise<void> {
  const postmaster = await findPostmaster(cluster.data);
  const ours = postmaster?.socketDir === socketDir;
  if (ours && inUse) return;
  if (ours) await stopPostmaster(cluster.data, postmaster.pid);
  await removeSocketDir(socketDir);
}

/** Stops a server that we hold the lock of; the lock is let go only with it, so that nobody takes over what is ending. */
export async function stop(server: Server, data: string): Promise<void> {
  await stopPostmaster(data, server.pid);
  await server.lock.end().catch(() => {});
  await removeSocketDir(server.socketDir);
}

/** A new private folder for the socket, with a path that is short enough. */
export async function makeSocketDir(account: Account): Promise<string> {
  const fits = Buffer.byteLength(tmpdir()) + 17 <= maxSocketDirBytes;
  const reachable = process.getuid!() !== 0 || canEnter(account, tmpdir());
  const socketDir = await mkdtemp(join(fits && reachable ? tmpdir() : '/tmp', 'runledger-'));
  await ensureSocketDir(socketDir, account);
  return socketDir;
}

async function tryLock(place: Place, postmaster: Postmaster): Promise<Server | 'answers' | undefined> {
  if (!postmaster.socketDir) return undefined;
  try {
    return { ...postmaster, lock: await takeLock(place.dataDir, place.cluster, postmaster) };
  } catch (error) {
    if (!(error instanceof NotYet)) throw error;
    return error.answers ? 'answers' : undefined;
  }
}

/** One that was started with other settings (without fsync, say) does not. */
async function suits(server: Server, { settings }: Place): Promise<boolean> {
  const { rows } = await server.lock.query<{ name: string; setting: string }>(
    'SELECT name, setting FROM pg_settings WHERE name = ANY ($1)',
    [['fsync', 'max_connections']],
  );
  return rows.every(({ name, setting }) => settings[name] === setting);
}

/** A folder in /tmp may be cleared away while we are down, and others may make one: only a private one of ours will do. */
async function ensureSocketDir(socketDir: string, account: Account): Promise<void> {
  await mkdir(socketDir, { mode: 0o700 }).catch(async (error) => {
    const stats = await lstat(socketDir).catch(() => Promise.reject(error));
    const ours = stats.uid === account.uid || stats.uid === process.getuid!();
    if (!stats.isDirectory() || !ours || (stats.mode & 0o077) !== 0) {
      throw new EmbeddedError(
        `${socketDir}, where the socket of Postgres belongs, is not a private folder of ours. Remove it.`,
      );
    }
  });
  if (process.getuid!() === 0) await chown(socketDir, account.uid, account.gid);
}

/** Returns the length of the log before this start. */
async function rotate(logFile: string): Promise<number> {
  const size = (await stat(logFile).catch(() => undefined))?.size ?? 0;
  if (size < maxLogBytes) return size;
  await rename(logFile, `${logFile}.1`);
  return 0;
}

async function startFailed(place: Place, logFile: string, logStart: number): Promise<EmbeddedError> {
  const text = await readFile(logFile).catch(() => Buffer.alloc(0));
  const said = text.subarray(logStart).toString('utf8').trim().split('\n').slice(-8).join('\n');
  return new EmbeddedError(
    `Postgres does not start on ${place.cluster.data}. The end of its log (${logFile}):\n${said || '(nothing)'}`,
  );
}
