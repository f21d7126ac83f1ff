import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { constants } from 'node:os';
import { inheritedDescriptors, stdioWith } from './descriptors.ts';
import type { Outcome } from './outcome.ts';
import type { SignalRelay } from './signals.ts';

type Environment = Readonly<Record<string, string | undefined>>;

interface End {
  readonly code?: number | null;
  readonly signal?: NodeJS.Signals | null;
  readonly error?: NodeJS.ErrnoException;
}

/** Why a command could not be started, and what to do. */
function describe(file: string, error: NodeJS.ErrnoException): string {
  if (error.code === 'EACCES') return `${file} cannot be run: it is no program, or may not be executed (chmod +x).`;
  if (error.code !== 'ENOENT') return `${file} cannot be run: ${error.message}.`;
  if (!existsSync(process.cwd())) return `${file} cannot be run: the working directory is gone.`;
  if (file.includes('/') && existsSync(file)) return `${file} cannot be run: what its first line names is not there.`;
  const isLine = /[\s|&;<>]/.test(file);
  return isLine
    ? `${JSON.stringify(file)} is a line of shell, not a command: write sh -c ${JSON.stringify(file)}.`
    : `${file} cannot be run: there is no such command.`;
}

/**
 * A command that is to run with the descriptors that this process was started with: to be prepared before anything else is
 * opened.
 */
export function prepareCommand(command: readonly string[]): (env: Environment, relay: SignalRelay) => Promise<Outcome> {
  const [file = '', ...args] = command;
  const stdio = stdioWith(inheritedDescriptors(process.env));

  return async function run(env, relay) {
    // Asked to end before it began.
    if (relay.request) {
      const code = 128 + constants.signals[relay.request];
      return { code, signal: relay.request, error: undefined, seconds: 0, wasAskedToEnd: true };
    }
    const startedAt = performance.now();
    const end = await new Promise<End>((resolve) => {
      try {
        const child = spawn(file, args, { env: { ...env }, stdio });
        child.once('error', (error) => resolve({ error }));
        // Not `close`: what it has left in the background may hold its output open for long.
        child.once('exit', (code, signal) => resolve({ code, signal }));
        relay.passTo(child);
      } catch (error) {
        resolve({ error: error as NodeJS.ErrnoException });
      }
    });
    const { error, signal } = end;
    const notStarted = error?.code === 'ENOENT' ? 127 : 126;
    return {
      code: error ? notStarted : (end.code ?? 128 + (signal ? constants.signals[signal] : 0)),
      signal: signal ?? undefined,
      error: error && describe(file, error),
      seconds: (performance.now() - startedAt) / 1_000,
      wasAskedToEnd: relay.request !== undefined,
    };
  };
}
