import type { MetadataValue } from '@runledger/client/internal/metadata-entries';
import { UsageError } from './spec/usage-error.ts';
import { parseValue, parseValueJson } from './value.ts';

/** Reads a file, or standard input by the name `-`. */
type ReadInput = (path: string) => Promise<string>;

async function parseInput(key: string, path: string, read: ReadInput): Promise<MetadataValue> {
  try {
    return parseValueJson(await read(path));
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new UsageError(`log: ${key}=@${path}: ${why} (If the text itself is meant: ${key}=str:@${path})`);
  }
}

/**
 * The keys and values of `KEY=VALUE` arguments, where `@FILE` is the JSON in a file, and `@-` that of standard input.
 * Throws a UsageError, or the client's InvalidCallError for a wrong value.
 */
export async function parseMetadata(args: readonly string[], read: ReadInput): Promise<Map<string, MetadataValue>> {
  if (args.length === 0) throw new UsageError('log: give at least one KEY=VALUE.');
  if (args.filter((arg) => /^[^=]+=@-$/.test(arg)).length > 1)
    throw new UsageError('log: standard input can be read once only: give @- for one key.');
  const metadata = new Map<string, MetadataValue>();
  for (const arg of args) {
    const end = arg.indexOf('=');
    if (end <= 0) throw new UsageError(`log: ${JSON.stringify(arg)} is not KEY=VALUE.`);
    const key = arg.slice(0, end).normalize('NFC');
    const value = arg.slice(end + 1);
    if (metadata.has(key)) throw new UsageError(`log: the key ${JSON.stringify(key)} is given twice.`);
    const path = /^@(.+)$/s.exec(value)?.[1];
    metadata.set(key, path === undefined ? parseValue(value) : await parseInput(key, path, read));
  }
  return metadata;
}
