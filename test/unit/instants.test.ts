import fc from 'fast-check';
import { expect, test } from 'vitest';
import { instantText } from '../../src/graphql/plan/instant.ts';
import { readInstant } from '../../src/storage/postgres/row-types.ts';

// Instants are read and written in a way of our own, because there are so many: it must be the usual one's twin.

const instants = fc.date({
  min: new Date('0001-01-01T00:00:00Z'),
  max: new Date('9999-12-31T23:59:59.999Z'),
  noInvalidDate: true,
});
const ofOneDay = fc.nat(86_399_999).map((ms) => new Date(Date.parse('2026-11-24') + ms));
const some = fc.oneof(instants, ofOneDay, ofOneDay);

/** As Postgres writes it: no zeros behind the last digit, and microseconds where there are any. */
function toPostgres(instant: Date, micros: number): string {
  const [date, time] = instant.toISOString().slice(0, -1).split('T') as [string, string];
  const digits = `${time.slice(9)}${String(micros).padStart(3, '0')}`.replace(/0+$/, '');
  return `${date} ${time.slice(0, 8)}${digits === '' ? '' : `.${digits}`}+00`;
}

test('an instant is written as toISOString writes it', () => {
  fc.assert(
    fc.property(some, (instant) => {
      expect(instantText(instant)).toBe(instant.toISOString());
    }),
    { numRuns: 2_000 },
  );
  for (const ms of [-62_167_219_200_001, -62_167_219_200_000, -1, 0, 253_402_300_799_999, 253_402_300_800_000, 8.64e15])
    expect(instantText(new Date(ms))).toBe(new Date(ms).toISOString());
  expect(() => instantText(new Date(Number.NaN))).toThrow(RangeError);
});

test('an instant of Postgres is read to the millisecond', () => {
  fc.assert(
    fc.property(some, fc.constantFrom(0, 1, 120, 999), (instant, micros) => {
      expect(readInstant(toPostgres(instant, micros)).getTime()).toBe(instant.getTime());
    }),
    { numRuns: 2_000 },
  );
});

test('an instant in another form is read as the driver reads it', () => {
  expect(readInstant('2026-11-24 10:30:00.5+01').toISOString()).toBe('2026-11-24T09:30:00.500Z');
  expect(readInstant('0044-03-15 12:00:00+00 BC').getUTCFullYear()).toBe(-43);
  expect(readInstant('infinity')).toBe(Number.POSITIVE_INFINITY);
});
