import { readdirSync, readFileSync, readlinkSync } from 'node:fs';

const nonBlocking = 0o4000;

/** What an open descriptor leads to; undefined where it is closed, or Node's own: those are anonymous or non-blocking. */
function targetOf(fd: number): string | undefined {
  try {
    const target = readlinkSync(`/proc/self/fd/${fd}`);
    const flags = /^flags:\s*(\d+)/m.exec(readFileSync(`/proc/self/fdinfo/${fd}`, 'latin1'))?.[1] ?? '0';
    return target.startsWith('anon_inode:') || Number.parseInt(flags, 8) & nonBlocking ? undefined : target;
  } catch {
    return undefined;
  }
}

/** The two ends of the pipe by which `make` hands out its jobs. */
function jobServerOf(env: Readonly<Record<string, string | undefined>>): number[] {
  const found = /--jobserver-(?:auth|fds)=(\d+),(\d+)/.exec(env['MAKEFLAGS'] ?? '');
  return found ? [Number(found[1]), Number(found[2])] : [];
}

/**
 * The descriptors above 2 that this process was started with, as by `3>log` in a shell. Node does not hand them on by itself.
 * To be asked for before anything is opened. Empty where there is no /proc.
 */
export function inheritedDescriptors(env: Readonly<Record<string, string | undefined>>): number[] {
  let all: number[];
  try {
    all = readdirSync('/proc/self/fd').map(Number);
  } catch {
    return [];
  }
  const open = all.flatMap((fd) => {
    const target = fd > 2 ? targetOf(fd) : undefined;
    return target === undefined ? [] : [{ fd, target }];
  });
  const jobServer = jobServerOf(env);
  // Of a pipe that is all ours, both ends are here: it is Node's, unless make says otherwise.
  const isOwnPipe = ({ fd, target }: { fd: number; target: string }) =>
    target.startsWith('pipe:') &&
    !jobServer.includes(fd) &&
    open.some((other) => other.fd !== fd && other.target === target);
  return open.filter((one) => !isOwnPipe(one)).map(({ fd }) => fd);
}

/** The `stdio` of a command that gets these descriptors under their own numbers, besides the first three. */
export function stdioWith(descriptors: readonly number[]): ('inherit' | 'ignore' | number)[] {
  const last = Math.max(2, ...descriptors);
  return Array.from({ length: last + 1 }, (_, fd) => {
    if (fd <= 2) return 'inherit';
    return descriptors.includes(fd) ? fd : 'ignore';
  });
}
