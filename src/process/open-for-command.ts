import { openSession, type Session } from '../storage/move/session.ts';
import { type Database, openDatabase } from '../storage/postgres/database.ts';
import { listPending } from '../storage/postgres/migrate.ts';
import { explain } from './explain.ts';
import { createLog } from './log.ts';
import { openLedger } from './open-postgres.ts';
import { prepareDatabase } from './prepare-database.ts';
import { readSettings, type Settings, SettingsError } from './settings.ts';

/** What a command that works on the database itself needs of its process. */
export type CommandHost = {
  environment: Record<string, string | undefined>;
  /** The working directory. */
  directory: string;
  print: (line: string) => void;
  complain: (line: string) => void;
  /** Aborts when the command is told to stop. */
  stopping?: AbortSignal;
};

/** The database that a command works on, and whose it is. */
export type CommandDatabase = {
  db: Database;
  settings: Settings;
  /** For people: where the data lies. */
  where: string;
  stopping: AbortSignal;
};

/**
 * Opens the database of DATABASE_URL, or else the embedded one, of which the service must not be running, for a command;
 * closes it after the work. Resolves with the exit code: that of the work, or 1 with what was wrong told. The tables of the
 * embedded one are brought up to date, those of a server only where the command `mayMigrate`.
 */
export async function withDatabase(
  { environment, directory, complain, stopping = new AbortController().signal }: CommandHost,
  mayMigrate: boolean,
  work: (opened: CommandDatabase) => Promise<number>,
): Promise<number> {
  try {
    const settings = readSettings({ LOG_LEVEL: 'warn', ...environment });
    const log = await createLog(settings, false);
    const killed = new AbortController().signal;
    const ledger = await openLedger(settings, directory, log, { stopping, killed });
    try {
      if (settings.DATABASE_URL && !mayMigrate) await requireTables(ledger.connectionString);
      else await prepareDatabase(ledger.connectionString, settings, log, stopping);
      const db = openDatabase({ connectionString: ledger.connectionString, maxConnections: 5, statementTimeoutMs });
      try {
        return await work({ db, settings, where: ledger.where, stopping });
      } finally {
        await db.close();
      }
    } finally {
      await ledger.close();
    }
  } catch (error) {
    complain(stopping.aborted ? 'stopped before it was done.' : explain(error));
    return 1;
  }
}

/** Opens a session for work that may take its time, and ends it after that, or in the middle of it when the command is stopped. */
export async function withSession<T>(
  { db, settings, stopping }: CommandDatabase,
  work: (session: Session) => Promise<T>,
): Promise<T> {
  const session = await openSession(db.connectionString, settings.LOCK_TIMEOUT_MS);
  const end = () => session.end().catch(() => {});
  stopping.addEventListener('abort', end);
  try {
    return await work(session);
  } finally {
    stopping.removeEventListener('abort', end);
    await end();
  }
}

/** Nobody waits for an answer: what goes through all rows of a large ledger may take its time. */
const statementTimeoutMs = 3_600_000;

async function requireTables(connectionString: string): Promise<void> {
  const missing = await listPending(connectionString);
  if (missing.length === 0) return;
  throw new SettingsError([
    `The tables of this database are not up to date (${missing[0]!.name} is missing). Bring them up to date with "runledger migrate", or by starting this version of the service.`,
  ]);
}
