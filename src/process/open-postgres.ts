import type { Logger } from 'pino';
import type { EmbeddedPostgres } from '../storage/embedded/open.ts';
import type { Settings } from './settings.ts';

/** A database to serve, and what must be closed after it. */
export type Ledger = {
  connectionString: string;
  /** For the operator: where the data lies. */
  where: string;
  close: () => Promise<void>;
  /** How often it had to be started again. */
  restarts: () => number;
};

/** The Postgres of DATABASE_URL, or else one of our own, started on the folder of the settings. */
export async function openLedger(
  settings: Settings,
  directory: string,
  log: Logger,
  signals: { stopping: AbortSignal; killed: AbortSignal },
): Promise<Ledger> {
  if (settings.DATABASE_URL) {
    const { host, pathname } = new URL(settings.DATABASE_URL);
    const where = `PostgreSQL at ${host}${pathname}`;
    return { connectionString: settings.DATABASE_URL, where, close: async () => {}, restarts: () => 0 };
  }
  // Loaded only here: with a database of the user's nothing embedded is touched.
  const { defaultDataDir, openEmbedded } = await import('../storage/embedded/open.ts');
  const embedded = await openEmbedded({
    dataDir: settings.RUNLEDGER_DATA_DIR ?? defaultDataDir(directory),
    log: (level, line) => log[level](line),
    stopping: signals.stopping,
    killed: signals.killed,
  });
  return {
    connectionString: socketUrl(embedded.connection),
    where: `${embedded.dataDir} (embedded PostgreSQL)`,
    close: () => embedded.close(),
    restarts: embedded.restarts,
  };
}

function socketUrl({ host, port, user, password, database }: EmbeddedPostgres['connection']): string {
  const parameters = new URLSearchParams({ host, port: String(port) });
  return `postgresql://${user}:${encodeURIComponent(password)}@localhost/${database}?${parameters}`;
}
