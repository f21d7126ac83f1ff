import { spawn } from 'node:child_process';
import { constants } from 'node:fs';
import { type FileHandle, open, readFile, rename, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { type Account, as } from './account.ts';
import type { Binaries } from './binaries.ts';
import type { Cluster } from './cluster.ts';
import { EmbeddedError } from './error.ts';
import { ensureSocketDir } from './socket.ts';

const { O_APPEND, O_CREAT, O_NOFOLLOW, O_WRONLY } = constants;
const maxLogBytes = 5_000_000;

/** What it takes to run Postgres on a cluster. The socket of one that we start is in `socketDir`. */
export type ClusterSetup = {
  dataDir: string;
  cluster: Cluster;
  binaries: Binaries;
  account: Account;
  settings: Record<string, string>;
  socketDir: string;
  /** Aborts when nobody wants it any more. */
  stopping: AbortSignal | undefined;
  /** The process that was started last, from the first moment on. */
  launchedPid?: number | undefined;
};

/** A started Postgres: whether it has ended, for whatever reason, and where in the log its own lines begin. */
export type Launched = { exited: boolean; how: string; logStart: number };

/** Where Postgres writes its own log. It is put aside at a start, as postgres.log.1, when it has become long. */
export function logFile(dataDir: string): string {
  return join(dataDir, 'postgres.log');
}

/**
 * Starts Postgres in a session of its own: a Ctrl-C in the terminal reaches the service only, which can still answer
 * what is in flight. Does not wait until it can be used.
 */
export async function launch(setup: ClusterSetup): Promise<Launched> {
  const { dataDir, cluster, binaries, account, settings, socketDir } = setup;
  await ensureSocketDir(socketDir, account);
  const file = logFile(dataDir);
  const log = await openLog(file);
  try {
    if (process.getuid!() === 0) await log.chown(account.uid, account.gid);
    const launched = { exited: false, how: '', logStart: (await log.stat()).size };
    const options = Object.entries({ ...settings, unix_socket_directories: socketDir });
    const child = spawn(
      binaries.postgres,
      ['-D', cluster.data, ...options.flatMap(([name, value]) => ['-c', `${name}=${value}`])],
      { ...as(account), detached: true, stdio: ['ignore', log.fd, log.fd] },
    );
    setup.launchedPid = child.pid;
    const ended = (how: string) => {
      launched.exited = true;
      launched.how = how;
    };
    child.once('exit', (code, signal) => ended(signal === null ? `exit code ${code}` : signal));
    child.once('error', (error) => ended(error.message)).unref();
    return launched;
  } finally {
    await log.close();
  }
}

/** The error for a Postgres that has ended instead of starting, with what it said. */
export async function startFailed(
  { dataDir, cluster }: ClusterSetup,
  { logStart, how }: Launched,
): Promise<EmbeddedError> {
  const text = await readFile(logFile(dataDir)).catch(() => Buffer.alloc(0));
  const said = text.subarray(logStart).toString('utf8').trim().split('\n').slice(-8).join('\n');
  return new EmbeddedError(
    `Postgres does not start on ${cluster.data}: it ended with ${how}. ${said ? `The end of its log (${logFile(dataDir)}):\n${said}` : `It wrote nothing to its log, ${logFile(dataDir)}.`}`,
  );
}

async function openLog(file: string): Promise<FileHandle> {
  try {
    const size = (await stat(file).catch(() => undefined))?.size ?? 0;
    if (size > maxLogBytes) await rename(file, `${file}.1`);
    // Not through a link: as root, that could be anybody's file.
    return await open(file, O_WRONLY | O_APPEND | O_CREAT | O_NOFOLLOW, 0o600);
  } catch (cause) {
    throw new EmbeddedError(
      `The log of Postgres, ${file}, cannot be written: ${(cause as Error).message}. Make the folder writable, or set RUNLEDGER_DATA_DIR to another.`,
      { cause },
    );
  }
}
