import { parseArgs } from 'node:util';
import { UsageError } from './usage.ts';

const defaultLockTimeoutSeconds = 5;

/** Brings the tables of a database up to date, as its owner; resolves with the exit code. */
export async function migrate(
  args: string[],
  print: (line: string) => void,
  complain: (line: string) => void,
): Promise<number> {
  const { values } = parseArgs({
    args,
    options: { 'dry-run': { type: 'boolean', default: false }, 'lock-timeout': { type: 'string' } },
  });
  const seconds = Number(values['lock-timeout'] ?? defaultLockTimeoutSeconds);
  if (!(seconds > 0 && seconds <= 3_600)) {
    throw new UsageError(
      `--lock-timeout must be a number of seconds up to 3600, not ${JSON.stringify(values['lock-timeout'])}.`,
    );
  }
  // Imported only here: no other command needs the database.
  const { runMigrateCommand } = await import('../process/migrate-command.ts');
  return runMigrateCommand({
    environment: process.env,
    dryRun: values['dry-run'],
    tableLockTimeoutMs: Math.ceil(seconds * 1_000),
    print,
    complain,
  });
}
