import type { MetadataValue } from '@runledger/client/internal/metadata-entries';
import { DType, Float, Path, StorageSize, Uri } from '@runledger/client/internal/metadata-types';
import type { JsonValue } from '@runledger/client/json';
import { parseJson } from '@runledger/client/json';
import { UsageError } from './spec/usage-error.ts';

const integer = /^[+-]?(?:0|[1-9]\d*)$/;
const decimal = /^[+-]?(?:(?:0|[1-9]\d*)(?:\.\d*)?|\.\d+)(?:e[+-]?\d+)?$/i;
const words = new Map([
  ['true', true],
  ['false', false],
  ['null', null],
]);
const nonFinite = new Map([
  ['NaN', Number.NaN],
  ['Infinity', Number.POSITIVE_INFINITY],
  ['-Infinity', Number.NEGATIVE_INFINITY],
]);

function fail(text: string, what: string): never {
  throw new UsageError(`${JSON.stringify(text)} is not ${what}.`);
}

/** Whether it contains a number too large for a double, which must not silently become something else. */
function overflows(value: unknown): boolean {
  if (typeof value === 'object' && value !== null) return Object.values(value).some(overflows);
  return typeof value === 'number' && !Number.isFinite(value);
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** Parses JSON. Throws an error that says what is wrong with it. */
export function parseValueJson(text: string): JsonValue {
  let value: JsonValue;
  try {
    value = parseJson(text, { keepFloats: true });
  } catch (error) {
    throw new UsageError(`not JSON: ${messageOf(error)}`);
  }
  if (overflows(value)) throw new UsageError('contains a number that is too large.');
  return value;
}

function readJson(text: string): JsonValue {
  try {
    return parseValueJson(text);
  } catch (error) {
    throw new UsageError(`json:${text}: ${messageOf(error)}`);
  }
}

function readFloat(text: string): Float {
  const named = nonFinite.get(text);
  if (named !== undefined) return Float(named);
  const number = /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(text) ? Number(text) : Number.NaN;
  return Number.isFinite(number) ? Float(number) : fail(text, 'a number that fits a double');
}

const readers: Record<string, (text: string) => MetadataValue> = {
  int: (text) => (/^[+-]?\d+$/.test(text) ? BigInt(text.replace('+', '')) : fail(text, 'an integer')),
  float: readFloat,
  str: (text) => text,
  bool: (text) => (text === 'true' || text === 'false' ? text === 'true' : fail(text, 'true or false')),
  json: readJson,
  uri: Uri,
  path: Path,
  dtype: DType,
  size: (text) => StorageSize(/^\d+$/.test(text) ? BigInt(text) : text),
};

/** What a text without a prefix means: a number, true, false, null, or else the text itself. */
function readBare(text: string): MetadataValue {
  // An integer has no zero with a sign.
  if (text === '-0') return -0;
  if (integer.test(text)) return BigInt(text.replace('+', ''));
  const word = words.get(text);
  if (!decimal.test(text)) return word === undefined ? text : word;
  const number = Number(text);
  if (!Number.isFinite(number)) fail(text, 'a number that fits a double');
  return Number.isInteger(number) ? Float(number) : number;
}

/** The value of `int:5`, `uri:s3://…` and the like; without a prefix that of a number or word, else the text. */
export function parseValue(text: string): MetadataValue {
  const match = /^([a-z]+):/.exec(text);
  const read = match?.[1] !== undefined && Object.hasOwn(readers, match[1]) ? readers[match[1]] : undefined;
  return match && read ? read(text.slice(match[0].length)) : readBare(text);
}
