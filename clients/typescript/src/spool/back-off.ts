import { type RunledgerError, UnavailableError } from '../errors.ts';
import { pauseMs } from '../retry.ts';
import type { Changes } from './changes.ts';
import type { Health } from './flush.ts';
import type { Pauses } from './pauses.ts';

const syncEveryMs = 1_000;
const maxRetryAfterMs = 60_000;

export interface BackOff {
  /** Notes the failure, warns of the first of its kind, and waits until it is time to try again. */
  after(error: RunledgerError): Promise<void>;
  /** While the service is away, syncs the file to disk once a second. */
  syncMeanwhile(): void;
}

interface BackOffOptions {
  readonly queue: { sync(): void; readonly directory: string };
  readonly pauses: Pauses;
  readonly changes: Changes;
  readonly health: Health;
  readonly warn: (message: string) => void;
}

/** Which variable to set where the key is not good, unless the service has said so. */
function adviceOn({ code, message }: RunledgerError): string {
  if (code !== 'UNAUTHENTICATED' || message.includes('RUNLEDGER_API_KEY')) return '';
  return ' Set RUNLEDGER_API_KEY to a key of the service.';
}

export function openBackOff({ queue, pauses, changes, health, warn }: BackOffOptions): BackOff {
  const warnedKinds = new Set<string>();
  let syncedAt = 0;

  function syncMeanwhile(): void {
    if (health.failuresInRow === 0 || performance.now() - syncedAt < syncEveryMs) return;
    syncedAt = performance.now();
    queue.sync();
  }

  return {
    syncMeanwhile,
    async after(error) {
      health.failuresInRow += 1;
      health.failures += 1;
      pauses.calmDown();
      const kind = `${error.name} ${error.code}`;
      if (!warnedKinds.has(kind)) {
        warnedKinds.add(kind);
        warn(
          `${error.message}${adviceOn(error)} What is logged is kept in ${queue.directory} until it can be delivered.`,
        );
      }
      changes.announce();
      const retryAfterMs = error instanceof UnavailableError ? (error.retryAfterMs ?? 0) : 0;
      const untilMs =
        performance.now() + Math.max(pauseMs(health.failuresInRow), Math.min(retryAfterMs, maxRetryAfterMs));
      for (let leftMs = 1; leftMs > 0 && !pauses.hurried; leftMs = untilMs - performance.now()) {
        syncMeanwhile();
        await pauses.wait(Math.min(Math.max(leftMs, 1), syncEveryMs));
      }
    },
  };
}
