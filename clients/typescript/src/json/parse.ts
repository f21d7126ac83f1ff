import { parseExactJson } from './parse-exact.ts';
import { type JsonScan, scanJson } from './scan.ts';
import type { JsonValue } from './value.ts';

/**
 * Parses a JSON text without losing a digit: as `JSON.parse`, but an integer that a double cannot hold is a `bigint`.
 * (and past 4,096 digits, where a bigint gets slow, the `RawJson` of its digits). A number that overflows is ±Infinity:
 * whoever takes values must refuse it. Nesting is not limited. `scan` saves those a second look who have scanned already.
 * With `keepFloats` a whole number that is written with a fraction or an exponent (`1.0`) is the `RawJson` of that text.
 * @throws SyntaxError with the position, never with a piece of the text.
 */
export function parseJson(
  text: string,
  { scan = scanJson(text), keepFloats = false }: { scan?: JsonScan; keepFloats?: boolean } = {},
): JsonValue {
  if (!scan.exact && !(keepFloats && scan.wholeFloats)) {
    try {
      return JSON.parse(text);
    } catch {
      // The message of JSON.parse repeats what was sent; the exact parser only says where it went wrong.
    }
  }
  return parseExactJson(text, { keepFloats });
}
