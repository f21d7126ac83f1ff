import { isDeepStrictEqual } from 'node:util';
import fc from 'fast-check';
import { GraphQLError, parseValue } from 'graphql';
import { describe, expect, it } from 'vitest';
import { parseJson } from '../../clients/typescript/src/json/parse.ts';
import { stringifyJson } from '../../clients/typescript/src/json/stringify.ts';
import type { JsonValue } from '../../clients/typescript/src/json/value.ts';
import { literalToJson } from '../../src/schema/json-literal.ts';
import { anyJson } from '../support/json-arbitrary.ts';

const read = (literal: string, variables?: Record<string, unknown> | null) =>
  literalToJson(parseValue(literal), variables);

const isName = (key: string) => /^[_A-Za-z]\w*$/.test(key);

/** The literal that stands for a value in the query text; null when a key in it cannot be written there. */
const literalOf = (value: JsonValue): string | null => {
  if (Array.isArray(value)) {
    const values = value.map(literalOf);
    return values.includes(null) ? null : `[${values.join(', ')}]`;
  }
  if (typeof value !== 'object' || value === null) return stringifyJson(value);
  const members = Object.entries(value).map(([key, member]) => [key, literalOf(member)] as const);
  if (members.some(([key, member]) => !isName(key) || member === null)) return null;
  return `{${members.map(([key, member]) => `${key}: ${member}`).join(' ')}}`;
};

describe('literalToJson', () => {
  it('gives what the same JSON as a variable gives', () => {
    let compared = 0;
    fc.assert(
      fc.property(anyJson, (value) => {
        const literal = literalOf(value);
        if (literal === null) return true;
        compared++;
        return isDeepStrictEqual(read(literal), parseJson(stringifyJson(value)));
      }),
      { numRuns: 2000 },
    );
    expect(compared).toBeGreaterThan(500);
  });

  it.each([
    '1',
    '-1',
    '9007199254740991',
    '9007199254740993',
    '-9007199254740993',
    '0',
    '-0',
    '-0.0',
    '1.0',
    '1e5',
    '1e400',
    '0.1433',
    '5e-324',
  ])('%s is the same number as a variable', (text) => {
    expect(read(text)).toStrictEqual(parseJson(text, { keepFloats: true }));
    expect(read(`{a: [${text}]}`)).toStrictEqual(parseJson(`{"a":[${text}]}`, { keepFloats: true }));
  });

  it('takes __proto__ for a key like any other', () => {
    const value = read('{__proto__: {a: 1}, constructor: 2}') as object;
    expect(Object.getPrototypeOf(value)).toBe(Object.prototype);
    expect(Object.entries(value)).toStrictEqual([
      ['__proto__', { a: 1 }],
      ['constructor', 2],
    ]);
  });

  it('puts variables where they stand', () => {
    const list = [12345678901234567890n];
    expect(read('{a: $x, b: [$y]}', { x: list, y: null })).toStrictEqual({ a: list, b: [null] });
    expect(read('{a: $x}', null)).toStrictEqual({ a: null });
    expect(() => read('{a: [$x]}', {})).toThrow(/The variable \$x stands in a JSON value, but was not given/);
  });

  it('refuses enum values', () => {
    expect(() => read('{a: [RED]}')).toThrow(/JSON has no enum values: write "RED" in double quotes\./);
  });

  it('takes 64 levels in an object of keys to values, and no more', () => {
    const nested = (levels: number) => `{k: ${'['.repeat(levels)}${']'.repeat(levels)}}`;
    expect(read(nested(64))).toStrictEqual(parseJson(nested(64).replace('k', '"k"')));
    for (const literal of [nested(65), `${'{a: '.repeat(66)}1${'}'.repeat(66)}`]) {
      expect(() => read(literal)).toThrow(GraphQLError);
      expect(() => read(literal)).toThrow(/more than 64 lists or objects deep/);
    }
  });

  it('answers as a mistake of the caller, with the place', () => {
    try {
      read('{a: RED}');
      expect.unreachable();
    } catch (error) {
      expect(error).toMatchObject({ extensions: { code: 'BAD_USER_INPUT' }, locations: [{ line: 1, column: 5 }] });
    }
  });
});
