import { numberText } from './number.ts';
import { type RawJson, rawJson } from './raw.ts';

// Apart from the other numbers: a browser loads these only with the exact parser.

// Making a bigint of digits, and digits of it, takes quadratic time: a body full of long ones would hold up everybody.
const maxBigintDigits = 4096;

/**
 * The value of an integer token (`-?[0-9]+`): a number when a double is sure to be exact (`-0` is the number −0), else a
 * bigint, or, with more than 4,096 digits, its text as `RawJson`.
 */
export function readInteger(token: string): number | bigint | RawJson {
  if (token.length < 16) return Number(token);
  if (token.length > maxBigintDigits) return rawJson(token);
  const value = Number(token);
  return Number.isSafeInteger(value) ? value : BigInt(token);
}

/**
 * The value of a number token with a fraction or an exponent: a number; with `keepFloats`, where that number would be
 * written without either (`1.0`, `1e5`), its text as `RawJson`, so that it still says that it is not an integer.
 */
export function readFloat(token: string, keepFloats: boolean): number | RawJson {
  const value = Number(token);
  return keepFloats && Number.isSafeInteger(value) && !Object.is(value, -0) ? rawJson(floatText(value)) : value;
}

/** As {@link numberText}, always with a fraction or an exponent: `1.0`, `1e+21`, `0.5`. */
export function floatText(value: number): string {
  const text = numberText(value);
  return text.includes('.') || text.includes('e') ? text : `${text}.0`;
}
