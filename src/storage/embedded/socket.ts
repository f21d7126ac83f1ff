import { rmdirSync, rmSync } from 'node:fs';
import { chown, lstat, mkdir, mkdtemp, rm, rmdir } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { type Account, canEnter } from './account.ts';
import { EmbeddedError } from './error.ts';

/** The number in the name of the socket; nothing listens on a TCP port of that number. */
export const socketPort = 5432;

/** A socket's path may have 103 bytes at most, with "/.s.PGSQL.5432.lock" beside it. */
const maxSocketDirBytes = 84;

/** Makes a private folder for the socket, with a path that is short enough. */
export async function makeSocketDir(account: Account): Promise<string> {
  const candidates = [tmpdir(), '/tmp'].filter(
    (parent) =>
      Buffer.byteLength(join(parent, 'runledger-XXXXXX')) <= maxSocketDirBytes &&
      (process.getuid!() !== 0 || canEnter(account, parent)),
  );
  for (const parent of candidates) {
    const socketDir = await mkdtemp(join(parent, 'runledger-')).catch(() => undefined);
    if (!socketDir) continue;
    await ensureSocketDir(socketDir, account);
    return socketDir;
  }
  throw new EmbeddedError(
    `There is no place for the socket of Postgres: neither ${tmpdir()} nor /tmp is a folder that ${account.name} can use. Set TMPDIR to one, with a short path.`,
  );
}

/** A folder in /tmp may be cleared away while we are down, and others may make one: only a private one of ours will do. */
export async function ensureSocketDir(socketDir: string, account: Account): Promise<void> {
  await mkdir(socketDir, { mode: 0o700 }).catch(async (error) => {
    const stats = await lstat(socketDir).catch(() => Promise.reject(error));
    const ours = stats.uid === account.uid || stats.uid === process.getuid!();
    if (stats.isDirectory() && ours && (stats.mode & 0o077) === 0) return;
    throw new EmbeddedError(
      `${socketDir}, where the socket of Postgres belongs, is not a private folder of ours. Remove it.`,
    );
  });
  if (process.getuid!() === 0) await chown(socketDir, account.uid, account.gid);
}

/** Removes a socket folder that Runledger made, and nothing else that may be in it. */
export async function removeSocketDir(socketDir: string): Promise<void> {
  if (!/^runledger-\w{6}$/.test(basename(socketDir))) return;
  for (const name of [`.s.PGSQL.${socketPort}`, `.s.PGSQL.${socketPort}.lock`])
    await rm(join(socketDir, name), { force: true });
  await rmdir(socketDir).catch(() => {});
}

/** The same without waiting for anything: for a process that is about to exit. */
export function removeSocketDirNow(socketDir: string): void {
  if (!/^runledger-\w{6}$/.test(basename(socketDir))) return;
  for (const name of [`.s.PGSQL.${socketPort}`, `.s.PGSQL.${socketPort}.lock`])
    rmSync(join(socketDir, name), { force: true });
  try {
    rmdirSync(socketDir);
  } catch {
    // Somebody has put something into it: then it is not ours to remove.
  }
}
