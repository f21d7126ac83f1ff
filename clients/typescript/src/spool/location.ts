import { readdirSync, readFileSync, statSync } from 'node:fs';
import { homedir, hostname } from 'node:os';
import { join } from 'node:path';

/** Where spool files are, and how large they may be together. */
export interface SpoolLocation {
  readonly directory: string;
  readonly maxBytes: number;
}

/** The location by `RUNLEDGER_SPOOL_DIR`, else `XDG_STATE_HOME`; the bound by `RUNLEDGER_SPOOL_MAX_BYTES` (256 MiB). */
export function spoolLocation(env: Readonly<Record<string, string | undefined>>): SpoolLocation {
  const state = env['XDG_STATE_HOME'] || join(homedir(), '.local', 'state');
  const maxBytes = Number(env['RUNLEDGER_SPOOL_MAX_BYTES'] || Number.NaN);
  return {
    directory: env['RUNLEDGER_SPOOL_DIR'] || join(state, 'runledger', 'spool'),
    maxBytes: maxBytes >= 0 ? maxBytes : 256 * 1024 * 1024,
  };
}

/** A file with operations: the one its process writes, or that file as claimed by another, `claimer`. */
export interface SpoolFile {
  readonly path: string;
  /** The path without `.rejected` and the suffix of a claim. */
  readonly base: string;
  readonly pid: number;
  readonly claimer: { readonly pid: number; readonly start: string } | undefined;
}

const namePattern = /^(\d+)-(.+)-(\d+)-[0-9a-f]{8}\.jsonl(\.rejected)?(?:\.claimed-(\d+)-(\d+))?$/;

/** The names in a directory; none when it cannot be read. */
function namesIn(directory: string): string[] {
  try {
    return readdirSync(directory);
  } catch {
    return [];
  }
}

function list(directory: string, isWanted: (isRejected: boolean) => boolean): SpoolFile[] {
  const found = namesIn(directory).flatMap((name) => {
    const match = namePattern.exec(name);
    if (!match || !isWanted(match[4] !== undefined)) return [];
    const base = name.replace(/(\.rejected)?(\.claimed-.*)?$/, '');
    const claimer = match[5] === undefined ? undefined : { pid: Number(match[5]), start: match[6] ?? '0' };
    const file = { path: join(directory, name), base: join(directory, base), pid: Number(match[3]), claimer };
    return [{ at: Number(match[1]), name: base, file }];
  });
  found.sort((a, b) => a.at - b.at || (a.name < b.name ? -1 : 1));
  return found.map(({ file }) => file);
}

/** The files with operations, claimed ones included, in the order in which to deliver them. */
export function listSpoolFiles(directory: string): SpoolFile[] {
  return list(directory, (isRejected) => !isRejected);
}

/** The files with operations that the service has refused, claimed ones included, in the order of their origin. */
export function listRejectedFiles(directory: string): SpoolFile[] {
  return list(directory, (isRejected) => isRejected);
}

/** The size of everything in the directory. */
export function directoryBytes(directory: string): number {
  let bytes = 0;
  for (const name of namesIn(directory)) bytes += statSync(join(directory, name), { throwIfNoEntry: false })?.size ?? 0;
  return bytes;
}

/** When a process started, in ticks of the kernel; undefined without /proc, or when there is no such process. */
export function startOf(pid: number): string | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19];
  } catch {
    return undefined;
  }
}

/** Whether the process with this pid and start still runs; without a start ("0" or null) only the pid counts. */
export function isAlive(pid: number, start: string | null): boolean {
  try {
    process.kill(pid, 0);
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ESRCH') return false;
  }
  if (start === null || start === '0') return true;
  const now = startOf(pid);
  return now === undefined || now === start;
}

/** A new name for a spool file of this process. */
export function newSpoolName(): string {
  const host = hostname().replace(/[^A-Za-z0-9._-]/g, '_') || 'host';
  const random = Buffer.from(crypto.getRandomValues(new Uint8Array(4))).toString('hex');
  return `${Date.now()}-${host}-${process.pid}-${random}.jsonl`;
}
