import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseStorageSize } from '../../clients/typescript/src/storage-size.ts';
import { formatStorageSize } from '../../src/domain/value/storage-size.ts';

describe('parseStorageSize', () => {
  it.each([
    ['0 B', 0n],
    ['1.5 GiB', 1_610_612_736n],
    ['20 MB', 20_000_000n],
    ['20MB', 20_000_000n],
    ['1kB', 1000n],
    ['1KB', 1000n],
    ['1kb', 1000n],
    ['1 kib', 1024n],
    ['1 KIB', 1024n],
    ['1 MiB', 1_048_576n],
    ['1 GB', 1_000_000_000n],
    ['1 TB', 1_000_000_000_000n],
    ['1 TiB', 1_099_511_627_776n],
    ['1 PB', 1_000_000_000_000_000n],
    ['1 PiB', 1_125_899_906_842_624n],
    ['.5 kB', 500n],
    ['007 B', 7n],
    ['0.4 B', 0n],
    ['0.5 B', 1n],
    ['1.5 B', 2n],
    ['2.5 B', 3n],
    ['0.4999999999999999999999 B', 0n],
    ['0.1 kB', 100n],
    ['0.0015 kB', 2n],
    ['1.1 KiB', 1126n],
    ['0.3 GB', 300_000_000n],
    ['9007.199254740993 PB', 9_007_199_254_740_993_000n],
    ['123456789012345678901234567890 PB', 123_456_789_012_345_678_901_234_567_890_000_000_000_000_000n],
  ])('%s', (words, bytes) => {
    expect(parseStorageSize(words)).toBe(bytes);
  });

  it.each([
    '',
    '.',
    'B',
    ' B',
    '1',
    '1.5',
    '1. B',
    '1  MB',
    ' 1 MB',
    '1 MB ',
    '1 MB\n',
    '1\tMB',
    '1\u00a0MB',
    '-1 MB',
    '+1 MB',
    '1,024 MB',
    '1_024 MB',
    '1e3 MB',
    '0x10 B',
    '1 K',
    '1 Ki',
    '1 iB',
    '1 EB',
    '1 bytes',
    '1 MBs',
    '١ MB',
    '1 ΚB',
    '1 \u212aB',
    'NaN MB',
    `${'1'.repeat(101)} B`,
    `${'1'.repeat(1_000_000)} B`,
  ])('refuses %j', (words) => {
    expect(parseStorageSize(words)).toBeNull();
  });

  it('rounds exactly, halves up', () => {
    fc.assert(
      fc.property(fc.nat(10 ** 9), fc.stringMatching(/^[0-9]{1,20}$/), (whole, fraction) => {
        const bytes = parseStorageSize(`${whole}.${fraction} KiB`);
        // 2 · bytes lies within one of 2 · the exact size, and on the upper end only when it is half way.
        const scale = 10n ** BigInt(fraction.length);
        const difference = 2n * (bytes ?? -1n) * scale - 2n * BigInt(`${whole}${fraction}`) * 1024n;
        expect(difference > -scale && difference <= scale).toBe(true);
      }),
    );
  });
});

it.each([
  ['0', '0 B'],
  ['1', '1 B'],
  ['1023', '1023 B'],
  ['1024', '1 KiB'],
  ['1536', '1.5 KiB'],
  ['1610612736', '1.5 GiB'],
  ['20000000', '19.07 MiB'],
  ['1048575', '1 MiB'],
  ['1048064', '1023.5 KiB'],
  ['1073741823', '1 GiB'],
  ['1099511627776', '1 TiB'],
  ['1125899906842624', '1 PiB'],
  ['9223372036854775807', '8 EiB'],
  ['100000000000000000000000', '86736.17 EiB'],
  ['123456789012345678901234567890', '1.23e+29 B'],
])('%s bytes are shown as %s', (digits, text) => {
  expect(formatStorageSize(digits)).toBe(text);
});
