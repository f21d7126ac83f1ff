import type { JsonValue } from '@runledger/client/json';
import { parseJson } from '@runledger/client/json';

/** What is wrong with the text of a filter, where, and what to write instead. */
export class FilterError extends Error {
  readonly from: number;
  readonly to: number;

  constructor(message: string, from: number, to: number) {
    super(message);
    this.name = 'FilterError';
    this.from = from;
    this.to = to;
  }
}

/** A text, and how far it has been read. */
export type Scanner = { readonly text: string; at: number };

export function skipSpace(scanner: Scanner): void {
  while (/\s/.test(scanner.text[scanner.at] ?? '')) scanner.at++;
}

/** Reads `piece` where it stands next. */
export function take(scanner: Scanner, piece: string): boolean {
  if (!scanner.text.startsWith(piece, scanner.at)) return false;
  scanner.at += piece.length;
  return true;
}

/** Reads what a sticky pattern finds here; null where it finds nothing. */
export function takePattern(scanner: Scanner, pattern: RegExp): string | null {
  pattern.lastIndex = scanner.at;
  const found = pattern.exec(scanner.text)?.[0];
  if (!found) return null;
  scanner.at += found.length;
  return found;
}

/** The word that stands next, without reading it. */
export function peekWord(scanner: Scanner): string {
  const { at } = scanner;
  const word = takePattern(scanner, /[^\s()",<>=!^*~[\]{}@:]+/y) ?? '';
  scanner.at = at;
  return word;
}

export function fail(scanner: Scanner, message: string, from = scanner.at): never {
  throw new FilterError(message, from, Math.max(scanner.at, from + 1));
}

/** Reads a text in double quotes, as JSON writes it. */
export function takeQuoted(scanner: Scanner): string | null {
  const from = scanner.at;
  if (scanner.text[from] !== '"') return null;
  const quoted = takePattern(scanner, /"(?:[^"\\]|\\.)*"/suy);
  if (quoted === null) {
    scanner.at = scanner.text.length;
    fail(scanner, 'The quotes are not closed: put a " at the end.', from);
  }
  try {
    return parseJson(quoted) as string;
  } catch {
    return fail(scanner, 'Inside quotes a backslash stands before " or \\ only, as in JSON.', from);
  }
}

/** A word where a value is expected: up to the next space, comma or parenthesis. */
export function takeOperandWord(scanner: Scanner): string | null {
  return takePattern(scanner, /[^\s(),"]+/uy);
}

/** Reads a list or an object of JSON. */
function takeContainer(scanner: Scanner): JsonValue {
  const from = scanner.at;
  let depth = 0;
  do {
    if (scanner.at >= scanner.text.length) fail(scanner, 'The list or object is not closed.', from);
    if (takePattern(scanner, /"(?:[^"\\]|\\.)*"/suy) !== null) continue;
    const character = scanner.text[scanner.at++]!;
    if (character === '[' || character === '{') depth++;
    if (character === ']' || character === '}') depth--;
  } while (depth > 0);
  try {
    return parseJson(scanner.text.slice(from, scanner.at));
  } catch {
    return fail(scanner, 'A list or object is written as JSON: [1, "a"] or {"a": 1}.', from);
  }
}

/** Reads a value: JSON, or a word, which is a text. Null where nothing stands. */
export function takeValue(scanner: Scanner): { readonly value: JsonValue } | null {
  const next = scanner.text[scanner.at];
  if (next === '[' || next === '{') return { value: takeContainer(scanner) };
  const quoted = takeQuoted(scanner);
  if (quoted !== null) return { value: quoted };
  const word = takeOperandWord(scanner);
  if (word === null) return null;
  const isJson = /^(true|false|null|-?(0|[1-9]\d*)(\.\d+)?(e[+-]?\d+)?)$/i.test(word);
  return { value: isJson ? parseJson(word.toLowerCase()) : word };
}
