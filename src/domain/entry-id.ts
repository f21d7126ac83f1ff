import { greatestEntryId } from '../storage/rows.ts';

/** The id of an entry, from its digits; null for a text that can be none. */
export function parseEntryId(text: string): bigint | null {
  if (!/^\d{1,19}$/.test(text)) return null;
  const id = BigInt(text);
  return id <= greatestEntryId ? id : null;
}
