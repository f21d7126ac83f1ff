import { abortPartitioning, partitionEntries } from '../storage/partitioning/partition.ts';
import { explain } from './explain.ts';
import { readSettings, SettingsError } from './settings.ts';

export type PartitionCommand = {
  environment: Record<string, string | undefined>;
  parts: number;
  dryRun: boolean;
  /** Takes away what was begun. */
  abort: boolean;
  /** How long to rest after each piece, as a share of the time it took. */
  pause: number;
  lockTimeoutMs: number;
  signal: AbortSignal;
  print: (line: string) => void;
  complain: (line: string) => void;
};

/** Partitions the entries by run, as the owner of the tables. Resolves with the exit code: 0, or 1 when it could not. */
export async function runPartitionCommand(command: PartitionCommand): Promise<number> {
  const { abort, complain, environment, signal } = command;
  try {
    const settings = readSettings(environment);
    const url = settings.MIGRATE_DATABASE_URL ?? settings.DATABASE_URL;
    if (!url) {
      throw new SettingsError([
        'MIGRATE_DATABASE_URL or DATABASE_URL must name the database. The embedded one is not for so many entries.',
      ]);
    }
    await (abort ? abortPartitioning : partitionEntries)(url, command);
    return 0;
  } catch (error) {
    complain(signal.aborted ? 'Broken off. What is done stays done: call it again to go on.' : explain(error));
    return 1;
  }
}
