import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, realpathSync, statSync } from 'node:fs';
import { basename, join } from 'node:path';
import { EmbeddedError } from './error.ts';

/** The user that Postgres runs as. */
export type Account = { name: string; uid: number; gid: number };

/** The folder of the cluster inside a data folder. */
export function clusterFolder(dataDir: string): string {
  return join(dataDir, 'cluster');
}

/**
 * The account that Postgres runs as: this process's own, except for root, which Postgres refuses. Root takes the owner of
 * the cluster if there is one already, else `postgres`, else `runledger` (which is created where that is possible), else
 * `nobody`. Throws EmbeddedError when the cluster belongs to somebody else.
 */
export function accountFor(dataDir: string): Account {
  const uid = process.getuid!();
  const owner = ownerOf(clusterFolder(dataDir));
  if (uid !== 0) {
    if (owner && owner.uid !== uid) {
      throw new EmbeddedError(
        `The ledger's data in ${dataDir} belongs to ${owner.name}, not to the user of this process (uid ${uid}). Start Runledger as that user, or set RUNLEDGER_DATA_DIR to another folder.`,
      );
    }
    return { name: `uid ${uid}`, uid, gid: process.getgid!() };
  }
  const account =
    (owner?.uid ? owner : undefined) ??
    lookUp('postgres') ??
    lookUp('runledger') ??
    createAccount() ??
    lookUp('nobody');
  if (!account || account.uid === 0) {
    throw new EmbeddedError(
      'Postgres refuses to run as root, and there is no other user here to run it as. Create one ("useradd --system runledger"), start Runledger as an ordinary user, or set DATABASE_URL to use a server of your own.',
    );
  }
  return account;
}

/** Whether the account may pass through the folder. Asks the system, so that access lists and mounts count too. */
export function canEnter(account: Account, folder: string): boolean {
  return spawnSync('/bin/sh', ['-c', 'cd -- "$1"', 'sh', folder], { ...as(account), stdio: 'ignore' }).status === 0;
}

/** Options of `spawn` for a process of that account: its ids when they are not already ours, and nothing of our environment. */
export function as(account: Account) {
  const ids = process.getuid!() === 0 ? { uid: account.uid, gid: account.gid } : {};
  return { ...ids, cwd: '/', env: { PATH: process.env['PATH'] ?? '/usr/bin:/bin', LC_ALL: 'C', TZ: 'UTC' } };
}

/**
 * The data folder for a service started in `cwd`: `<cwd>/.runledger`, or a folder of its own under /var/lib/runledger
 * when it is started by root in a place that the unprivileged user of Postgres cannot enter.
 */
export function defaultDataDir(cwd: string): string {
  const usual = join(cwd, '.runledger');
  if (process.getuid?.() !== 0) return usual;
  const owner = ownerOf(clusterFolder(usual));
  const account = (owner?.uid ? owner : undefined) ??
    lookUp('postgres') ?? { name: 'others', uid: 65_534, gid: 65_534 };
  if (canEnter(account, cwd)) return usual;
  const hash = createHash('sha256').update(realpathSync(cwd)).digest('hex').slice(0, 8);
  const name = basename(cwd).replace(/[^\w.-]/g, '-');
  return `/var/lib/runledger/${name}-${hash}`;
}

function ownerOf(path: string): Account | undefined {
  const stats = statSync(path, { throwIfNoEntry: false });
  return stats && { name: `uid ${stats.uid}`, uid: stats.uid, gid: stats.gid };
}

function lookUp(name: string): Account | undefined {
  if (!existsSync('/etc/passwd')) return undefined;
  const entries = readFileSync('/etc/passwd', 'utf8').split('\n');
  const line = entries.find((entry) => entry.startsWith(`${name}:`));
  if (!line) return undefined;
  const [, , uid, gid] = line.split(':');
  return { name, uid: Number(uid), gid: Number(gid) };
}

function createAccount(): Account | undefined {
  const shell = ['--no-create-home', '--home-dir', '/nonexistent', '--shell', '/usr/sbin/nologin'];
  spawnSync('useradd', ['--system', '--user-group', ...shell, 'runledger'], { stdio: 'ignore' });
  return lookUp('runledger');
}
