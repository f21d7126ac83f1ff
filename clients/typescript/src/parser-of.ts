import type { JsonValue } from './json/value.ts';

/** An integer of so many digits may be beyond what a double holds. */
const longInteger = /(?<![\d.])\d{16}/;

/** What parses an answer without losing a digit. For long integers more than `JSON.parse` is loaded: pages rarely see one. */
export async function parserOf(text: string): Promise<(text: string) => JsonValue> {
  if (!longInteger.test(text)) return JSON.parse;
  return (await import('./json/parse.ts')).parseJson;
}
