import { badInput } from '../errors.ts';
import { floatText } from '../json/number.ts';
import { uriProblem } from './absolute-uri.ts';
import { equalityKey } from './json-equality.ts';
import type { MetadataType } from './metadata-type.ts';
import { quote } from './quote.ts';
import { numberSortKey, otherSortKey, type SortKey, textSortKey } from './sort-key.ts';
import { parseStorageSize } from './storage-size.ts';
import { formatPath } from './value-path.ts';
import { type ValueLimits, valueText } from './value-text.ts';

/** A value as it is stored: `text` is its compact JSON, to the digit. */
export type StoredValue = { type: MetadataType; text: string } & SortKey;

/** Which value is being read, for messages: its key, and its path in the request where that is not `metadata["key"]`. */
export type ValueWhere = { key: string; path?: string };

type Checked = { value: unknown; text: string; root: string; key: string };

/**
 * Checks a parsed JSON value against its type, or infers the type when that is left out, and gives what to store.
 * A whole number below 2^53 is INT however it was spelt, unless `type` says FLOAT; −0 is a FLOAT.
 * @throws BAD_USER_INPUT naming the key and the path inside the value: a type it does not fit, something that
 * cannot be stored, or a limit.
 */
export const parseMetadataValue = (
  value: unknown,
  type: MetadataType | null | undefined,
  where: ValueWhere,
  limits: ValueLimits,
): StoredValue => {
  const root = where.path ?? `metadata[${quote(where.key)}]`;
  const text = valueText(value, root, limits);
  const checked = { value, text, root, key: where.key };
  const stored = type === null || type === undefined ? inferred(checked) : parsers[type](checked);
  if (stored !== null) return stored;
  throw misfit(checked, type as MetadataType);
};

/**
 * The compact JSON of what a filter compares with, under the same rules as a value. `where` is its path in the request.
 * @throws BAD_USER_INPUT as {@link parseMetadataValue}.
 */
export const parseJsonOperand = (value: unknown, where: string, limits: ValueLimits): string =>
  valueText(value, where, limits);

const inferred = (checked: Checked): StoredValue => {
  const { value, text } = checked;
  switch (typeof value) {
    case 'string':
      return { type: 'STRING', text, ...textSortKey(value) };
    case 'boolean':
      return { type: 'BOOLEAN', text, ...otherSortKey() };
    case 'bigint':
      return number('INT', text);
    case 'number':
      return Number.isSafeInteger(value) && !Object.is(value, -0)
        ? number('INT', text)
        : number('FLOAT', floatText(value));
    default:
      return { type: value === null ? 'NULL' : Array.isArray(value) ? 'LIST' : 'DICT', text, ...otherSortKey() };
  }
};

