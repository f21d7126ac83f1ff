import { endAllOpen, listOpen, noteInterruption } from './open-ends.ts';
import { closeSenders, exitFlushMs, flush } from './senders.ts';

const watched = ['SIGTERM', 'SIGINT'] as const;
const maxFlushMs = 2_000;

let isWatching = false;

/** Records what is open as CANCELLED and, before the signal does what it does without us, tries to deliver that. */
function interrupted(signal: NodeJS.Signals): void {
  stopWatching();
  noteInterruption();
  // Where the job has a handler of its own, that decides what becomes of the process.
  if (process.listenerCount(signal) > 0) return;
  endAllOpen({ status: 'CANCELLED' });
  void flush(Math.min(maxFlushMs, exitFlushMs())).finally(() => {
    closeSenders();
    process.kill(process.pid, signal);
  });
}

function stopWatching(): void {
  isWatching = false;
  for (const signal of watched) process.off(signal, interrupted);
}

/** Has SIGTERM and SIGINT record what is open as CANCELLED. To be called whenever something was opened. */
export function watchSignals(): void {
  if (isWatching) return;
  isWatching = true;
  for (const signal of watched) process.on(signal, interrupted);
}

/** To be called whenever something has ended: a process with nothing open dies of signals as ever. */
export function unwatchSignals(): void {
  if (isWatching && listOpen().length === 0) stopWatching();
}
