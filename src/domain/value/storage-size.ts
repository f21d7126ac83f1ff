const names = ['B', 'KiB', 'MiB', 'GiB', 'TiB', 'PiB', 'EiB'] as const;

/** Bytes as a person would write them, in powers of 1024 with up to two decimals: `1.5 GiB`, `512 B`. Takes decimal digits. */
export function formatStorageSize(digits: string): string {
  // No size, but somebody may have logged it: not worth the arithmetic.
  if (digits.length > 24) return `${digits.charAt(0)}.${digits.slice(1, 3)}e+${digits.length - 1} B`;
  const bytes = BigInt(digits);
  let power = 0;
  let unit = 1n;
  // Rounding may fill a unit: 1023.999 KiB is 1 MiB.
  while (power < names.length - 1 && hundredths(bytes, unit) >= 102_400n) {
    power++;
    unit *= 1024n;
  }
  const amount = hundredths(bytes, unit);
  const decimals = (amount % 100n).toString().padStart(2, '0').replace(/0+$/, '');
  return `${amount / 100n}${decimals === '' ? '' : `.${decimals}`} ${names[power]}`;
}

function hundredths(bytes: bigint, unit: bigint): bigint {
  return (bytes * 200n + unit) / (unit * 2n);
}
