import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { chmod, chown, mkdir, open, readdir, readFile, realpath, rename, rm, stat, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { type Account, as, canEnter, clusterFolder } from './account.ts';
import type { Binaries } from './binaries.ts';
import { EmbeddedError } from './error.ts';

const run = promisify(execFile);
/** A folder that initdb left unfinished is cleared away once no initdb can still be at work in it. */
const abandonedAfterMs = 600_000;

/** The superuser of the embedded cluster. */
export const user = 'runledger';

/** A cluster on disk: its data, as Postgres knows them, and the superuser's password. */
export type Cluster = { data: string; password: string };

/**
 * Makes the data folder and returns its real path. Created folders can be entered by all when the process is root,
 * as Postgres runs as another user then. Throws EmbeddedError when that user cannot enter it.
 */
export async function makeDataDir(dataDir: string, account: Account): Promise<string> {
  const root = process.getuid!() === 0;
  try {
    const first = await mkdir(dataDir, { recursive: true, mode: root ? 0o755 : 0o700 });
    // The umask may have taken more than was asked for.
    for (let path = dataDir; root && first && path.startsWith(first); path = dirname(path)) await chmod(path, 0o755);
  } catch (cause) {
    throw new EmbeddedError(
      `The data folder ${dataDir} cannot be created: ${(cause as Error).message}. Set RUNLEDGER_DATA_DIR to a folder that can be written.`,
      { cause },
    );
  }
  if (root && !canEnter(account, dataDir)) {
    throw new EmbeddedError(
      `Postgres refuses to run as root, so it runs as ${account.name}, who cannot enter the data folder ${dataDir}. Set RUNLEDGER_DATA_DIR to a folder that this user can reach (such as /var/lib/runledger), or let others pass through its parents (chmod o+x).`,
    );
  }
  return realpath(dataDir);
}

/**
 * Opens the cluster in a data folder, creating it first if there is none. A cluster appears in one step, by a rename:
 * whatever is killed in between, there is a whole one or none.
 */
export async function openCluster(
  dataDir: string,
  binaries: Binaries,
  account: Account,
  durable: boolean,
): Promise<Cluster> {
  const folder = clusterFolder(dataDir);
  const data = join(folder, 'data');
  if (!(await stat(folder).catch(() => undefined))) await createCluster(dataDir, binaries, account, durable);
  const major = (await readOwn(join(data, 'PG_VERSION'), 'Move the folder away to start with an empty ledger.')).trim();
  if (major !== binaries.major) {
    throw new EmbeddedError(
      `The ledger's data in ${folder} were made by Postgres ${major}; this version of Runledger brings Postgres ${binaries.major}, which cannot read them. Dump them with Postgres ${major} (pg_dump) and load them into the new cluster, or move the folder away to start with an empty ledger.`,
    );
  }
  const password = await readOwn(join(folder, 'password'), 'Put it back from a backup; the data need it to be opened.');
  return { data, password };
}

async function readOwn(path: string, remedy: string): Promise<string> {
  return readFile(path, 'utf8').catch((cause) => {
    throw new EmbeddedError(`${path} cannot be read: ${cause.message}. ${remedy}`, { cause });
  });
}

async function createCluster(dataDir: string, binaries: Binaries, account: Account, durable: boolean): Promise<void> {
  const folder = clusterFolder(dataDir);
  const unfinished = `${folder}.new-${randomBytes(4).toString('hex')}`;
  const passwordFile = join(unfinished, 'password');
  try {
    await clearAbandoned(dataDir);
    await mkdir(unfinished, { mode: 0o700 });
    await writeFile(passwordFile, randomBytes(24).toString('base64url'), { mode: 0o600 });
    if (process.getuid!() === 0) {
      for (const path of [unfinished, passwordFile]) await chown(path, account.uid, account.gid);
    }
    const locale = ['--encoding=UTF8', '--locale=C', '--locale-provider=builtin', '--builtin-locale=C.UTF-8'];
    const access = [`--username=${user}`, '--auth=scram-sha-256', `--pwfile=${passwordFile}`];
    const settings = ['--set=timezone=UTC', '--set=log_timezone=UTC', '--set=listen_addresses=', '--no-instructions'];
    const sync = durable ? [] : ['--no-sync'];
    await run(binaries.initdb, [...locale, ...access, ...settings, ...sync, join(unfinished, 'data')], as(account));
    if (durable) await syncFolder(unfinished);
    // Another process may have been quicker: then its cluster stands, and this one is dropped.
    await rename(unfinished, folder).catch((error) => stat(folder).catch(() => Promise.reject(error)));
    if (durable) await syncFolder(dataDir);
  } catch (cause) {
    const output = (cause as { stderr?: string }).stderr || (cause as Error).message;
    throw new EmbeddedError(
      `A Postgres cluster cannot be created in ${dataDir}: ${output.trim()} Free or choose a folder (RUNLEDGER_DATA_DIR) on a local disk with 100 MB to spare.`,
      { cause },
    );
  } finally {
    await rm(unfinished, { recursive: true, force: true });
  }
}

async function clearAbandoned(dataDir: string): Promise<void> {
  for (const name of await readdir(dataDir)) {
    if (!/^cluster\.new-[0-9a-f]{8}$/.test(name)) continue;
    const path = join(dataDir, name);
    const changed = (await stat(path).catch(() => undefined))?.mtimeMs ?? Date.now();
    if (Date.now() - changed > abandonedAfterMs) await rm(path, { recursive: true, force: true });
  }
}

async function syncFolder(path: string): Promise<void> {
  const handle = await open(path);
  await handle.sync();
  await handle.close();
}
