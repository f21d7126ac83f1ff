import { parse } from './spec/parse.ts';
import { migrateSpec } from './spec/service.ts';
import { UsageError } from './spec/usage-error.ts';

const defaultLockTimeoutSeconds = 5;

/** Brings the tables of a database up to date, as its owner; resolves with the exit code. */
export async function migrate(
  args: string[],
  print: (line: string) => void,
  complain: (line: string) => void,
): Promise<number> {
  const { values } = parse(migrateSpec, args);
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
    dryRun: values['dry-run'] === true,
    tableLockTimeoutMs: Math.ceil(seconds * 1_000),
    print,
    complain,
  });
}
