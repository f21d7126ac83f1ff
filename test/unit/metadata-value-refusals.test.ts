import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseJson } from '../../clients/typescript/src/json/parse.ts';
import { rawJson } from '../../clients/typescript/src/json/raw.ts';
import { parseMetadataValue } from '../../src/domain/value/metadata-value.ts';
import { RunledgerError } from '../../src/errors.ts';
import type { MetadataType } from '../../src/storage/rows.ts';

const limits = { maxValueBytes: 65_536 };

/** The refusal of a value under the key `a`; a test fails when there is none. */
const refusal = (value: unknown, type?: MetadataType, maxValueBytes = limits.maxValueBytes): RunledgerError => {
  try {
    parseMetadataValue(value, type, { key: 'a' }, { maxValueBytes });
  } catch (error) {
    if (error instanceof RunledgerError) return error;
    throw error;
  }
  throw new Error('It was not refused.');
};

const nested = (levels: number): unknown => JSON.parse('['.repeat(levels) + ']'.repeat(levels));

describe('what no type can hold is refused with the path to it', () => {
  const table: [name: string, value: unknown, path: string, problem: RegExp][] = [
    ['NUL', 'x\u0000', 'metadata["a"]', /has NUL \(U\+0000\).*: remove it\.$/],
    ['NUL deep down', { classes: [1, 2, 3, 'x\u0000'] }, 'metadata["a"].classes[3]', /has NUL/],
    ['NUL in a key', [{ 'b\u0000': 1 }], 'metadata["a"][0]["b\\u0000"]', /has a key with NUL/],
    ['a high surrogate', ['\ud800x'], 'metadata["a"][0]', /has an unpaired surrogate.*: remove it\.$/],
    ['a low surrogate', { x: { 'y z': 'x\udc00' } }, 'metadata["a"].x["y z"]', /has an unpaired surrogate/],
    ['surrogates in the wrong order', '\udc00\ud800', 'metadata["a"]', /has an unpaired surrogate/],
    ['a surrogate in a key', { '\ud800': 1 }, 'metadata["a"]["\\ud800"]', /has a key with an unpaired surrogate/],
    ['a number too large', parseJson('1e400'), 'metadata["a"]', /number too large for a double/],
    ['a number too large, nested', parseJson('{"b":[-1e400]}'), 'metadata["a"].b[0]', /number too large for a double/],
    ['NaN', [Number.NaN], 'metadata["a"][0]', /number too large/],
    ['undefined', undefined, 'metadata["a"]', /has no value/],
    ['undefined in an object', { b: undefined }, 'metadata["a"].b', /has no value/],
    ['a function', { b: () => 1 }, 'metadata["a"].b', /is not a JSON value/],
    ['a symbol', [Symbol('x')], 'metadata["a"][0]', /is not a JSON value/],
    ['a Date', [new Date(0)], 'metadata["a"][0]', /is not a JSON value/],
    ['a Map', new Map(), 'metadata["a"]', /is not a JSON value/],
    ['raw JSON', rawJson('{"a":1}'), 'metadata["a"]', /is not a JSON value/],
    ['__proto__', JSON.parse('{"__proto__":{"b":"\\u0000"}}'), 'metadata["a"].__proto__.b', /has NUL/],
  ];
  it.each(table)('%s', (_, value, path, problem) => {
    const error = refusal(value);
    expect(error.code).toBe('BAD_USER_INPUT');
    expect(error.message.startsWith(`${path} `)).toBe(true);
    expect(error.message).toMatch(problem);
    expect(error.details).toMatchObject({ path });
    expect(error.message).not.toMatch(/\p{Cc}|\p{Surrogate}/u);
  });

  it('finds NUL and unpaired surrogates wherever they stand', () => {
    const bad = fc.constantFrom('\u0000', '\ud800', '\udbff', '\udc00', '\udfff');
    const good = fc.string({ unit: 'grapheme', maxLength: 50 });
    fc.assert(
      fc.property(good, bad, good, (before, character, after) => {
        const text = `${before}${character}${after}`;
        const problem = character === '\u0000' ? 'has NUL' : 'has an unpaired surrogate';
        expect(refusal([text]).message).toContain(problem);
        expect(refusal({ [text]: 1 }).message).toContain(problem.replace('has', 'has a key with'));
      }),
    );
  });
});

