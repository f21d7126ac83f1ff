import { createApiKey } from '../domain/access/create-api-key.ts';
import { listApiKeys } from '../domain/access/list-api-keys.ts';
import { anonymous } from '../domain/caller.ts';
import { openDatabase } from '../storage/postgres/database.ts';
import { explain } from './explain.ts';
import { createLog } from './log.ts';
import { openLedger } from './open-postgres.ts';
import { prepareDatabase } from './prepare-database.ts';
import { readSettings, SettingsError } from './settings.ts';

export type BootstrapCommand = {
  environment: Record<string, string | undefined>;
  /** The working directory. */
  directory: string;
  print: (line: string) => void;
  complain: (line: string) => void;
};

/**
 * Makes the first key, with the scope ADMIN, on the database itself: of DATABASE_URL, or else the embedded one, of which the
 * service must not be running. Resolves with the exit code: 0, or 1 when it could not, or there are keys already.
 */
export async function bootstrapKey({ environment, directory, print, complain }: BootstrapCommand): Promise<number> {
  const never = new AbortController().signal;
  try {
    const settings = readSettings({ LOG_LEVEL: 'warn', ...environment });
    const log = await createLog(settings, false);
    const ledger = await openLedger(settings, directory, log, { stopping: never, killed: never });
    try {
      await prepareDatabase(ledger.connectionString, settings, log, never);
      const db = openDatabase({ connectionString: ledger.connectionString, maxConnections: 5 });
      try {
        if ((await listApiKeys(db, true)).length > 0)
          throw new SettingsError([
            'There are keys already. Make others with "runledger keys create", as an administrator.',
          ]);
        const actor = { caller: { ...anonymous, name: 'keys bootstrap' }, address: null, tell: () => {} };
        const { secret } = await createApiKey(db, actor, { name: 'bootstrap', scopes: ['ADMIN'] });
        complain(
          'made the first key, with the scope ADMIN. From now on the service asks for a key. This is told once:',
        );
        print(secret);
        return 0;
      } finally {
        await db.close();
      }
    } finally {
      await ledger.close();
    }
  } catch (error) {
    complain(explain(error));
    return 1;
  }
}
