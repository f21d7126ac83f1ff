import { createHash } from 'node:crypto';
import { stringifyJson } from '@runledger/client/json';
import { badInput } from '../errors.ts';
import type { LedgerEntry } from '../storage/entries/append.ts';
import type { MetadataType } from '../storage/rows.ts';
import { parseMetadataKey } from './metadata-key.ts';
import type { Limits } from './value/limits.ts';
import { parseMetadataValue } from './value/metadata-value.ts';
import { quote } from './value/quote.ts';

export type LogTarget =
  | { stepId: string }
  | { step: { run: string; name: string; attempt?: number | null | undefined } }
  | { run: string };

export type LogMetadata = {
  target: LogTarget;
  metadata?: Record<string, unknown> | null;
  entries?:
    | {
        key: string;
        value?: unknown;
        type?: MetadataType | null | undefined;
        iteration?: bigint | null | undefined;
        loggedAt?: Date | null | undefined;
      }[]
    | null;
  requestId?: string | null | undefined;
  loggedAt?: Date | null | undefined;
};

export function parseEntries(limits: Limits, input: LogMetadata): LedgerEntry[] {
  const ofCall = input.loggedAt ?? new Date();
  const entries: LedgerEntry[] = [];
  const add = (
    key: string,
    value: unknown,
    type: MetadataType | null,
    iteration: bigint | null,
    loggedAt: Date | null | undefined,
  ) => {
    const parsedKey = parseMetadataKey(key);
    entries.push({
      key: parsedKey,
      iteration,
      loggedAt: loggedAt ?? ofCall,
      ...parseMetadataValue(value, type, { key: parsedKey }, limits),
    });
  };
  if (input.metadata) for (const [key, value] of Object.entries(input.metadata)) add(key, value, null, null, null);
  for (const { key, value, type, iteration, loggedAt } of input.entries ?? []) {
    if (value === undefined)
      throw badInput(`The entry ${quote(key)} has no value. To log nothing on purpose, give null.`);
    add(key, value, type ?? null, iteration ?? null, loggedAt);
  }
  if (entries.length === 0)
    throw badInput('There is nothing to log: give at least one key in `metadata`, or one of `entries`.');
  return entries;
}

export function checkCount(limits: Limits, count: number): void {
  if (count <= limits.maxEntries) return;
  throw badInput(
    `There are ${count} entries in the request; at most ${limits.maxEntries} are taken. Send them in several requests.`,
  );
}

/** What makes two calls the same: their entries in order, and the times given with them. */
export function hashContent(entries: LedgerEntry[], { loggedAt, entries: sent }: LogMetadata): string {
  const hash = createHash('sha256').update(String(loggedAt?.getTime()));
  for (const { key, type, text, iteration } of entries) hash.update(stringifyJson([key, type, text, iteration]));
  // Only where there are any, so that calls without keep the hash that they had before entries could have times.
  if (sent?.some((entry) => entry.loggedAt != null))
    hash.update(stringifyJson(sent.map((entry) => entry.loggedAt?.getTime() ?? null)));
  return hash.digest('hex');
}