/** Each gives what to store, or null when the value is not of the type. */
const parsers: Readonly<Record<MetadataType, (checked: Checked) => StoredValue | null>> = {
  STRING: ({ value, text }) => (typeof value === 'string' ? { type: 'STRING', text, ...textSortKey(value) } : null),
  INT: (checked) => {
    const { value, text } = checked;
    if (typeof value === 'bigint') return number('INT', text);
    if (typeof value !== 'number' || !Number.isInteger(value)) return null;
    mustBeExact(checked, value);
    return number('INT', Object.is(value, -0) ? '-0' : text);
  },
  FLOAT: (checked) => {
    const { value, text } = checked;
    if (value === 'NaN' || value === 'Infinity' || value === '-Infinity') {
      return { type: 'FLOAT', text, ...otherSortKey() };
    }
    if (typeof value === 'bigint') return number('FLOAT', floatText(exactDouble(checked, value)));
    return typeof value === 'number' ? number('FLOAT', floatText(value)) : null;
  },
  BOOLEAN: ({ value, text }) => (typeof value === 'boolean' ? { type: 'BOOLEAN', text, ...otherSortKey() } : null),
  NULL: ({ value, text }) => (value === null ? { type: 'NULL', text, ...otherSortKey() } : null),
  LIST: ({ value, text }) => (Array.isArray(value) ? { type: 'LIST', text, ...otherSortKey() } : null),
  DICT: ({ value, text }) =>
    typeof value === 'object' && value !== null && !Array.isArray(value)
      ? { type: 'DICT', text, ...otherSortKey() }
      : null,
  SET: ({ value, root }) =>
    Array.isArray(value) ? { type: 'SET', text: setText(value, root), ...otherSortKey() } : null,
  TUPLE: ({ value, text }) => (Array.isArray(value) ? { type: 'TUPLE', text, ...otherSortKey() } : null),
  URI: (checked) => {
    const { value, text } = checked;
    if (typeof value !== 'string') return null;
    const problem = uriProblem(value);
    if (problem !== null) throw refused(checked, `is no absolute URI (${quote(value)}): ${problem}.`, 'URI');
    return { type: 'URI', text, ...textSortKey(value) };
  },
  PATH: ({ value, text }) =>
    typeof value === 'string' && value !== '' ? { type: 'PATH', text, ...textSortKey(value) } : null,
  DTYPE: ({ value, text }) =>
    typeof value === 'string' && value !== '' ? { type: 'DTYPE', text, ...textSortKey(value) } : null,
  STORAGE_SIZE: (checked) => {
    const { value } = checked;
    if (typeof value === 'number' && Number.isInteger(value)) mustBeExact(checked, value);
    const bytes =
      typeof value === 'string'
        ? parseStorageSize(value)
        : typeof value === 'bigint' || (Number.isInteger(value) && !Object.is(value, -0))
          ? BigInt(value as number | bigint)
          : null;
    return bytes !== null && bytes >= 0n ? number('STORAGE_SIZE', bytes.toString()) : null;
  },
};

const expected: Readonly<Record<MetadataType, string>> = {
  STRING: 'a string',
  INT: 'a whole number',
  FLOAT: 'a number, or one of the strings "NaN", "Infinity", "-Infinity"',
  BOOLEAN: 'true or false',
  NULL: 'null',
  LIST: 'an array',
  DICT: 'an object',
  SET: 'an array',
  TUPLE: 'an array',
  URI: 'a string',
  PATH: 'a string that is not empty',
  DTYPE: 'a string that is not empty',
  STORAGE_SIZE: 'an integer of 0 or more, or a size in words such as "1.5 GiB" or "20 MB" (B, kB … PB, KiB … PiB)',
};

const number = (type: MetadataType, text: string): StoredValue => ({ type, text, ...numberSortKey(text) });

const setText = (values: readonly unknown[], root: string): string => {
  const seen = new Map<string, unknown>();
  for (const value of values) {
    const key = equalityKey(value);
    if (!seen.has(key)) seen.set(key, value);
  }
  return valueText([...seen.values()], root, { maxValueBytes: Number.POSITIVE_INFINITY });
};

/** A double from 2^53 on was written with fraction or exponent, and may have lost digits on the way. */
const mustBeExact = (checked: Checked, value: number) => {
  if (Number.isSafeInteger(value)) return;
  throw refused(checked, 'is a whole number beyond 2^53: write all its digits, without fraction or exponent.', 'INT');
};

const exactDouble = (checked: Checked, value: bigint): number => {
  const double = Number(value);
  if (Number.isFinite(double) && BigInt(double) === value) return double;
  throw refused(
    checked,
    `is an integer that no double holds exactly (${quote(checked.text)}), so it cannot be FLOAT: log it as INT.`,
    'FLOAT',
  );
};

const misfit = (checked: Checked, type: MetadataType) =>
  refused(
    checked,
    `does not fit its type: ${type} takes ${expected[type]}, and this is ${described(checked)}. Change the value or the type, or leave the type out.`,
    type,
  );

const described = ({ value, text }: Checked): string => {
  if (Array.isArray(value)) return 'an array';
  if (typeof value === 'object' && value !== null) return 'an object';
  if (typeof value === 'string') return `the string ${quote(value)}`;
  return text.length > 60 ? `${text.slice(0, 60)}…` : text;
};

const refused = ({ root, key }: Checked, problem: string, type: MetadataType) =>
  badInput(`${formatPath(root, [])} ${problem}`, { key, path: root, type });
