import type { Logger } from 'pino';
import { describeFailure, isLockTimeout } from '../storage/postgres/failures.ts';

/** How often to look, while the database is ill, whether it is well again. */
const lookMs = 1_000;

type Readiness = { reads: string; writes: string };

/**
 * Writes one line when the database begins to fail, and one when it is well again: not one for each request.
 *
 *   well ──a failure──▶ ill (looks every second) ──reads and writes work──▶ well
 */
export function createHealthLog(log: Logger, readiness: () => Promise<Readiness>) {
  let illSince: number | null = null;
  let failures = 0;
  let timer: NodeJS.Timeout | undefined;

  async function look() {
    const { reads, writes } = await readiness();
    if (illSince === null) return;
    if (reads === 'ok' && writes === 'ok') {
      log.info({ afterMs: Date.now() - illSince, failures }, 'the database is well again');
      illSince = null;
      failures = 0;
      return;
    }
    watch();
  }
  function watch() {
    clearTimeout(timer);
    timer = setTimeout(() => void look(), lookMs);
    timer.unref();
  }

  return {
    /** Something failed because of the database, in a request or a connection. */
    failed(error: unknown): void {
      // One that is locked is alone with its trouble.
      if (isLockTimeout(error)) return;
      failures += 1;
      if (illSince !== null) return;
      illSince = Date.now();
      log.error(
        { cause: describeFailure(error) },
        'the database fails; requests are UNAVAILABLE or TIMEOUT until it is well',
      );
      watch();
    },
    close(): void {
      clearTimeout(timer);
      illSince = null;
    },
  };
}
