import { setTimeout as sleep } from 'node:timers/promises';
import type pg from 'pg';
import { EmbeddedError, InUseError } from './error.ts';
import { type ClusterSetup, type Launched, launch, logFile, startFailed } from './launch.ts';
import { NotYet, takeLock } from './lock.ts';
import { findPostmaster, type Postmaster, stopPostmaster } from './postmaster.ts';
import { removeSocketDir } from './socket.ts';

/** Recovery after a crash may take its time; a server that nobody answers for does not get as long. */
const startTimeoutMs = 300_000;
const silenceTimeoutMs = 15_000;
const launches = 3;

/** A Postgres that runs, and that we hold the lock of. */
export type Server = { pid: number; socketDir: string; lock: pg.Client };

/**
 * Finds the Postgres that runs on the cluster, one that an earlier service left behind, or else starts one; and takes the
 * lock. With `again`, only one with its socket where ours was will do. Throws EmbeddedError when it cannot be started or
 * another service uses it.
 */
export async function acquire(setup: ClusterSetup, again: boolean): Promise<Server> {
  const { data } = setup.cluster;
  const began = Date.now();
  let answered = Date.now();
  let launched: Launched | undefined;
  let failures = 0;
  try {
    while (Date.now() - began < startTimeoutMs && Date.now() - answered < silenceTimeoutMs) {
      setup.stopping?.throwIfAborted();
      const postmaster = await findPostmaster(data);
      if (postmaster) {
        const server = await tryLock(setup, postmaster);
        if (server === 'answers') answered = Date.now();
        else if (server && (await suits(server, setup, again))) return server;
        else if (server) await stop(server, data);
      } else if (!launched || launched.exited) {
        if (launched && ++failures === launches) throw await startFailed(setup, launched);
        launched = await launch(setup);
        answered = Date.now();
      }
      await sleep(failures === 0 ? 10 : 300);
    }
    const pid = (await findPostmaster(data))?.pid;
    throw new EmbeddedError(
      `A Postgres${pid ? ` (process ${pid})` : ''} runs on ${data} but cannot be connected to. Look into ${logFile(setup.dataDir)}, stop it with "kill -INT ${pid || '<pid>'}" and start again.`,
    );
  } catch (error) {
    await abandon(setup, error instanceof InUseError);
    throw error;
  }
}

/** What we started and cannot use must not stay behind; what another service uses by now must. */
async function abandon({ cluster, socketDir }: ClusterSetup, inUse: boolean): Promise<void> {
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

async function tryLock(setup: ClusterSetup, postmaster: Postmaster): Promise<Server | 'answers' | undefined> {
  if (!postmaster.socketDir) return undefined;
  try {
    return { ...postmaster, lock: await takeLock(setup.dataDir, setup.cluster, postmaster) };
  } catch (error) {
    if (!(error instanceof NotYet)) throw error;
    return error.answers ? 'answers' : undefined;
  }
}

/** One that we did not start may have other settings (no fsync, say), or its socket where nobody looks for it. */
async function suits(server: Server, { settings, socketDir }: ClusterSetup, again: boolean): Promise<boolean> {
  if (server.socketDir === socketDir || again) return server.socketDir === socketDir;
  const { rows } = await server.lock.query<{ name: string; setting: string }>(
    'SELECT name, setting FROM pg_settings WHERE name = ANY ($1)',
    [['fsync', 'max_connections']],
  );
  return rows.every(({ name, setting }) => settings[name] === setting);
}
