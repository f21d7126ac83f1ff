import { type ChildProcess, fork } from 'node:child_process';
import type { Socket } from 'node:net';
import { totalmem } from 'node:os';
import { bodiesFd, type ToAside } from './aside-messages.ts';
import type { Settings } from './settings.ts';
import { workerDatabaseVariable, workerPortVariable } from './workers.ts';

/**
 * Beyond it, the process ends, and what it had been asked is refused: not all of the service. A quarter of the memory that there
 * is, from 256 MB to 1 GB: where a container's ran out first, the system would end whatever it likes.
 */
const maxHeapMb = Math.round(Math.min(1_024, Math.max(256, memory() / 4 / 2 ** 20)));

function memory(): number {
  // Without a limit it is 0, or more than there can be.
  return Math.min(totalmem(), process.constrainedMemory() || Number.POSITIVE_INFINITY);
}

/** A debugger's port is taken, and whoever debugs means the service; files of variables have been read, and have secrets in them. */
const ofTheService = /^--(?:inspect(?:-brk|-wait)?(?:=|$)|inspect-port=|debug-port=|env-file(?:-if-exists)?=)/;

/**
 * Starts the process of dear queries, in a session of its own: Ctrl-C reaches the service only, which ends it when it has answered
 * what is under way; and where Linux shares cores between sessions, it can go behind all others.
 */
export function forkAside(settings: Settings): ChildProcess {
  const child = fork(new URL('./aside-process.js', import.meta.url), [], {
    serialization: 'advanced',
    detached: true,
    // What it writes goes where the log goes; the last is for bodies.
    stdio: ['ignore', 2, 2, 'ipc', 'pipe'],
    env: environment(settings),
    execArgv: [...process.execArgv.filter((flag) => !ofTheService.test(flag)), `--max-old-space-size=${maxHeapMb}`],
  });
  // It must not keep the service alive.
  child.unref();
  // One that could not be started has none of these.
  if (child.pid !== undefined) {
    child.channel?.unref();
    (child.stdio[bodiesFd] as Socket).unref();
  }
  return child;
}

/** One that has just ended hears nothing, and what it was asked is refused when that is known. */
export function tell(child: ChildProcess, message: ToAside): void {
  child.send(message, () => {});
}

/** What connects this process to its database (PG…, certificates, time zones) holds there too; settings come by the channel, and it sends no telemetry. */
function environment(settings: Settings): NodeJS.ProcessEnv {
  const own = { ...process.env };
  for (const name of [...Object.keys(settings), workerDatabaseVariable, workerPortVariable]) delete own[name];
  for (const name of Object.keys(own)) if (name.startsWith('OTEL_')) delete own[name];
  const flags = own['NODE_OPTIONS']?.split(' ').filter((flag) => !ofTheService.test(flag));
  return flags ? { ...own, NODE_OPTIONS: flags.join(' ') } : own;
}
