import { setMember } from './object.ts';
import { readFloat, readInteger } from './read-number.ts';
import { endOfString } from './scan.ts';
import type { JsonObject, JsonValue } from './value.ts';

type Cursor = { readonly text: string; readonly keepFloats: boolean; at: number };

/**
 * A strict parser of RFC 8259, for texts with numbers that `JSON.parse` would round. Same result as `parseJson`, several times
 * slower. Keeps its own stack, so that deep nesting cannot overflow.
 * With `keepFloats` a whole number that is written with a fraction or an exponent (`1.0`) is the `RawJson` of that text.
 * @throws SyntaxError with the position, never with a piece of the text.
 */
export function parseExactJson(text: string, { keepFloats = false }: { keepFloats?: boolean } = {}): JsonValue {
  const cursor: Cursor = { text, keepFloats, at: 0 };
  // Of every container that is open: itself, and the key its next member goes under (unused in lists).
  const containers: (JsonValue[] | JsonObject)[] = [];
  const keys: string[] = [];
  for (;;) {
    let value: JsonValue;
    const code = skipSpace(cursor);
    if (code === 0x7b || code === 0x5b) {
      cursor.at++;
      const container = code === 0x7b ? {} : [];
      const next = skipSpace(cursor);
      if (next !== closingOf(container)) {
        containers.push(container);
        keys.push(code === 0x7b ? readKey(cursor) : '');
        continue;
      }
      cursor.at++;
      value = container;
    } else {
      value = readScalar(cursor, code);
    }
    // The value is complete: put it where it belongs, and close every container that ends with it.
    for (;;) {
      const container = containers.at(-1);
      const next = skipSpace(cursor);
      if (container === undefined) {
        if (cursor.at < text.length) throw wrong(cursor, 'the end of the text was expected');
        return value;
      }
      put(container, keys.at(-1) ?? '', value);
      if (next !== 0x2c && next !== closingOf(container)) {
        throw wrong(cursor, Array.isArray(container) ? 'a comma or ] was expected' : 'a comma or } was expected');
      }
      cursor.at++;
      if (next === 0x2c) {
        if (Array.isArray(container)) break;
        skipSpace(cursor);
        keys[keys.length - 1] = readKey(cursor);
        break;
      }
      value = container;
      containers.pop();
      keys.pop();
    }
  }
}

function closingOf(container: JsonValue[] | JsonObject) {
  return Array.isArray(container) ? 0x5d : 0x7d;
}

function put(container: JsonValue[] | JsonObject, key: string, value: JsonValue) {
  if (Array.isArray(container)) container.push(value);
  else setMember(container, key, value);
}

/** Moves to the next character that is not white space; gives its code, or NaN at the end. */
function skipSpace(cursor: Cursor): number {
  for (;;) {
    const code = cursor.text.charCodeAt(cursor.at);
    if (code !== 0x20 && code !== 0x0a && code !== 0x0d && code !== 0x09) return code;
    cursor.at++;
  }
}

function readKey(cursor: Cursor): string {
  if (cursor.text.charCodeAt(cursor.at) !== 0x22) throw wrong(cursor, 'a key in double quotes was expected');
  const key = readString(cursor);
  if (skipSpace(cursor) !== 0x3a) throw wrong(cursor, 'a colon was expected');
  cursor.at++;
  return key;
}

function readScalar(cursor: Cursor, code: number): JsonValue {
  if (code === 0x22) return readString(cursor);
  if (code === 0x2d || isDigit(code)) return readNumber(cursor);
  if (code === 0x74) return readWord(cursor, 'true', true);
  if (code === 0x66) return readWord(cursor, 'false', false);
  if (code === 0x6e) return readWord(cursor, 'null', null);
  throw wrong(cursor, 'a value was expected');
}

function readWord(cursor: Cursor, word: string, value: boolean | null) {
  if (!cursor.text.startsWith(word, cursor.at)) throw wrong(cursor, 'a value was expected');
  cursor.at += word.length;
  return value;
}

function readString(cursor: Cursor): string {
  const end = endOfString(cursor.text, cursor.at);
  if (end === cursor.text.length) throw wrong(cursor, 'a string begins that does not end');
  const inner = cursor.text.slice(cursor.at + 1, end);
  let value = inner;
  if (/[\\\u0000-\u001f]/.test(inner)) {
    try {
      value = JSON.parse(`"${inner}"`) as string;
    } catch {
      throw wrong(cursor, 'a string begins with a control character or an unknown escape in it');
    }
  }
  cursor.at = end + 1;
  return value;
}

function isDigit(code: number) {
  return code >= 0x30 && code <= 0x39;
}

function readNumber(cursor: Cursor): JsonValue {
  const { text, at: start } = cursor;
  if (text.charCodeAt(cursor.at) === 0x2d) cursor.at++;
  const first = cursor.at;
  skipDigits(cursor);
  if (text.charCodeAt(first) === 0x30 && cursor.at > first + 1) {
    cursor.at = first;
    throw wrong(cursor, 'a number begins with a zero');
  }
  const whole = cursor.at;
  if (text.charCodeAt(cursor.at) === 0x2e) {
    cursor.at++;
    skipDigits(cursor);
  }
  if ((text.charCodeAt(cursor.at) | 0x20) === 0x65) {
    cursor.at++;
    const sign = text.charCodeAt(cursor.at);
    if (sign === 0x2b || sign === 0x2d) cursor.at++;
    skipDigits(cursor);
  }
  const token = text.slice(start, cursor.at);
  return cursor.at === whole ? readInteger(token) : readFloat(token, cursor.keepFloats);
}

function skipDigits(cursor: Cursor) {
  const start = cursor.at;
  while (isDigit(cursor.text.charCodeAt(cursor.at))) cursor.at++;
  if (cursor.at === start) throw wrong(cursor, 'a digit was expected');
}

function wrong({ text, at }: Cursor, problem: string) {
  return new SyntaxError(
    at < text.length
      ? `Not valid JSON: ${problem} at position ${at}.`
      : `Not valid JSON: ${problem}, but the text ends.`,
  );
}
