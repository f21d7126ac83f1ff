import { hasUnpairedSurrogate } from './quote.ts';

/** Whether the database can hold the text at all. One that it cannot hold names nothing, so looking it up finds nothing. */
export function isStorableText(text: string): boolean {
  return !text.includes('\0') && !hasUnpairedSurrogate(text);
}
