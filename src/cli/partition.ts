import { parseArgs } from 'node:util';
import { UsageError } from './usage.ts';

/** Partitions the entries of a database by run, while the service works; resolves with the exit code. */
export async function partition(
  args: string[],
  print: (line: string) => void,
  complain: (line: string) => void,
): Promise<number> {
  const { values } = parseArgs({
    args,
    options: {
      parts: { type: 'string', default: '16' },
      'dry-run': { type: 'boolean', default: false },
      abort: { type: 'boolean', default: false },
      pause: { type: 'string', default: '1' },
      'lock-timeout': { type: 'string', default: '2' },
    },
  });
  const parts = numberOf(values.parts, 'parts', 2, 1_024);
  if (!Number.isInteger(parts)) throw new UsageError(`--parts must be a whole number, not ${values.parts}.`);
  const pause = numberOf(values.pause, 'pause', 0, 100);
  const seconds = numberOf(values['lock-timeout'], 'lock-timeout', 0.01, 60);
  const stopping = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => stopping.abort());
  // Imported only here: no other command needs the database.
  const { runPartitionCommand } = await import('../process/partition-command.ts');
  return runPartitionCommand({
    environment: process.env,
    parts,
    dryRun: values['dry-run'],
    abort: values.abort,
    pause,
    lockTimeoutMs: Math.ceil(seconds * 1_000),
    signal: stopping.signal,
    print,
    complain,
  });
}

function numberOf(text: string, option: string, least: number, most: number): number {
  const number = text.trim() === '' ? Number.NaN : Number(text);
  if (number >= least && number <= most) return number;
  throw new UsageError(`--${option} must be a number from ${least} to ${most}, not ${JSON.stringify(text)}.`);
}
