import { notFound } from './errors.ts';
import type { EntryFragment } from './generated/operations.ts';

/**
 * One logged value with its type, id, times and the way a person would write it. `value` is exact: an integer beyond
 * 2^53 is a bigint, any other number a number; NaN and ±Infinity are the strings "NaN", "Infinity", "-Infinity".
 */
export type MetadataEntry = EntryFragment;

/** GraphQL's Float may look like a large integer in JSON, which is read as bigint where exactness is asked for. */
export function floatOf(number: number): number {
  return Number(number);
}

/** An entry as it was answered, with `number` as a number. */
export function entryOf(entry: EntryFragment): MetadataEntry {
  return entry.number === null ? entry : { ...entry, number: floatOf(entry.number) };
}

/** Entries by the name that tells them apart: a Map, since any text may be a key, `__proto__` too. */
export function entriesBy(
  name: 'key' | 'qualifiedKey',
  entries: readonly EntryFragment[],
): ReadonlyMap<string, MetadataEntry> {
  return new Map(entries.map((entry) => [entry[name], entryOf(entry)]));
}

/** Ids grow with every entry: whether `id` is one of a later entry than `than`. */
export function isLater(id: string, than: string | undefined): boolean {
  return than === undefined || (id.length === than.length ? id > than : id.length > than.length);
}

/** The thing, or a NOT_FOUND that says what is missing. */
export function found<T>(thing: T | null | undefined, what: string): T {
  if (thing === null || thing === undefined) throw notFound(`There is no ${what}.`);
  return thing;
}
