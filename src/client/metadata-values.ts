import { numberText } from '../json/number.ts';
import { badInput } from './errors.ts';
import { isTyped } from './metadata-types.ts';

/** The most lists and dicts that may be inside one another in a value. */
const maxDepth = 64;

/** One step of a path as a reader would write it: `.layers`, `[3]`, `["a b"]`. */
function member(key: string | number): string {
  return typeof key === 'number' ? `[${key}]` : /^[A-Za-z_$][\w$]*$/.test(key) ? `.${key}` : `[${JSON.stringify(key)}]`;
}

function refuse(path: string, what: string): never {
  throw badInput(`metadata${path}: ${what} has no form in the ledger. Log what it stands for, or leave it out.`);
}

function textOfString(text: string, path: string): string {
  if (text.includes('\0')) refuse(path, 'a string with NUL (U+0000) in it');
  if (/\p{Surrogate}/u.test(text)) refuse(path, 'a string with an unpaired surrogate in it');
  return JSON.stringify(text);
}

/** What is no finite number is written as the word for it. */
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

function nameOf(value: object): string {
  return value.constructor?.name || 'a class without a name';
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
  if (!isPlain(value)) refuse(path, `an instance of ${nameOf(value)} without toJSON()`);
  const symbol = Object.getOwnPropertySymbols(value)[0];
  if (symbol) refuse(path, `an object with the key ${String(symbol)}, which is not a string,`);
  return textOfDict(Object.entries(value), path, inside);
}

/**
 * The exact JSON of a value, at any depth: bigint in all its digits, -0 with its sign, NaN and ±Infinity as the strings
 * "NaN", "Infinity", "-Infinity", Date as ISO 8601, Set and typed arrays as lists, Map as an object, Uri() and its like as
 * the plain value, anything with toJSON() as what that gives.
 * Throws an InvalidCallError with the path to it for what has no form: function, symbol, undefined, other class
 * instances, what contains itself, what is nested more than 64 deep, NUL and unpaired surrogates.
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