describe('limits', () => {
  it('takes 64 levels and no more', () => {
    expect(parseMetadataValue(nested(64), null, { key: 'a' }, limits).type).toBe('LIST');
    const error = refusal(nested(65));
    expect(error.message).toContain('is more than 64 lists or objects deep');
    expect(error.message).toMatch(/^metadata\["a"\](\[0\]){8}…(\[0\]){8} is/);
    expect(error.details).toMatchObject({ limit: 64 });
    expect(refusal({ b: nested(64) }).message).toContain('more than 64');
    expect(refusal(nested(100_000)).message).toContain('more than 64');
  });

  it('takes values of up to the limit in bytes of compact JSON, and no more', () => {
    const size = (value: unknown, bytes: number) => {
      expect(Buffer.byteLength(JSON.stringify(value))).toBe(bytes);
      return value;
    };
    for (const value of [
      size('x'.repeat(65_534), 65_536),
      size('ж'.repeat(32_767), 65_536),
      size(['💥'.repeat(16_383)], 65_536),
      size({ ['x'.repeat(65_530)]: 1 }, 65_536),
      size(Array.from({ length: 32_768 }, () => 1).slice(1), 65_535),
    ]) {
      expect(parseMetadataValue(value, null, { key: 'a' }, limits).text).toBe(JSON.stringify(value));
    }
    expect(parseMetadataValue(parseJson('9'.repeat(65_536)), null, { key: 'a' }, limits).text).toBe('9'.repeat(65_536));
    for (const value of [
      size('x'.repeat(65_535), 65_537),
      size('ж'.repeat(32_768), 65_538),
      size('中'.repeat(21_845), 65_537),
      size(['💥'.repeat(16_384)], 65_540),
      size({ ['x'.repeat(65_531)]: 1 }, 65_537),
      size(['\n'.repeat(32_767)], 65_538),
      parseJson('9'.repeat(65_537)),
      Array.from({ length: 1_000_000 }, () => 'x'),
      'x'.repeat(4_000_000),
    ]) {
      const error = refusal(value);
      expect(error.message).toMatch(/^metadata\["a"\] is longer than 65536 bytes as compact JSON: shorten it/);
      expect(error.details).toMatchObject({ limit: 65_536, path: 'metadata["a"]' });
    }
    expect(refusal('xxxxxxxxx', 'STRING', 10).message).toContain('longer than 10 bytes');
  });
});

