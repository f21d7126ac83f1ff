import { readFileSync, readlinkSync, writeFileSync } from 'node:fs';
import { setPriority } from 'node:os';
import { isLoopback } from './listen-on.ts';

/**
 * As `nice` has it: others get three times as much of a core that all want. No more than that: Postgres holds locks of its own for a
 * moment, and who waits for one should not wait until a backend that is far behind all others runs again.
 */
const patient = 5;

/**
 * Where cores are short, others go before this thread: on Linux a thread has a priority of its own. Elsewhere, and where it may
 * not be, the scheduler stays as fair as it is.
 */
export function yieldThread(): void {
  quietly(() => {
    const thread = Number(readlinkSync('/proc/thread-self').split('/').at(-1));
    // The first thread stands for the whole process.
    if (thread !== process.pid) setPriority(thread, patient);
  });
}

/** The same of the process that serves a connection, where it is surely a Postgres of this machine, and ours to tell. */
export function yieldBackend({ host, processID }: { host?: string; processID?: number | null }): void {
  if (!processID || host === undefined || !(host.startsWith('/') || isLoopback(host))) return;
  quietly(() => {
    // Behind a container's socket or a tunnel another process may have the number.
    if (!readFileSync(`/proc/${processID}/cmdline`, 'utf8').startsWith('postgres:')) return;
    setPriority(processID, patient);
    if (isAloneInSession(processID)) yieldSession(processID, 10);
  });
}

/**
 * Where Linux shares cores between sessions (`kernel.sched_autogroup_enabled`, as most distributions have it), a priority counts
 * within its session only, and Postgres makes one for each connection. Sessions have priorities of their own; who is not the
 * system's administrator may set one in a tenth of a second.
 */
function yieldSession(processID: number, tries: number): void {
  try {
    writeFileSync(`/proc/${processID}/autogroup`, String(patient));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EAGAIN' || tries <= 1) return;
    setTimeout(() => yieldSession(processID, tries - 1), 100 + 100 * Math.random()).unref();
  }
}

/** Else the whole session would be slowed down, perhaps all of Postgres. */
function isAloneInSession(processID: number): boolean {
  const stat = readFileSync(`/proc/${processID}/stat`, 'utf8');
  // Behind the name, which may have spaces and brackets in it: state, parent, group, session.
  return Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[3]) === processID;
}

function quietly(work: () => void): void {
  try {
    work();
  } catch {
    // It was to be a favour to others.
  }
}
