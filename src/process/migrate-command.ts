import { listPending, migrate } from '../storage/postgres/migrate.ts';
import { explain } from './explain.ts';
import { readSettings, SettingsError } from './settings.ts';

export type MigrateCommand = {
  environment: Record<string, string | undefined>;
  /** Says what would be done, and does nothing. */
  dryRun: boolean;
  /** How long to wait for a lock on a table, behind which all others wait too. */
  tableLockTimeoutMs: number;
  print: (line: string) => void;
  complain: (line: string) => void;
};

/**
 * Brings the tables up to date as a step of its own, before servers are started that may not do so themselves. Resolves with
 * the exit code: 0, or 1 when it could not.
 */
export async function runMigrateCommand(command: MigrateCommand): Promise<number> {
  const { print, complain } = command;
  try {
    const settings = readSettings(command.environment);
    const url = settings.MIGRATE_DATABASE_URL ?? settings.DATABASE_URL;
    if (!url) {
      throw new SettingsError([
        'MIGRATE_DATABASE_URL or DATABASE_URL must name the database. The embedded one is brought up to date by the service.',
      ]);
    }
    const missing = await listPending(url, { notice: complain });
    if (missing.length === 0) print('The tables are up to date.');
    else if (command.dryRun) for (const { name, sql } of missing) print(`-- ${name}\n${sql.trim()}\n`);
    else {
      await migrate(url, {
        notice: print,
        lockTimeoutMs: settings.MIGRATION_LOCK_TIMEOUT_MS,
        tableLockTimeoutMs: command.tableLockTimeoutMs,
      });
    }
    return 0;
  } catch (error) {
    complain(explain(error));
    return 1;
  }
}
