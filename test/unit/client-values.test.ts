import { expect, test } from 'vitest';
import { InvalidCallError } from '../../clients/typescript/src/errors.ts';
import { parseJson } from '../../clients/typescript/src/json/parse.ts';
import { callsOf, targetOf, textOfCall } from '../../clients/typescript/src/log-input.ts';
import {
  checkName,
  type MetadataValue,
  textsOfEntries,
  utf8Length,
} from '../../clients/typescript/src/metadata-entries.ts';
import { DType, Float, Path, StorageSize, Tuple, Uri } from '../../clients/typescript/src/metadata-types.ts';
import { newUuid } from '../../clients/typescript/src/uuid.ts';
import { parseMetadata } from '../../src/cli/key-values.ts';
import { joinHyphens } from '../../src/cli/spec/parse.ts';
import { logSpec } from '../../src/cli/spec/record.ts';
import { parseValue } from '../../src/cli/value.ts';

/** The value and type of the one entry that `value` becomes. */
const entry = (value: unknown) => {
  const [text] = textsOfEntries(new Map([['k', value as MetadataValue]]));
  return text?.replace('{"key":"k","value":', '').replace(/}$/, '');
};

class Opaque {
  readonly secret = 1;
}
const cyclic: { self?: unknown } = {};
cyclic.self = [cyclic];
const twice = [5];
const deep = (depth: number): unknown => (depth === 0 ? 1 : [deep(depth - 1)]);

test.each([
  ['a string', 'a"b', '"a\\"b"'],
  ['true', true, 'true'],
  ['null', null, 'null'],
  ['an integer', 5, '5'],
  ['a fraction', 0.1433, '0.1433'],
  ['minus zero', -0, '-0.0'],
  ['the smallest double', 5e-324, '5e-324'],
  ['a double that is a large integer', 1e17, '100000000000000000.0'],
  ['NaN', Number.NaN, '"NaN","type":"FLOAT"'],
  ['-Infinity', Number.NEGATIVE_INFINITY, '"-Infinity","type":"FLOAT"'],
  ['bigint', 9007199254740993n, '9007199254740993'],
  ['Set', new Set([1, 1, 'a']), '[1,"a"],"type":"SET"'],
  ['Map', new Map([['a', new Map([['b', 1n]])]]), '{"a":{"b":1}}'],
  ['Date', new Date(0), '"1970-01-01T00:00:00.000Z"'],
  ['typed array', new Float64Array([0.5, Number.NaN]), '[0.5,"NaN"]'],
  ['bigint array', new BigInt64Array([2n ** 62n]), '[4611686018427387904]'],
  ['toJSON', { toJSON: () => [1n] }, '[1]'],
  ['an object without prototype', Object.assign(Object.create(null), { a: 1 }), '{"a":1}'],
  ['__proto__', JSON.parse('{"__proto__":1}'), '{"__proto__":1}'],
  ['Uri', Uri('s3://b/m'), '"s3://b/m","type":"URI"'],
  ['Uri of a URL', Uri(new URL('https://a/b')), '"https://a/b","type":"URI"'],
  ['Path', Path('/x'), '"/x","type":"PATH"'],
  ['DType', DType('float32'), '"float32","type":"DTYPE"'],
  ['StorageSize', StorageSize(2n ** 60n), '1152921504606846976,"type":"STORAGE_SIZE"'],
  ['StorageSize in words', StorageSize('1.5 GiB'), '"1.5 GiB","type":"STORAGE_SIZE"'],
  ['Tuple', Tuple([1, [2]]), '[1,[2]],"type":"TUPLE"'],
  ['Float', Float(1), '1,"type":"FLOAT"'],
  ['types within a list', [Uri('s3://b'), StorageSize(5), new Set([1])], '["s3://b",5,[1]]'],
  ['64 nested lists', deep(64), `${'['.repeat(64)}1${']'.repeat(64)}`],
  ['the same object twice, not within itself', [twice, twice], '[[5],[5]]'],
])('%s can be stored', (_, value, text) => {
  expect(entry(value)).toBe(text);
});

