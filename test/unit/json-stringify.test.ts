import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isRawJson, rawJson } from '../../clients/typescript/src/json/raw.ts';
import { stringifyJson } from '../../clients/typescript/src/json/stringify.ts';
import { anyDouble, edgeDouble } from '../support/json-arbitrary.ts';

describe('stringifyJson', () => {
  it('writes as JSON.stringify does', () => {
    fc.assert(
      fc.property(fc.jsonValue({ stringUnit: 'binary' }), (value) => {
        // Its own spelling of whole doubles beyond 2^53 is tested below; JSON.stringify has no minus zero.
        expect(
          stringifyJson(value)
            .replaceAll(/(?<=\d{16})\.0(?=[\]},]|$)/g, '')
            .replaceAll('-0.0', '0'),
        ).toBe(JSON.stringify(value).replaceAll('-0.0', '0'));
      }),
      { numRuns: 1000 },
    );
  });

  it('writes every double so that it reads back to the bit', () => {
    fc.assert(
      fc.property(fc.oneof(anyDouble, edgeDouble), (value) => {
        expect(JSON.parse(stringifyJson(value))).toBe(value);
        expect(JSON.parse(stringifyJson({ a: [value] })).a[0]).toBe(value);
      }),
      { numRuns: 5000 },
    );
  });

  it.each([
    ['-0.0', -0],
    ['0', 0],
    ['100000000000000000000.0', 1e20],
    ['1e+21', 1e21],
    ['-9007199254740992.0', -9007199254740992],
    ['9007199254740991', 9007199254740991],
    ['null', Number.NaN],
    ['null', -Infinity],
    ['123456789012345678901234567890', 123456789012345678901234567890n],
    ['null', undefined],
    ['[null,null,null]', [undefined, () => 1, Symbol('a')]],
    ['{"b":1}', { a: undefined, b: 1, c: () => 1 }],
    ['"1970-01-01T00:00:00.000Z"', new Date(0)],
    ['"of "', { toJSON: (key: string) => `of ${key}` }],
    ['{"a":"of a","b":[null]}', { a: { toJSON: (key: string) => `of ${key}` }, b: [{ toJSON: () => undefined }] }],
    ['{"toJSON":1,"__proto__":{"toJSON":"x"}}', JSON.parse('{"toJSON":1,"__proto__":{"toJSON":"x"}}')],
    ['{"a":1}', Object.assign(Object.create(null), { a: 1 })],
    ['"\\ud800\\"\\\\\\u0000\u2028"', '\ud800"\\\u0000\u2028'],
    ['"\\udc00"', '\udc00'],
    ['{"\\ud800":1}', { '\ud800': 1 }],
    ['{"\\ud800\\"":1}', { '\ud800"': 1 }],
  ])('%s', (text, value) => {
    expect(stringifyJson(value)).toBe(text);
  });

  it('writes raw JSON as it is, wherever it stands', () => {
    const raw = rawJson('[1.50, 12345678901234567890]');
    expect(stringifyJson({ data: { a: raw, b: [raw] } })).toBe(
      '{"data":{"a":[1.50, 12345678901234567890],"b":[[1.50, 12345678901234567890]]}}',
    );
    expect(JSON.stringify({ a: rawJson('[1.50]') })).toBe('{"a":[1.5]}');
  });

  it('cannot be led to take data for raw JSON', () => {
    const forged = JSON.parse('{"text":"}","__proto__":{"text":"}"}}');
    expect(isRawJson(forged)).toBe(false);
    expect(isRawJson({ text: '1', toJSON: () => 1 })).toBe(false);
    expect(isRawJson(null)).toBe(false);
    expect(isRawJson(rawJson('1'))).toBe(true);
    expect(stringifyJson(forged)).toBe('{"text":"}","__proto__":{"text":"}"}}');
  });

  it('writes the same after very many different names', () => {
    const wide = Object.fromEntries(Array.from({ length: 60_000 }, (_, index) => [`"${index}`, index]));
    expect(stringifyJson(wide)).toBe(JSON.stringify(wide));
    expect(stringifyJson(wide)).toBe(JSON.stringify(wide));
  });
});
