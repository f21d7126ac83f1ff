import { DType, Float, Path, StorageSize, Uri } from '../client/metadata-types.ts';
import { parseJson } from '../json/parse.ts';
import { UsageError } from './usage.ts';

const jsonScalar = /^(?:-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?|true|false|null)$/;
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

function readJson(text: string): unknown {
  let value: unknown;
  try {
    value = parseJson(text);
  } catch (error) {
    throw new UsageError(`json:${text} is not JSON: ${error instanceof Error ? error.message : String(error)}`);
  }
  if (overflows(value)) throw new UsageError(`json:${text} contains a number that is too large.`);
  return value;
}

function readFloat(text: string): Float {
  const named = nonFinite.get(text);
  if (named !== undefined) return Float(named);
  const number = /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(text) ? Number(text) : Number.NaN;
  return Number.isFinite(number) ? Float(number) : fail(text, 'a number that fits a double');
}

const readers: Record<string, (text: string) => unknown> = {
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

/** The value of `int:5`, `uri:s3://…` and the like; without a prefix a JSON scalar, or else a string. */
export function parseValue(text: string): unknown {
  const match = /^([a-z]+):/.exec(text);
  const read = match?.[1] !== undefined && Object.hasOwn(readers, match[1]) ? readers[match[1]] : undefined;
  if (match && read) return read(text.slice(match[0].length));
  return jsonScalar.test(text) ? readJson(text) : text;
}

/** The keys and values of `KEY=VALUE` arguments. Throws a UsageError, or the client's InvalidCallError for a wrong value. */
export function parseMetadata(args: readonly string[]): Map<string, unknown> {
  if (args.length === 0) throw new UsageError('log: give at least one KEY=VALUE.');
  return new Map(
    args.map((arg) => {
      const end = arg.indexOf('=');
      if (end <= 0) throw new UsageError(`log: ${JSON.stringify(arg)} is not KEY=VALUE.`);
      return [arg.slice(0, end), parseValue(arg.slice(end + 1))];
    }),
  );
}
