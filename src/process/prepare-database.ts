import { setTimeout as sleep } from 'node:timers/promises';
import type { Logger } from 'pino';
import { migrate } from '../storage/postgres/migrate.ts';
import { explain, isAway } from './explain.ts';
import type { Settings } from './settings.ts';

const pauseMs = 500;

/**
 * Brings the tables up to date, as soon as the database can be reached: it is waited for up to DATABASE_WAIT_MS, and the log
 * says so.
 * @throws what the last try met with; an AbortError when the service is told to stop meanwhile.
 */
export async function prepareDatabase(
  connectionString: string,
  settings: Settings,
  log: Logger,
  stopping: AbortSignal,
): Promise<void> {
  const end = Date.now() + settings.DATABASE_WAIT_MS;
  let isSaid = false;
  for (;;) {
    try {
      return await migrate(connectionString, {
        signal: stopping,
        lockTimeoutMs: settings.MIGRATION_LOCK_TIMEOUT_MS,
        notice: (line) => log.info(line),
      });
    } catch (error) {
      stopping.throwIfAborted();
      if (!isAway(error) || Date.now() + pauseMs > end) throw error;
      if (!isSaid) log.warn(`${explain(error)} Waiting for it, up to ${settings.DATABASE_WAIT_MS / 1_000} s.`);
      isSaid = true;
    }
    await sleep(pauseMs, undefined, { signal: stopping });
  }
}
