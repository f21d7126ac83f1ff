import { longIntegerText, numberText, rawNumberText } from './number.ts';
import { stringifyJson } from './stringify.ts';

/**
 * A text that two parsed JSON values share exactly when they are equal as JSON: numbers by value however they are
 * written (`1` is `1.0`, −0 is 0), objects whatever the order of their keys.
 */
export function equalityKey(value: unknown): string {
  if (typeof value === 'number') return decimalKey(numberText(value));
  const digits = longIntegerText(value) ?? rawNumberText(value);
  if (digits !== null) return decimalKey(digits);
  if (Array.isArray(value)) return `[${value.map(equalityKey).join()}]`;
  if (typeof value === 'object' && value !== null) {
    const object = value as Record<string, unknown>;
    const members = Object.keys(object).sort();
    return `{${members.map((key) => `${JSON.stringify(key)}:${equalityKey(object[key])}`).join()}}`;
  }
  return JSON.stringify(value);
}

/** The compact JSON of each of these values that no earlier one is equal to. */
export function distinctTexts(values: readonly unknown[]): string[] {
  const distinct = new Map<string, unknown>();
  for (const value of values) {
    const key = equalityKey(value);
    if (!distinct.has(key)) distinct.set(key, value);
  }
  return [...distinct.values()].map(stringifyJson);
}

/** Sign, digits without zeros at either end, and the power of ten of the last digit. */
function decimalKey(text: string): string {
  const [, sign = '', whole = '', fraction = '', exponent = '0'] =
    /^(-?)(\d+)(?:\.(\d+))?(?:e([+-]?\d+))?$/.exec(text) ?? [];
  const digits = (whole + fraction).replace(/^0+/, '');
  // A loop: /0+$/ takes quadratic time on long runs of zeros further in.
  let length = digits.length;
  while (digits.charCodeAt(length - 1) === 0x30) length--;
  const significant = digits.slice(0, length);
  if (significant === '') return '0';
  return `${sign}${significant}e${Number(exponent) - fraction.length + digits.length - length}`;
}
