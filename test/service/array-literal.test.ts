import fc from 'fast-check';
import { expect } from 'vitest';
import { arrayLiteral } from '../../src/storage/postgres/array-literal.ts';
import { test } from '../support/test.ts';

const odd = [
  '',
  ' ',
  'NULL',
  'null',
  '{}',
  '{',
  '}',
  ',',
  '"',
  '""',
  '\\',
  '\\\\',
  '\\"',
  "'",
  '$1',
  '\n',
  '\t',
  'é',
  '😀',
  '\u2028',
];
const text = fc.oneof(
  fc.constantFrom(...odd),
  fc.string({ unit: 'binary' }).map((any) => any.replaceAll('\0', '')),
  fc.array(fc.constantFrom(...odd), { maxLength: 6 }).map((parts) => parts.join('')),
);

test('Postgres reads back every text and every null as it was', async ({ service }) => {
  await fc.assert(
    fc.asyncProperty(fc.array(fc.option(text), { maxLength: 30 }), async (elements) => {
      const rows = await service.sql(
        'SELECT element FROM unnest($1::text[]) WITH ORDINALITY AS e(element, n) ORDER BY n',
        [arrayLiteral(elements)],
      );
      expect(rows.map(({ element }) => element)).toEqual(elements);
    }),
    { numRuns: 200 },
  );
});

test('numbers and truth values too', async ({ service }) => {
  const read = async (elements: Parameters<typeof arrayLiteral>[0], type: string) =>
    (await service.sql(`SELECT to_json($1::${type}[])::text AS text`, [arrayLiteral(elements)]))[0].text;
  expect(await read([9223372036854775807n, null, 0], 'bigint')).toBe('[9223372036854775807,null,0]');
  expect(await read([true, false, null], 'bool')).toBe('[true,false,null]');
  expect(await read([], 'int')).toBe('[]');
});
