import { isRawJson, type RawJson, rawJson } from './raw.ts';

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

/** The text of a number that was kept as such by {@link readFloat} or {@link readInteger}; null for any other value. */
export function rawNumberText(value: unknown): string | null {
  return isRawJson(value) && /^-?\d/.test(value.text) ? value.text : null;
}

/** The double that a number stands for, in whatever form the parser gives it; null for any other value. */
export function asDouble(value: unknown): number | null {
  if (typeof value === 'number') return value;
  if (typeof value === 'bigint') return Number(value);
  const text = rawNumberText(value);
  return text === null ? null : Number(text);
}

/** The digits of an integer that {@link readInteger} did not make a number; null for any other value. */
export function longIntegerText(value: unknown): string | null {
  if (typeof value === 'bigint') return value.toString();
  return isRawJson(value) && /^-?\d+$/.test(value.text) ? value.text : null;
}

/**
 * The JSON text of a finite number, that reads back as the same double: −0 is `-0.0`, and a whole number beyond
 * ±(2^53 − 1) gets a fraction or an exponent, without which it would be read as an integer of other digits.
 */
export function numberText(value: number): string {
  if (value === 0) return Object.is(value, -0) ? '-0.0' : '0';
  const text = `${value}`;
  if (value > Number.MAX_SAFE_INTEGER || value < -Number.MAX_SAFE_INTEGER) {
    return text.includes('e') ? text : `${text}.0`;
  }
  return text;
}

/** As {@link numberText}, always with a fraction or an exponent: `1.0`, `1e+21`, `0.5`. */
export function floatText(value: number): string {
  const text = numberText(value);
  return text.includes('.') || text.includes('e') ? text : `${text}.0`;
}
