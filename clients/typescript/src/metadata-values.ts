import { badInput } from './errors.ts';
import { numberText } from './json/number.ts';
import { isTyped } from './metadata-types.ts';

/** How deep lists and dicts may be nested in a value. */
const maxDepth = 64;

/** One part of a path as it is written in code: `.layers`, `[3]`, `["a b"]`. */
function member(key: string | number): string {
  if (typeof key === 'number') return `[${key}]`;
  return /^[A-Za-z_$][\w$]*$/.test(key) ? `.${key}` : `[${JSON.stringify(key)}]`;
}

function refuse(path: string, what: string): never {
  throw badInput(`metadata${path}: ${what} cannot be stored. Log what it stands for, or leave it out.`);
}

function textOfString(text: string, path: string): string {
  if (text.includes('\0')) refuse(path, 'a string that contains NUL (U+0000)');
  if (/\p{Surrogate}/u.test(text)) refuse(path, 'a string that contains an unpaired surrogate');
  return JSON.stringify(text);
}

/** NaN and ±Infinity are written as strings: "NaN", "Infinity", "-Infinity". */
function textOfNumber(number: number): string {
  return Number.isFinite(number) ? numberText(number) : `"${number}"`;
}

function isTypedArray(value: object): value is Iterable<number | bigint> & object {
  return ArrayBuffer.isView(value) && !(value instanceof DataView);
}

function isPlain(value: object): boolean {
  const prototype = Object.getPrototypeOf(value);
  return prototype === null || Object.getPrototypeOf(prototype) === null;
}

function classNameOf(value: object): string {
  return value.constructor?.name || 'an anonymous class';
}

function textOfList(items: Iterable<unknown>, path: string, within: object[]): string {
  const texts: string[] = [];
  for (const item of items) texts.push(textOfValue(item, path + member(texts.length), within));
  return `[${texts.join(',')}]`;
}

function textOfDict(entries: Iterable<readonly [unknown, unknown]>, path: string, within: object[]): string {
  const texts: string[] = [];
  for (const [key, value] of entries) {
    if (typeof key !== 'string') refuse(path, `a Map with the key ${String(key)}, which is not a string,`);
    texts.push(`${textOfString(key, path)}:${textOfValue(value, path + member(key), within)}`);
  }
  return `{${texts.join(',')}}`;
}

function textOfObject(value: object, path: string, within: object[]): string {
  if (isTyped(value)) return textOfValue(value.value, path, within);
  if (value instanceof Date && Number.isNaN(value.getTime())) refuse(path, 'an invalid Date');
  if (within.includes(value)) refuse(path, 'a value that contains itself');
  if (within.length === maxDepth) refuse(path, `a list or dict inside ${maxDepth} others`);
  const inside = [...within, value];
  if (Array.isArray(value) || value instanceof Set || isTypedArray(value)) return textOfList(value, path, inside);
  if (value instanceof Map) return textOfDict(value, path, inside);
  if ('toJSON' in value && typeof value.toJSON === 'function') return textOfValue(value.toJSON(), path, inside);
  if (!isPlain(value)) refuse(path, `an instance of ${classNameOf(value)} without toJSON()`);
  const symbol = Object.getOwnPropertySymbols(value)[0];
  if (symbol) refuse(path, `an object with the key ${String(symbol)}, which is not a string,`);
  return textOfDict(Object.entries(value), path, inside);
}

/**
 * The exact JSON of a value, at any depth: a bigint with all its digits, -0 with its sign, NaN and ±Infinity as the strings
 * "NaN", "Infinity", "-Infinity", a Date as ISO 8601, Sets and typed arrays as lists, a Map as an object, Uri() and the
 * like as the plain value, anything with toJSON() as what that returns.
 * Throws an InvalidCallError with the path to whatever cannot be stored: functions, symbols, undefined, instances of
 * other classes, a value that contains itself, more than 64 levels of nesting, NUL and unpaired surrogates.
 */
export function textOfValue(value: unknown, path = '', within: object[] = []): string {
  switch (typeof value) {
    case 'string':
      return textOfString(value, path);
    case 'number':
      return textOfNumber(value);
    case 'boolean':
      return value ? 'true' : 'false';
    case 'bigint':
      return value.toString();
    case 'object':
      return value === null ? 'null' : textOfObject(value, path, within);
    case 'undefined':
      return refuse(path, 'undefined');
    default:
      return refuse(path, `a ${typeof value}`);
  }
}
