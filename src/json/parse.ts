import { parseExactJson } from './parse-exact.ts';
import { type JsonScan, scanJson } from './scan.ts';
import type { JsonValue } from './value.ts';

/**
 * Parses a JSON text without losing a digit: as `JSON.parse`, but an integer that a double cannot hold is a `bigint`.
 * (and past 4,096 digits, where a bigint gets slow, the `RawJson` of its digits). A number that overflows is ±Infinity:
 * whoever takes values must refuse it. Nesting is not limited. `scan` saves those a second look who have scanned already.
 * @throws SyntaxError with the position, never with a piece of the text.
 */
export function parseJson(text: string, scan: JsonScan = scanJson(text)): JsonValue {
  if (!scan.exact) {
    try {
      return JSON.parse(text);
    } catch {
      // The message of JSON.parse repeats what was sent; the exact parser only says where it went wrong.
    }
  }
  return parseExactJson(text);
}