test.each([
  ['undefined', undefined, 'metadata.k: undefined'],
  ['a function', [() => 1], 'metadata.k[0]: a function'],
  ['a symbol', { a: [Symbol('s')] }, 'metadata.k.a[0]: a symbol'],
  ['a class instance', { 'b c': new Opaque() }, 'metadata.k["b c"]: an instance of Opaque without toJSON()'],
  ['an Error', new RangeError('x'), 'metadata.k: an instance of RangeError'],
  ['a hole', new Array(1), 'metadata.k[0]: undefined'],
  ['a cycle', cyclic, 'metadata.k.self[0]: a value that contains itself'],
  ['an invalid Date', new Date(Number.NaN), 'metadata.k: an invalid Date'],
  ['a Map with other keys', { m: new Map([[1, 2]]) }, 'metadata.k.m: a Map with the key 1'],
  ['a symbol as key', { [Symbol('s')]: 1 }, 'metadata.k: an object with the key Symbol(s)'],
  ['NUL', 'a\0', 'metadata.k: a string that contains NUL'],
  ['an unpaired surrogate', ['\ud800'], 'metadata.k[0]: a string that contains an unpaired surrogate'],
  ['65 nested lists', deep(65), 'a list or dict inside 64 others'],
  ['a DataView', new DataView(new ArrayBuffer(1)), 'metadata.k: an instance of DataView'],
])('%s is refused by name, with its path', (_, value, message) => {
  expect(() => entry(value)).toThrow(InvalidCallError);
  expect(() => entry(value)).toThrow(message);
});

test('keys and names are checked before anything is sent', () => {
  for (const key of ['', '  ', 'a\nb', '\u0085', '\ud800', 'é'.repeat(128)])
    expect(() => textsOfEntries({ [key]: 1 })).toThrow('key');
  expect(textsOfEntries({ ['é'.repeat(127)]: 1 })).toHaveLength(1);
  expect(() => textsOfEntries({})).toThrow('nothing to log');
  expect(() => textsOfEntries({ a: 1 }, 0.5)).toThrow('iteration');
  expect(() => checkName('a::b', 'step')).toThrow('"::"');
  expect(() => checkName('0'.repeat(32), 'run')).toThrow('looks like an id');
});

test('type functions refuse what does not fit the type', () => {
  expect(() => Uri('/a/path')).toThrow('absolute URI');
  expect(() => Path('')).toThrow('not empty');
  for (const size of [-1, 0.5, 2 ** 53, '5', '5 XB', '-1 kB']) expect(() => StorageSize(size)).toThrow('StorageSize');
});

test('a large call becomes several requests, each with an id of its own', () => {
  const metadata = Object.fromEntries(Array.from({ length: 2_500 }, (_, index) => [`k${index}`, index]));
  const inputs = callsOf(metadata, { run: 'r' }).map((call) => JSON.parse(textOfCall(call)));
  expect(inputs.map(({ entries }) => entries.length)).toEqual([1000, 1000, 500]);
  expect(new Set(inputs.map(({ requestId }) => requestId)).size).toBe(3);
  const large = Object.fromEntries(Array.from({ length: 40 }, (_, index) => [`k${index}`, 'é'.repeat(30_000)]));
  expect(callsOf(large, { run: 'r' }).length).toBe(3);
});

test('a target names one thing', () => {
  const stepId = newUuid();
  expect(targetOf({ stepId })).toEqual({ stepId });
  expect(targetOf({ run: 'r', stepName: 's', attempt: 2 })).toEqual({ step: { run: 'r', name: 's', attempt: 2 } });
  expect(() => targetOf({ stepId: 'x' })).toThrow('UUID');
});

