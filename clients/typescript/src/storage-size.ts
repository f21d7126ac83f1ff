const units: Readonly<Record<string, bigint>> = {
  b: 1n,
  kb: 10n ** 3n,
  mb: 10n ** 6n,
  gb: 10n ** 9n,
  tb: 10n ** 12n,
  pb: 10n ** 15n,
  kib: 2n ** 10n,
  mib: 2n ** 20n,
  gib: 2n ** 30n,
  tib: 2n ** 40n,
  pib: 2n ** 50n,
};

const maxDigits = 100;

/**
 * The bytes of a size in words: a number, one space or none, and a unit of B, kB … PB (powers of 1000) or KiB … PiB
 * (of 1024) in any case. Exact, rounded to the byte, halves up. Null when it is none, or of more than 100 digits.
 */
export function parseStorageSize(words: string): bigint | null {
  const match = words.length > maxDigits + 5 ? null : /^(\d*)(?:\.(\d+))? ?([kmgtp]?i?b)$/i.exec(words);
  const [, whole = '', fraction = '', unit = ''] = match ?? [];
  const factor = units[unit.toLowerCase()];
  const digits = whole.length + fraction.length;
  if (factor === undefined || digits === 0 || digits > maxDigits) return null;
  const scale = 10n ** BigInt(fraction.length);
  return (2n * BigInt(whole + fraction) * factor + scale) / (2n * scale);
}
