import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { getPriority, setPriority } from 'node:os';
import { isLoopback } from './listen-on.ts';

/**
 * Of a backend, as `nice` has it: others get three times as much of a core that all want. No more than that: Postgres holds locks of
 * its own for a moment, and who waits for one should not wait until a backend that is far behind all others runs again.
 */
const patient = 5;
/** Of a process that holds nothing that others need. */
const last = 10;

/**
 * Where cores are short, others go before this process. On Linux each of its threads has a priority of its own, which the threads
 * that it starts later inherit. Where it may not be, the scheduler stays as fair as it is.
 */
export function yieldProcess(pid: number): void {
  let threads = [pid];
  quietly(() => {
    if (process.platform === 'linux') threads = readdirSync(`/proc/${pid}/task`).map(Number);
  });
  for (const thread of threads) quietly(() => lower(thread, last));
  quietly(() => yieldSession(pid, last));
}

/** The same of the process that serves a connection, where it is surely a Postgres of this machine, and ours to tell. */
export function yieldBackend({ host, processID }: { host?: string; processID?: number | null }): void {
  if (!processID || host === undefined || !(host.startsWith('/') || isLoopback(host))) return;
  quietly(() => {
    // Behind a container's socket or a tunnel another process may have the number.
    if (!readFileSync(`/proc/${processID}/cmdline`, 'utf8').startsWith('postgres:')) return;
    lower(processID, patient);
    yieldSession(processID, patient);
  });
}

/** Where all of the service goes behind others already, it stays as far behind. */
function lower(pid: number, priority: number): void {
  if (getPriority(pid) < priority) setPriority(pid, priority);
}

/**
 * Where Linux shares cores between sessions (`kernel.sched_autogroup_enabled`, as most distributions have it), a priority counts
 * within its session only, and Postgres makes one for each connection. Sessions have priorities of their own, of which only root
 * may set more than one in a tenth of a second.
 */
function yieldSession(pid: number, priority: number, tries = 10): void {
  // Else all that is in the session would be slowed down, perhaps all of Postgres.
  if (!isFirstInSession(pid)) return;
  try {
    writeFileSync(`/proc/${pid}/autogroup`, String(priority));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EAGAIN' || tries <= 1) return;
    const again = () => quietly(() => yieldSession(pid, priority, tries - 1));
    setTimeout(again, 100 + 100 * Math.random()).unref();
  }
}

function isFirstInSession(pid: number): boolean {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  // Behind the name, which may have spaces and brackets in it: state, parent, group, session.
  return Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[3]) === pid;
}

function quietly(work: () => void): void {
  try {
    work();
  } catch {
    // It was to be a favour to others.
  }
}