describe('a value that does not fit its type is refused with the key', () => {
  const table: [json: string, type: MetadataType, problem: string][] = [
    ['1', 'STRING', 'is not a string, but 1:'],
    ['null', 'STRING', 'is not a string, but null:'],
    ['1.5', 'INT', 'is not a whole number, but 1.5:'],
    ['"1"', 'INT', 'is not a whole number, but the string "1":'],
    ['true', 'INT', 'is not a whole number, but true:'],
    ['1e20', 'INT', 'is a whole number beyond 2^53: write all its digits, without fraction or exponent.'],
    ['"1.0"', 'FLOAT', 'but the string "1.0":'],
    ['"nan"', 'FLOAT', 'but the string "nan":'],
    ['"Infinity "', 'FLOAT', 'but the string "Infinity ":'],
    ['"NaN\\n"', 'FLOAT', 'but the string "NaN\\n":'],
    ['null', 'FLOAT', 'but null:'],
    ['9007199254740993', 'FLOAT', 'is an integer that no double holds exactly: log it as INT.'],
    ['9'.repeat(400), 'FLOAT', 'is an integer that no double holds exactly'],
    ['9'.repeat(5000), 'FLOAT', 'is an integer that no double holds exactly'],
    ['0', 'BOOLEAN', 'is not true or false, but 0:'],
    ['"true"', 'BOOLEAN', 'is not true or false'],
    ['"null"', 'NULL', 'is not null, but the string "null":'],
    ['{}', 'LIST', 'is not an array, but an object:'],
    ['[]', 'DICT', 'is not an object, but an array:'],
    ['{}', 'SET', 'is not an array, but an object:'],
    ['"abc"', 'SET', 'is not an array, but the string "abc":'],
    ['{}', 'TUPLE', 'is not an array'],
    ['9007199254740993', 'DICT', 'is not an object, but 9007199254740993:'],
    ['1', 'URI', 'is not a string, but 1:'],
    ['"/a/b"', 'URI', 'is not an absolute URI, but "/a/b": it needs a scheme'],
    ['"//host/a"', 'URI', 'it needs a scheme'],
    ['""', 'URI', 'it needs a scheme'],
    ['"s3:"', 'URI', 'it needs a scheme'],
    ['"1s:x"', 'URI', 'it needs a scheme'],
    ['" s3://b"', 'URI', 'it needs a scheme'],
    ['"C:\\\\x"', 'URI', 'looks like a path of Windows'],
    ['"c:/x"', 'URI', 'looks like a path of Windows'],
    ['"s3://a b"', 'URI', 'must be percent-encoded'],
    ['"s3://a\\n"', 'URI', 'must be percent-encoded'],
    ['"s3://a\\u0085"', 'URI', 'must be percent-encoded'],
    ['"s3://a\\u00a0b"', 'URI', 'must be percent-encoded'],
    ['"s3://{a}"', 'URI', 'must be percent-encoded'],
    ['"s3://a%2"', 'URI', 'two hex digits'],
    ['""', 'PATH', 'is not a string that is not empty, but the string "":'],
    ['1', 'PATH', 'is not a string that is not empty, but 1:'],
    ['""', 'DTYPE', 'is not a string that is not empty'],
    ['-1', 'STORAGE_SIZE', 'but -1:'],
    ['-0.0', 'STORAGE_SIZE', 'but -0.0:'],
    ['1.5', 'STORAGE_SIZE', 'but 1.5:'],
    ['-12345678901234567890', 'STORAGE_SIZE', 'but -12345678901234567890:'],
    ['1e20', 'STORAGE_SIZE', 'beyond 2^53'],
    ['"1.5"', 'STORAGE_SIZE', 'but the string "1.5":'],
    ['"12 apples"', 'STORAGE_SIZE', 'such as "1.5 GiB"'],
    ['null', 'STORAGE_SIZE', 'but null:'],
    ['[1]', 'STORAGE_SIZE', 'but an array:'],
  ];
  it.each(table)('%s as %s', (json, type, problem) => {
    const error = refusal(parseJson(json), type);
    expect(error.code).toBe('BAD_USER_INPUT');
    expect(error.message).toContain(problem);
    expect(error.message.startsWith(`metadata["a"] has type ${type} and is `)).toBe(true);
    expect(error.details).toStrictEqual({ key: 'a', path: 'metadata["a"]', type });
    expect(error.message.length).toBeLessThan(300);
  });

  it('names the path in the request where it is given, and quotes little of what was sent', () => {
    const where = { key: 'a', path: 'entries[3].value' };
    expect(() => parseMetadataValue('x', 'INT', where, limits)).toThrow(/^entries\[3\]\.value has type INT/);
    expect(() => parseMetadataValue(['\u0000'], null, where, limits)).toThrow(/^entries\[3\]\.value\[0\] has NUL/);
    expect(refusal('y'.repeat(10_000), 'INT').message).toContain(`the string "${'y'.repeat(60)}"…:`);
    const longKey = () => parseMetadataValue(1, 'STRING', { key: 'k'.repeat(200) }, limits);
    expect(longKey).toThrow(`metadata["${'k'.repeat(60)}"…] has type STRING`);
  });
});
