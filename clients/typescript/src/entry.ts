import { notFound } from './errors.ts';
import type { EntryFragment } from './generated/operations.ts';
import { eachOf, type Page } from './pages.ts';

/**
 * One logged value with its type, id, times, and its spelling for people (`display`). `value` is exact: an integer beyond
 * 2^53 is a bigint, any other number a number; NaN and ±Infinity are the strings "NaN", "Infinity", "-Infinity".
 */
export type MetadataEntry = EntryFragment;

/** A Float of GraphQL as a number: where its JSON looks like a large integer, the exact parser made a bigint of it. */
export function floatOf(number: number): number {
  return Number(number);
}

/** An entry as the service sent it, with `number` as a number. */
export function entryOf(entry: EntryFragment): MetadataEntry {
  return entry.number === null ? entry : { ...entry, number: floatOf(entry.number) };
}

/** All entries of a connection, page by page. */
export async function* eachEntryOf(
  load: (after: string | null) => Promise<Page<EntryFragment>>,
): AsyncGenerator<MetadataEntry, void> {
  for await (const entry of eachOf(load)) yield entryOf(entry);
}

/** Entries by key. A Map, since any text may be a key, `__proto__` included. */
export function entriesBy(
  name: 'key' | 'qualifiedKey',
  entries: readonly EntryFragment[],
): ReadonlyMap<string, MetadataEntry> {
  return new Map(entries.map((entry) => [entry[name], entryOf(entry)]));
}

/** Whether `id` belongs to a later entry than `than`: ids only grow. */
export function isLater(id: string, than: string | undefined): boolean {
  return than === undefined || (id.length === than.length ? id > than : id.length > than.length);
}

/** The thing itself, unless it is missing. Throws a NOT_FOUND that says what there is none of. */
export function found<T>(thing: T | null | undefined, what: string): T {
  if (thing === null || thing === undefined) throw notFound(`There is no ${what}.`);
  return thing;
}
