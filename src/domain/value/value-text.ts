import { longIntegerText, numberText, rawNumberText } from '@runledger/client/json';
import { badInput } from '../../errors.ts';
import { hasUnpairedSurrogate } from './quote.ts';
import { formatPath } from './value-path.ts';

/** How many lists and objects may be inside one another in a value. */
export const maxValueDepth = 64;

/** The settings a value is checked against. */
export type ValueLimits = {
  /** The longest value, in bytes of UTF-8 as compact JSON. */
  maxValueBytes: number;
};

/** Gives what the path to a value begins with in messages, such as `metadata["loss"]`; asked only when there is one. */
export type ValueRoot = () => string;

type Writer = {
  readonly root: ValueRoot;
  readonly maxBytes: number;
  /** The key or index at each depth that is being written. */
  readonly path: (string | number)[];
  text: string;
};

/**
 * The compact JSON of a parsed value, every digit of it; checks and writes in one pass.
 * @throws BAD_USER_INPUT with the path inside the value: NUL or an unpaired surrogate in a string or a key, more than
 * 64 lists and objects inside one another, too long, a number that is not finite, something that is not JSON.
 */
export function valueText(value: unknown, root: ValueRoot, limits: ValueLimits): string {
  const writer: Writer = { root, maxBytes: limits.maxValueBytes, path: [], text: '' };
  write(writer, value, 0);
  if (writer.text.length * 3 > writer.maxBytes && Buffer.byteLength(writer.text) > writer.maxBytes)
    throw tooLong(writer);
  return writer.text;
}

function write(writer: Writer, value: unknown, depth: number) {
  switch (typeof value) {
    case 'number':
      if (!Number.isFinite(value)) {
        throw refused(
          writer,
          depth,
          'is a number too large for a double: only an integer, written without fraction or exponent, can be that large.',
        );
      }
      writer.text += numberText(value);
      break;
    case 'string':
      writeString(writer, value, depth, '');
      break;
    case 'boolean':
      writer.text += value ? 'true' : 'false';
      break;
    default:
      if (value === null) writer.text += 'null';
      else writeOther(writer, value, depth);
  }
  if (writer.text.length > writer.maxBytes) throw tooLong(writer);
}

function writeOther(writer: Writer, value: unknown, depth: number) {
  const digits = longIntegerText(value) ?? rawNumberText(value);
  if (digits !== null) {
    writer.text += digits;
    return;
  }
  if (!Array.isArray(value) && !isPlainObject(value)) {
    throw refused(
      writer,
      depth,
      value === undefined ? 'has no value: give one; null is a value too.' : 'is not a JSON value: send one.',
    );
  }
  if (depth === maxValueDepth) {
    const limit = `is more than ${maxValueDepth} lists or objects deep: flatten the value, or log a URI to it.`;
    throw refused(writer, depth, limit, { limit: maxValueDepth });
  }
  if (Array.isArray(value)) {
    writer.text += '[';
    for (let index = 0; index < value.length; index++) {
      if (index > 0) writer.text += ',';
      writer.path[depth] = index;
      write(writer, value[index], depth + 1);
    }
    writer.text += ']';
    return;
  }
  writer.text += '{';
  let separator = '';
  for (const key of Object.keys(value)) {
    writer.text += separator;
    separator = ',';
    writer.path[depth] = key;
    writeString(writer, key, depth + 1, 'has a key with');
    writer.text += ':';
    write(writer, value[key], depth + 1);
  }
  writer.text += '}';
}

const suspect = /[\u0000\ud800-\udfff]/;

function writeString(writer: Writer, text: string, depth: number, prefix: 'has a key with' | '') {
  if (text.length > writer.maxBytes) throw tooLong(writer);
  if (suspect.test(text)) {
    const where = prefix === '' ? 'has' : prefix;
    if (text.includes('\u0000'))
      throw refused(writer, depth, `${where} NUL (U+0000), which cannot be stored: remove it.`);
    if (hasUnpairedSurrogate(text)) {
      throw refused(writer, depth, `${where} an unpaired surrogate, which is not a character: remove it.`);
    }
  }
  writer.text += JSON.stringify(text);
}

function isPlainObject(value: unknown): value is Record<string, unknown> {
  if (typeof value !== 'object' || value === null) return false;
  const prototype = Object.getPrototypeOf(value);
  return prototype === null || Object.getPrototypeOf(prototype) === null;
}

function refused(writer: Writer, depth: number, problem: string, details: Record<string, unknown> = {}) {
  const path = formatPath(writer.root(), writer.path.slice(0, depth));
  return badInput(`${path} ${problem}`, { path, ...details });
}

function tooLong(writer: Writer) {
  return refused(
    writer,
    0,
    `is longer than ${writer.maxBytes} bytes as compact JSON: shorten it, or log a URI to it.`,
    {
      limit: writer.maxBytes,
    },
  );
}
