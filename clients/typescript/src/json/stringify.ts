import { numberText } from './number.ts';
import { isRawJson } from './raw.ts';

/**
 * The compact JSON text of a tree, as `JSON.stringify` with these differences: `RawJson` is written as its text, a
 * bigint as its digits, −0 as `-0.0`, a whole double beyond ±(2^53 − 1) with `.0` or an exponent (so that it reads
 * back as a double); and what has no JSON at the top, such as undefined, is `null`.
 * @throws RangeError when the tree has a cycle, or thousands of lists and objects inside one another.
 */
export function stringifyJson(value: unknown): string {
  return write(value, '') ?? 'null';
}

// Constants, unlike declared functions, are known never to change: the engine calls them several per cent faster here, in the
// hottest code of all.

const write = (value: unknown, key: string): string | undefined => {
  switch (typeof value) {
    case 'string':
      return stringText(value);
    case 'number':
      return Number.isFinite(value) ? numberText(value) : 'null';
    case 'boolean':
      return value ? 'true' : 'false';
    case 'bigint':
      return value.toString();
    case 'object':
      return value === null ? 'null' : writeObject(value, key);
    default:
      return undefined;
  }
};

const writeObject = (value: object, key: string): string | undefined => {
  if (Array.isArray(value)) return writeList(value);
  if (isRawJson(value)) return value.text;
  const { toJSON } = value as { toJSON?: unknown };
  if (typeof toJSON === 'function') return write(toJSON.call(value, key), key);
  let text = '{';
  let separator = '';
  for (const name of Object.keys(value)) {
    const member = write((value as Record<string, unknown>)[name], name);
    if (member === undefined) continue;
    text += separator + written(name) + member;
    separator = ',';
  }
  return `${text}}`;
};

const writeList = (values: readonly unknown[]): string => {
  let text = '[';
  for (let index = 0; index < values.length; index++) {
    text += (index > 0 ? ',' : '') + (write(values[index], `${index}`) ?? 'null');
  }
  return `${text}]`;
};

// Whatever JSON.stringify escapes: quote, backslash, C0, and surrogates that may be unpaired.
const needsEscape = /["\\\u0000-\u001f\ud800-\udfff]/;
/** The JSON text of a string. */
export const stringText = (text: string): string => {
  return needsEscape.test(text) ? JSON.stringify(text) : `"${text}"`;
};

// The names of a response are few and come again and again: looking one up costs a third of quoting it.
const names = new Map<string, string>();
const maxNames = 1000;
const maxNameLength = 64;
// Data with ever new keys must neither fill the memory nor, for long, the place of the names.
const missesBeforeRenewal = 50_000;
let misses = 0;

const written = (name: string): string => {
  const known = names.get(name);
  if (known !== undefined) return known;
  const text = `${stringText(name)}:`;
  if (++misses === missesBeforeRenewal) {
    names.clear();
    misses = 0;
  }
  if (names.size < maxNames && name.length <= maxNameLength) names.set(name, text);
  return text;
};
