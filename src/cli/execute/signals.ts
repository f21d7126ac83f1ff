import type { ChildProcess } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { isatty } from 'node:tty';
import { isRequest } from './outcome.ts';

const passedOn = ['SIGTERM', 'SIGINT', 'SIGHUP', 'SIGQUIT', 'SIGUSR1', 'SIGUSR2'] as const;

/** Passes the signals that this process gets on to a command. */
export interface SignalRelay {
  /** The first signal that asked for the end. */
  readonly request: NodeJS.Signals | undefined;
  /** Resolves when there is one. */
  readonly requested: Promise<void>;
  /** From now on signals go there. */
  passTo(child: ChildProcess): void;
  /** Signals do again what they do without us. */
  close(): void;
}

/**
 * Whether keys pressed at a terminal make signals for this process: then its command, in the same group, gets them from
 * there, and must not get them twice. In the background, and without a terminal, nobody else passes them on.
 */
function hasKeyboard(): boolean {
  try {
    // After the name in parentheses: state, parent, group, session, terminal, group in the foreground of that.
    const fields = readFileSync('/proc/self/stat', 'latin1')
      .replace(/^.*\) /s, '')
      .split(' ');
    return fields[2] === fields[5];
  } catch {
    // Asking `process.stdin.isTTY` would open it, and make it non-blocking for the command, too.
    return [0, 1, 2].some((fd) => isatty(fd));
  }
}

/** To be opened before anything is waited for: without it a signal ends this process, and leaves the command alone. */
export function openSignalRelay(): SignalRelay {
  let child: ChildProcess | undefined;
  let request: NodeJS.Signals | undefined;
  let resolve = () => {};
  const requested = new Promise<void>((done) => {
    resolve = done;
  });
  function pass(signal: NodeJS.Signals): void {
    if (isRequest(signal)) {
      request ??= signal;
      resolve();
    }
    const isOfKeyboard = (signal === 'SIGINT' || signal === 'SIGQUIT') && hasKeyboard();
    if (!isOfKeyboard) child?.kill(signal);
  }
  for (const signal of passedOn) process.on(signal, pass);
  return {
    get request() {
      return request;
    },
    requested,
    passTo(command) {
      child = command;
    },
    close() {
      for (const signal of passedOn) process.off(signal, pass);
    },
  };
}
