import { parse } from './spec/parse.ts';
import { partitionSpec } from './spec/service.ts';
import { UsageError } from './spec/usage-error.ts';
import { stopSignal } from './stop-signal.ts';

/** Partitions the entries of a database by run, while the service works; resolves with the exit code. */
export async function partition(
  args: string[],
  print: (line: string) => void,
  complain: (line: string) => void,
): Promise<number> {
  const { values } = parse(partitionSpec, args);
  const parts = numberOf(values.parts ?? '16', 'parts', 2, 1_024);
  if (!Number.isInteger(parts)) throw new UsageError(`--parts must be a whole number, not ${values.parts}.`);
  const pause = numberOf(values.pause ?? '1', 'pause', 0, 100);
  const seconds = numberOf(values['lock-timeout'] ?? '2', 'lock-timeout', 0.01, 60);
  // Imported only here: no other command needs the database.
  const { runPartitionCommand } = await import('../process/partition-command.ts');
  return runPartitionCommand({
    environment: process.env,
    parts,
    dryRun: values['dry-run'] === true,
    abort: values.abort === true,
    pause,
    lockTimeoutMs: Math.ceil(seconds * 1_000),
    signal: stopSignal(),
    print,
    complain,
  });
}

function numberOf(text: string, option: string, least: number, most: number): number {
  const number = text.trim() === '' ? Number.NaN : Number(text);
  if (number >= least && number <= most) return number;
  throw new UsageError(`--${option} must be a number from ${least} to ${most}, not ${JSON.stringify(text)}.`);
}
