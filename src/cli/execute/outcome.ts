import type { Ending } from '@runledger/client/internal/open-ends';

/** How a command ended. */
export interface Outcome {
  /** As a shell has it: 128 and the number of the signal that it died of, 127 where there is no such command. */
  readonly code: number;
  /** What it died of. */
  readonly signal: NodeJS.Signals | undefined;
  /** Why it could not be started. */
  readonly error: string | undefined;
  readonly seconds: number;
  /** Whether a signal asked us to end it. */
  readonly wasAskedToEnd: boolean;
}

/** Signals by which somebody asks for the end of a command: what dies of one was cancelled, and has not failed. */
const requests: readonly string[] = ['SIGTERM', 'SIGINT', 'SIGHUP', 'SIGQUIT'];

export function isRequest(signal: NodeJS.Signals): boolean {
  return requests.includes(signal);
}

/** The command as it was written, short enough for one line. */
function shown(command: readonly string[]): string {
  const text = command.join(' ').replace(/\s+/g, ' ');
  return text.length > 80 ? `${text.slice(0, 79)}…` : text;
}

/** What is recorded of the end. */
export function endingOf(outcome: Outcome, command: readonly string[]): Ending {
  const { code, signal, error, wasAskedToEnd } = outcome;
  if (code === 0) return { status: 'COMPLETED' };
  if (wasAskedToEnd || (signal && isRequest(signal))) return { status: 'CANCELLED' };
  const how = signal ? `was killed by ${signal}` : `ended with exit code ${code}`;
  return { status: 'FAILED', failure: { type: 'CommandFailed', message: error ?? `${shown(command)} ${how}.` } };
}

/** Signals of which a process dies without more ado. Others leave a core behind, or mean something to Node. */
const mortal: readonly string[] = ['SIGTERM', 'SIGINT', 'SIGHUP', 'SIGKILL', 'SIGALRM'];

/**
 * Ends this process as the command has ended: by the same signal where that does nothing but end it, so that a shell stops
 * its loop at Ctrl-C; else with the exit code that a shell gives for it, which is returned.
 */
export function endAs({ code, signal }: Pick<Outcome, 'code' | 'signal'>): number {
  if (signal && mortal.includes(signal)) process.kill(process.pid, signal);
  return code;
}
