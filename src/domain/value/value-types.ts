import { parseStorageSize } from '@runledger/client/internal/storage-size';
import { distinctTexts, floatText, longIntegerText, numberText, rawNumberText } from '@runledger/client/json';
import type { MetadataType, SortKey } from '../../storage/rows.ts';
import { uriProblem } from './absolute-uri.ts';
import { quote } from './quote.ts';
import { numberSortKey, otherSortKey, textSortKey } from './sort-key.ts';

/** A checked value by what it is in JSON; `text` is its compact JSON. `integer` is one that no `number` can hold. */
export type Shape =
  | { kind: 'number'; value: number; text: string }
  | { kind: 'string'; value: string; text: string }
  | { kind: 'list'; value: readonly unknown[]; text: string }
  | { kind: 'integer' | 'boolean' | 'null' | 'object'; text: string };

/** What a type takes, in words, and how: what to store, null for a value it does not take, or what is wrong with it. */
export type TypeRule = { takes: string; store: (shape: Shape) => ({ text: string } & SortKey) | string | null };

/** The type of a value that came without one. */
export function inferType(shape: Shape): MetadataType {
  if (shape.kind !== 'number') return types[shape.kind];
  return /[.e]/.test(shape.text) ? 'FLOAT' : 'INT';
}

/** What a checked value is in JSON; `text` is its compact JSON. */
export function shapeOf(value: unknown, text: string): Shape {
  if (typeof value === 'number' || rawNumberText(value)?.includes('.'))
    return { kind: 'number', value: Number(text), text };
  if (typeof value === 'string') return { kind: 'string', value, text };
  if (typeof value === 'boolean') return { kind: 'boolean', text };
  if (value === null) return { kind: 'null', text };
  if (Array.isArray(value)) return { kind: 'list', value, text };
  return { kind: longIntegerText(value) === null ? 'object' : 'integer', text };
}

const types = {
  string: 'STRING',
  list: 'LIST',
  integer: 'INT',
  boolean: 'BOOLEAN',
  null: 'NULL',
  object: 'DICT',
} as const satisfies Record<Exclude<Shape['kind'], 'number'>, MetadataType>;

function number(text: string) {
  return { text, ...numberSortKey(text) };
}
function text(shape: { value: string; text: string }) {
  return { text: shape.text, ...textSortKey(shape.value) };
}
function other(compact: string) {
  return { text: compact, ...otherSortKey() };
}

/** Takes every value of one kind as it is. */
function anyOf(kind: Shape['kind'], takes: string): TypeRule {
  return {
    takes,
    store: (shape) => (shape.kind === kind ? other(shape.text) : null),
  };
}

const nonEmptyString: TypeRule = {
  takes: 'a string that is not empty',
  store: (shape) => (shape.kind === 'string' && shape.value !== '' ? text(shape) : null),
};

// A double from 2^53 on was written with a fraction or an exponent, and may have lost digits on the way.
const inexact = 'is a whole number beyond 2^53: write all its digits, without fraction or exponent';

/** The rule of each type. */
export const typeRules: Readonly<Record<MetadataType, TypeRule>> = {
  STRING: { takes: 'a string', store: (shape) => (shape.kind === 'string' ? text(shape) : null) },
  INT: {
    takes: 'a whole number',
    store: (shape) => {
      if (shape.kind === 'integer') return number(shape.text);
      if (shape.kind !== 'number' || !Number.isInteger(shape.value)) return null;
      if (!Number.isSafeInteger(shape.value)) return inexact;
      return number(Object.is(shape.value, -0) ? '-0' : numberText(shape.value));
    },
  },
  FLOAT: {
    takes: 'a number or one of the strings "NaN", "Infinity" and "-Infinity"',
    store: (shape) => {
      if (shape.kind === 'number') return number(floatText(shape.value));
      if (shape.kind === 'string') return /^(NaN|-?Infinity)$/.test(shape.value) ? other(shape.text) : null;
      if (shape.kind !== 'integer') return null;
      const double = Number(shape.text);
      return Number.isFinite(double) && BigInt(double) === BigInt(shape.text)
        ? number(floatText(double))
        : 'is an integer that no double holds exactly: log it as INT';
    },
  },
  BOOLEAN: anyOf('boolean', 'true or false'),
  NULL: anyOf('null', 'null'),
  LIST: anyOf('list', 'an array'),
  DICT: anyOf('object', 'an object'),
  SET: {
    takes: 'an array',
    store: (shape) => (shape.kind === 'list' ? other(`[${distinctTexts(shape.value).join()}]`) : null),
  },
  TUPLE: anyOf('list', 'an array'),
  URI: {
    takes: 'a string',
    store: (shape) => {
      if (shape.kind !== 'string') return null;
      const problem = uriProblem(shape.value);
      return problem === null ? text(shape) : `is not an absolute URI, but ${quote(shape.value)}: ${problem}`;
    },
  },
  PATH: nonEmptyString,
  DTYPE: nonEmptyString,
  STORAGE_SIZE: {
    takes: 'an integer of 0 or more, or a size in words such as "1.5 GiB" or "20 MB" (B, kB … PB, KiB … PiB)',
    store: (shape) => {
      if (shape.kind === 'string') {
        const bytes = parseStorageSize(shape.value);
        return bytes === null ? null : number(bytes.toString());
      }
      if (shape.kind === 'number' && Number.isInteger(shape.value) && !Number.isSafeInteger(shape.value))
        return inexact;
      if (shape.kind !== 'number' && shape.kind !== 'integer') return null;
      const bytes = shape.kind === 'number' ? numberText(shape.value) : shape.text;
      return /^\d+$/.test(bytes) ? number(bytes) : null;
    },
  },
};
