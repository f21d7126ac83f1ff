import { isRawJson } from './raw.ts';

/** The text of a number that was kept as such by `readFloat` or `readInteger`; null for any other value. */
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

/** The digits of an integer that `readInteger` did not make a number; null for any other value. */
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
