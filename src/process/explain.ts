import { RunledgerError } from '../errors.ts';
import { MoveError } from '../move/error.ts';
import { EmbeddedError } from '../storage/embedded/error.ts';
import { classifyFailure, isLockTimeout } from '../storage/postgres/failures.ts';
import { MigrationError } from '../storage/postgres/migrate.ts';
import { SettingsError } from './settings.ts';
import { WorkerError } from './workers.ts';

/** What an operator can act on is said plainly; of the rest the whole trace helps. */
export function explain(error: unknown): string {
  const isPlain = [SettingsError, MigrationError, WorkerError, EmbeddedError, MoveError, RunledgerError].some(
    (kind) => error instanceof kind,
  );
  if (isPlain) return (error as Error).message;
  // The database is there, though who asks it for an answer to a request is told the same as if it were not.
  if (isLockTimeout(error))
    return 'Somebody holds a lock that is needed, for longer than LOCK_TIMEOUT_MS. Look for long transactions in pg_stat_activity, then try again.';
  const { code, message } = error as NodeJS.ErrnoException;
  if (isAway(error) || /^(E[A-Z]+|28[0-9A-Z]{3}|3D000)$/.test(code ?? '')) {
    return `The database cannot be reached: ${message || code}. Check DATABASE_URL and that the server is up.`;
  }
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}

/** Whether the database may be there later: not for a wrong password, or a database that does not exist. */
export function isAway(error: unknown): boolean {
  return ['unavailable', 'unknown'].includes(classifyFailure(error));
}
