import { numberText } from '../json/number.ts';

/**
 * A text that two parsed JSON values share exactly when they are equal as JSON: numbers by value however they are
 * written (`1` is `1.0`, −0 is 0), objects whatever the order of their keys.
 */
export const equalityKey = (value: unknown): string => {
  if (typeof value === 'number') return decimalKey(numberText(value));
  if (typeof value === 'bigint') return decimalKey(value.toString());
  if (Array.isArray(value)) return `[${value.map(equalityKey).join()}]`;
  if (typeof value === 'object' && value !== null) {
    const object = value as Record<string, unknown>;
    const members = Object.keys(object).sort();
    return `{${members.map((key) => `${JSON.stringify(key)}:${equalityKey(object[key])}`).join()}}`;
  }
  return JSON.stringify(value);
};

/** Sign, digits without zeros at either end, and the power of ten of the last digit. */
const decimalKey = (text: string): string => {
  const [, sign = '', whole = '', fraction = '', exponent = '0'] =
    /^(-?)(\d+)(?:\.(\d+))?(?:e([+-]?\d+))?$/.exec(text) ?? [];
  const digits = (whole + fraction).replace(/^0+/, '');
  const significant = digits.replace(/0+$/, '');
  if (significant === '') return '0';
  return `${sign}${significant}e${Number(exponent) - fraction.length + digits.length - significant.length}`;
};
