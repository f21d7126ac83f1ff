import { execFileSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { readFileSync, readlinkSync } from 'node:fs';
import { link, readFile, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { removeSocketDir, removeSocketDirNow } from './socket.ts';

/** A Postgres that runs on a data directory. The pid is 0 for an instant while it starts. */
export type Postmaster = { pid: number; socketDir: string };

/** Asked to stop fast; when it has not after this, told to stop at once, which costs a recovery at the next start. */
const fastShutdownMs = 30_000;

/**
 * The Postgres that runs on `data`, or null. Clears away a postmaster.pid whose process is gone or, by now, another
 * program: Postgres itself would refuse to start when the system has given the pid away again.
 */
export async function findPostmaster(data: string): Promise<Postmaster | null> {
  const file = join(data, 'postmaster.pid');
  const text = await readFile(file, 'utf8').catch(() => null);
  if (text === null) return null;
  const lines = text.split('\n');
  const pid = Number.parseInt(lines[0] ?? '', 10);
  const socketDir = lines[4] ?? '';
  if (runsOn(data, pid)) return { pid, socketDir };
  const age = Date.now() - ((await stat(file).catch(() => undefined))?.mtimeMs ?? 0);
  // Empty for an instant when it is new.
  if (text === '' && age < 2_000) return { pid: 0, socketDir: '' };
  await clearAway(file, text);
  await removeSocketDir(socketDir);
  return null;
}

/** Whether the process is a Postgres that works in that data directory. */
function runsOn(data: string, pid: number): boolean {
  if (!(pid > 0)) return false;
  try {
    if (process.platform !== 'linux') {
      const command = execFileSync('ps', ['-o', 'args=', '-p', String(pid)], { encoding: 'utf8', stdio: 'pipe' });
      return command.includes('postgres') && command.includes(data);
    }
    return readFileSync(`/proc/${pid}/comm`, 'utf8') === 'postgres\n' && workingFolder(data, pid) === data;
  } catch {
    return false;
  }
}

/** In a container, root may not see where another user's process works; what that was started with, everybody may. */
function workingFolder(data: string, pid: number): string | undefined {
  try {
    return readlinkSync(`/proc/${pid}/cwd`);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EACCES') throw error;
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8')
      .split('\0')
      .find((argument) => argument === data);
  }
}

/** Stops the Postgres on `data` and waits until it is gone; does nothing when it already is. */
export async function stopPostmaster(data: string, pid: number): Promise<void> {
  const started = Date.now();
  let told: NodeJS.Signals | undefined;
  while (runsOn(data, pid)) {
    const signal = Date.now() - started < fastShutdownMs ? 'SIGINT' : 'SIGQUIT';
    if (signal !== told) kill(pid, signal);
    told = signal;
    await sleep(20);
  }
}

/** How long a Postgres that is told to end at once may take for it. */
const immediateShutdownMs = 1_500;

/**
 * Ends the Postgres on `data` at once, and does not return before it is gone: for a process that is about to exit. What was
 * committed stays; the next start recovers. `launchedPid` is one that may not have written its postmaster.pid yet.
 */
export function killNow(data: string, socketDir: string, launchedPid: number | undefined): void {
  const pid = [readPid(data), launchedPid].find((candidate) => candidate !== undefined && runsOn(data, candidate));
  if (pid === undefined) return;
  const pause = new Int32Array(new SharedArrayBuffer(4));
  const end = Date.now() + immediateShutdownMs;
  const children = childrenOf(pid);
  kill(pid, 'SIGQUIT');
  // Those that are frozen hear nothing until they are let go on.
  for (const each of [pid, ...children]) kill(each, 'SIGCONT');
  while (runsOn(data, pid) && Date.now() < end) Atomics.wait(pause, 0, 0, 10);
  if (runsOn(data, pid)) for (const each of [pid, ...children]) kill(each, 'SIGKILL');
  removeSocketDirNow(socketDir);
}

/** The processes that a Postgres has started, as Linux tells them; none elsewhere. */
function childrenOf(pid: number): number[] {
  try {
    return readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim().split(' ').filter(Boolean).map(Number);
  } catch {
    return [];
  }
}

function readPid(data: string): number | undefined {
  try {
    return Number.parseInt(readFileSync(join(data, 'postmaster.pid'), 'utf8'), 10);
  } catch {
    return undefined;
  }
}

function kill(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch (error) {
    // It may have ended just now.
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}

/** Another service may do the same, and start Postgres in between: what is cleared must be what was judged. */
async function clearAway(file: string, judged: string): Promise<void> {
  const aside = `${file}.${randomBytes(4).toString('hex')}`;
  try {
    await rename(file, aside);
  } catch {
    return;
  }
  if ((await readFile(aside, 'utf8')) !== judged) await link(aside, file).catch(() => {});
  await rm(aside, { force: true });
}
