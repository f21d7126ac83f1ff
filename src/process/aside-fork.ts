import { type ChildProcess, fork } from 'node:child_process';
import type { Socket } from 'node:net';
import { bodiesFd } from './aside-messages.ts';
import { yieldProcess } from './priority.ts';
import type { Settings } from './settings.ts';
import { workerDatabaseVariable, workerPortVariable } from './workers.ts';

/** Beyond it, the process ends, and what it had been asked is refused: not all of the service. */
const maxHeapMb = 1_024;

/** A debugger's port is taken, and whoever debugs means the service. */
const inspects = /^--inspect(?:(?:-brk|-wait)?(?:=|$)|-port=)/;

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
    execArgv: [...process.execArgv.filter((flag) => !inspects.test(flag)), `--max-old-space-size=${maxHeapMb}`],
  });
  // It must not keep the service alive.
  child.unref();
  // One that could not be started has none of these.
  if (child.pid !== undefined) {
    child.channel?.unref();
    (child.stdio[bodiesFd] as Socket).unref();
    yieldProcess(child.pid);
  }
  return child;
}

/** What connects this process to its database (PG…, certificates, time zones) holds there too; settings come by the channel. */
function environment(settings: Settings): NodeJS.ProcessEnv {
  const own = { ...process.env };
  for (const name of [...Object.keys(settings), workerDatabaseVariable, workerPortVariable]) delete own[name];
  const flags = own['NODE_OPTIONS']?.split(' ').filter((flag) => !inspects.test(flag));
  return flags ? { ...own, NODE_OPTIONS: flags.join(' ') } : own;
}
