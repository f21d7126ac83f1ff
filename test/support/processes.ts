import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/** Signals a process and its children: those of Postgres lead groups of their own. Linux only. */
export function signalAll(pid: number, signal: NodeJS.Signals): void {
  for (const each of [pid, ...childrenOf(pid)]) {
    try {
      process.kill(each, signal);
    } catch (error) {
      // It has ended meanwhile.
      if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
    }
  }
}

/** The processes that answer dear queries for a service, its workers' too. Linux only. */
export function asidesOf(pid: number): number[] {
  return childrenOf(pid).flatMap((child) => {
    const told = readIfThere(`/proc/${child}/cmdline`);
    return told.includes('aside-process.js') ? [child] : asidesOf(child);
  });
}

function childrenOf(pid: number): number[] {
  return readIfThere(`/proc/${pid}/task/${pid}/children`).trim().split(' ').filter(Boolean).map(Number);
}

/** Nothing of a process that has ended. */
function readIfThere(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return '';
  }
}

/** Whether a process runs: one that has ended, and whose parent does not know yet, does not. Linux only. */
export function isRunning(pid: number): boolean {
  return /^State:\t[^ZX]/m.test(readIfThere(`/proc/${pid}/status`));
}

/** The process that leads an embedded Postgres. */
export function postmasterOf(dataDir: string): number {
  return Number.parseInt(readFileSync(join(dataDir, 'cluster/data/postmaster.pid'), 'utf8'), 10);
}
