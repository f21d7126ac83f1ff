import { failureOf } from './failure.ts';
import { endAllOpen } from './open-ends.ts';

/** What there is to do at the end of the process. */
interface AtExit {
  /** Delivers what is left, for some time. */
  readonly flush: () => Promise<unknown>;
  /** Ends the deliveries under way. */
  readonly stop: () => void;
  /** Leaves what is not delivered to the next process. Synchronous. */
  readonly close: () => void;
}

let isWatching = false;

/** Has the end of the process deliver what is left, and record what is still open as FAILED. The first call counts. */
export function watchExit({ flush, stop, close }: AtExit): void {
  if (isWatching) return;
  isWatching = true;
  let hasFlushed = false;
  let uncaught: { readonly error: unknown } | undefined;
  process.on('uncaughtExceptionMonitor', (error) => {
    uncaught = { error };
  });
  process.on('beforeExit', () => {
    if (hasFlushed) return;
    hasFlushed = true;
    void flush().then(stop);
  });
  // Also after process.exit(), an unhandled rejection or an uncaught error. All of this is synchronous.
  process.on('exit', (code) => {
    const message = `The process ended in the middle of it, with exit code ${code}.`;
    const failure = uncaught ? failureOf(uncaught.error) : { type: 'ProcessExit', message };
    endAllOpen({ status: 'FAILED', failure });
    close();
  });
}
