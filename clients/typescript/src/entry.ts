import { notFound } from './errors.ts';
import type { EntryFragment, MetadataType } from './generated/operations.ts';
import type { RawJson } from './json/raw.ts';
import type { JsonObject, JsonValue } from './json/value.ts';
import { eachOf, type Page } from './pages.ts';

/** What a value of each type is in JavaScript. */
interface Values {
  readonly STRING: string;
  readonly BOOLEAN: boolean;
  readonly NULL: null;
  readonly INT: number | bigint | RawJson;
  readonly FLOAT: number | 'NaN' | 'Infinity' | '-Infinity';
  readonly LIST: readonly JsonValue[];
  readonly SET: readonly JsonValue[];
  readonly TUPLE: readonly JsonValue[];
  readonly DICT: JsonObject;
  readonly URI: string;
  readonly PATH: string;
  readonly DTYPE: string;
  readonly STORAGE_SIZE: number | bigint;
}

/** The type of an entry and its value, which follows from it. */
export type TypedValue = {
  [Type in MetadataType]: { readonly type: Type; readonly value: Values[Type] };
}[MetadataType];

/**
 * One logged value with its type, id, times, and its spelling for people (`display`). `value` is exact: an integer beyond
 * 2^53 is a bigint (the `RawJson` of its digits, with more than 4,096), any other number a number; NaN and ±Infinity are the
 * strings "NaN", "Infinity", "-Infinity". Once `type` is known, so is the type of `value`.
 */
export type MetadataEntry = Omit<EntryFragment, keyof TypedValue> & TypedValue;

/** A Float of GraphQL as a number: where its JSON looks like a large integer, the exact parser made a bigint of it. */
export function floatOf(number: number): number {
  return Number(number);
}

/** An entry as the service sent it, with `number` as a number. */
export function entryOf(entry: EntryFragment): MetadataEntry {
  // The service stores a value only under a type that it fits.
  return (entry.number === null ? entry : { ...entry, number: floatOf(entry.number) }) as MetadataEntry;
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
