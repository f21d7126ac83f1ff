/** Longer integers are read as infinite, which no value may be: making a bigint of digits takes more than linear time. */
export const MAX_INTEGER_DIGITS = 131_072;

/**
 * The value of an integer token (`-?[0-9]+`): a number when a double is sure to be exact, else a bigint.
 * `-0` is the number −0. With more than {@link MAX_INTEGER_DIGITS} digits it is ±Infinity, for the caller to refuse.
 */
export const readInteger = (token: string): number | bigint => {
  const value = Number(token);
  if (Number.isSafeInteger(value)) return value;
  if (token.length > MAX_INTEGER_DIGITS + 1) return token.startsWith('-') ? -Infinity : Infinity;
  return BigInt(token);
};

/**
 * The JSON text of a finite number, that reads back as the same double: −0 is `-0.0`, and a whole number beyond
 * ±(2^53 − 1) gets a fraction or an exponent, without which it would be read as an integer of other digits.
 */
export const numberText = (value: number): string => {
  if (value === 0) return Object.is(value, -0) ? '-0.0' : '0';
  const text = `${value}`;
  if (value > Number.MAX_SAFE_INTEGER || value < -Number.MAX_SAFE_INTEGER)
    return text.includes('e') ? text : `${text}.0`;
  return text;
};

/** As {@link numberText}, always with a fraction or an exponent: `1.0`, `1e+21`, `0.5`. */
export const floatText = (value: number): string => {
  const text = numberText(value);
  return text.includes('.') || text.includes('e') ? text : `${text}.0`;
};