test('ids are UUIDs of version 7 that sort by time', () => {
  const ids = [newUuid(1), newUuid(2 ** 40), newUuid(), newUuid(Date.now() + 5)];
  for (const id of ids) expect(id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
  expect([...ids].sort()).toEqual(ids);
  expect(utf8Length('aé€😀')).toBe(Buffer.byteLength('aé€😀'));
});

test('the command line reads values by prefix, else as a JSON scalar, else as a string', () => {
  const read = (text: string) => entry(parseValue(text));
  expect(['1', '-0', '1.50', 'true', 'null', '01', 'x', '{"a":1}', 's3://b'].map(read)).toEqual([
    '1',
    '-0.0',
    '1.5',
    'true',
    'null',
    '"01"',
    '"x"',
    '"{\\"a\\":1}"',
    '"s3://b"',
  ]);
  expect(
    ['int:9007199254740993', 'float:1', 'float:NaN', 'str:5', 'bool:false', 'json:[1.0,12345678901234567890]'].map(
      read,
    ),
  ).toEqual([
    '9007199254740993',
    '1,"type":"FLOAT"',
    '"NaN","type":"FLOAT"',
    '"5"',
    'false',
    '[1,12345678901234567890]',
  ]);
  expect(['uri:s3://b', 'size:1.5GiB', 'size:7', 'path:/a', 'dtype:int8'].map(read)).toEqual([
    '"s3://b","type":"URI"',
    '"1.5GiB","type":"STORAGE_SIZE"',
    '7,"type":"STORAGE_SIZE"',
    '"/a","type":"PATH"',
    '"int8","type":"DTYPE"',
  ]);
  for (const text of [
    'int:1.5',
    'float:x',
    'float:1e999',
    'bool:1',
    'json:{',
    'json:[1e999]',
    '1e999',
    'uri:x',
    'size:x',
  ])
    expect(() => parseValue(text), text).toThrow();
  expect(parseJson(read('json:{"a":[9007199254740993]}') ?? '')).toEqual({ a: [9007199254740993n] });
});

test.each([
  ['.5', '0.5'],
  ['-.5', '-0.5'],
  ['+.5e1', '5,"type":"FLOAT"'],
  ['+3', '3'],
  ['-3', '-3'],
  ['+12345678901234567890', '12345678901234567890'],
  ['1.0', '1,"type":"FLOAT"'],
  ['1.', '1,"type":"FLOAT"'],
  ['1e5', '100000,"type":"FLOAT"'],
  ['+0.25', '0.25'],
])('the command line reads %s as a number', (text, form) => {
  expect(entry(parseValue(text))).toBe(form);
});

test.each(['.', '+', '-', '+-1', '1_000', '0x10', '007', '1.2.3', '1e', 'e5', '+ 3', 'NaN'])(
  'the command line reads %j as a string',
  (text) => {
    expect(entry(parseValue(text))).toBe(JSON.stringify(text));
  },
);

const files: Record<string, string> = {
  'cfg.json': '{ "a": [1, 9007199254740993],\n "b": "é" }\n',
  'text.txt': 'not JSON',
  'large.json': '[1e999]',
  '-': '42\n',
};
const read = async (path: string) => {
  const text = files[path];
  if (text === undefined) throw new Error(`ENOENT: no such file, open '${path}'`);
  return text;
};

test('the command line reads a JSON value from a file by @FILE, and from standard input by @-', async () => {
  const metadata = await parseMetadata(['cfg=@cfg.json', 'rows=@-', 'user=str:@alice', 'at=@', 'mail=a@b'], read);
  expect([...metadata]).toEqual([
    ['cfg', { a: [1, 9007199254740993n], b: 'é' }],
    ['rows', 42],
    ['user', '@alice'],
    ['at', '@'],
    ['mail', 'a@b'],
  ]);
});

test.each([
  [['a=1', 'b=2', 'a=3'], 'the key "a" is given twice'],
  [['caf\u00e9=1', 'cafe\u0301=2'], 'is given twice'],
  [['a=@missing.json'], 'a=@missing.json: ENOENT'],
  [['a=@missing.json'], 'a=str:@missing.json'],
  [['a=@text.txt'], 'a=@text.txt: not JSON'],
  [['a=@large.json'], 'a=@large.json: contains a number that is too large'],
  [['a=@-', 'b=@-'], 'standard input can be read once'],
  [['a'], '"a" is not KEY=VALUE'],
  [[], 'at least one KEY=VALUE'],
])('the command line refuses %j', async (args, message) => {
  await expect(parseMetadata(args, read)).rejects.toThrow(message);
  await expect(parseMetadata(args, read)).rejects.toMatchObject({ name: 'UsageError' });
});

test('a negative number may follow its option as a word of its own', () => {
  expect(joinHyphens(['a=-1', '--iteration', '-1', '--json', '--run', '-x', '--', '-2'], logSpec.options)).toEqual([
    'a=-1',
    '--iteration=-1',
    '--json',
    '--run',
    '-x',
    '--',
    '-2',
  ]);
});
