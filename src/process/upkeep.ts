import type { Logger } from 'pino';
import { count, markCrashed, noteKeyUses, removeOld } from '../domain/upkeep.ts';
import type { Writer } from '../storage/postgres/database.ts';
import type { Settings } from './settings.ts';

/** Counters may lag behind writers by so long, and by as long as the counting takes. */
const tallyMs = 3_000;
/** Who is silent for too long is found within this time. */
const crashesMs = 10_000;
const pruneMs = 600_000;
const usesMs = 60_000;

type Task = { name: string; everyMs: number; run: (signal: AbortSignal) => Promise<unknown> };

/**
 * What has to be done from time to time, until it is stopped: every server does it, and what one does the others leave. Each
 * task rests between two runs; one that fails is tried again then.
 */
export function startUpkeep(db: Writer, settings: Settings, log: Logger): { stop: () => void } {
  const stopping = new AbortController();
  const timers = new Map<string, NodeJS.Timeout>();
  const crashedAfterMs = settings.CRASHED_AFTER_SECONDS * 1_000;
  const tasks: Task[] = [
    {
      name: 'counting runs and keys',
      everyMs: tallyMs,
      run: (signal) => count(db, signal),
    },
    {
      name: 'looking for crashed runs and steps',
      everyMs: Math.min(crashesMs, Math.max(250, crashedAfterMs / 4)),
      run: () => markCrashed(db, settings.CRASHED_AFTER_SECONDS),
    },
    { name: 'noting which keys are used', everyMs: usesMs, run: () => noteKeyUses(db) },
    {
      name: 'removing what is not kept',
      everyMs: pruneMs,
      run: (signal) => removeOld(db, settings.CHANGES_KEEP_DAYS, signal),
    },
  ];

  async function work(task: Task): Promise<void> {
    try {
      await task.run(stopping.signal);
    } catch (err) {
      log.debug({ err }, `${task.name} failed, and is tried again`);
    }
    if (stopping.signal.aborted) return;
    const timer = setTimeout(() => void work(task), task.everyMs);
    timers.set(task.name, timer.unref());
  }
  for (const task of tasks) void work(task);

  return {
    stop() {
      stopping.abort();
      for (const timer of timers.values()) clearTimeout(timer);
    },
  };
}
