import type { Logger } from 'pino';
import { applyRetention, count, markCrashed, noteKeyUses, removeOld } from '../domain/upkeep.ts';
import type { Writer } from '../storage/postgres/database.ts';
import type { Settings } from './settings.ts';

/** Counters may lag behind writers by so long, and by as long as the counting takes. */
const tallyMs = 3_000;
/** Who is silent for too long is found within this time. */
const crashesMs = 10_000;
const pruneMs = 600_000;
const usesMs = 60_000;
/** What is kept for days may be there an hour longer. */
const retentionMs = 3_600_000;

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
    {
      name: 'removing runs, history and request ids that are not kept',
      everyMs: retentionMs,
      run: (signal) => applyRetention(db, retentionOf(settings), (line) => log.info(line, 'retention'), signal),
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

function retentionOf(settings: Settings) {
  return {
    runDays: settings.RUNS_KEEP_DAYS,
    historyDays: settings.HISTORY_KEEP_DAYS,
    requestDays: settings.REQUESTS_KEEP_DAYS,
    pipelines: settings.RETENTION_PIPELINES,
  };
}
