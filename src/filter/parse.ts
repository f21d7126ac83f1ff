import { parseCondition, parseRef } from './parse-condition.ts';
import {
  FilterError,
  fail,
  peekWord,
  type Scanner,
  skipSpace,
  take,
  takeOperandWord,
  takePattern,
  takeQuoted,
} from './scanner.ts';
import { both, type Filter, type Status, statuses, textFields } from './tree.ts';

/**
 * The filter that a text stands for. Words beside each other must all hold; `or` binds weaker than `and`, and both
 * weaker than a space. @throws FilterError that says where the text is wrong, and the fix.
 */
export function parseFilter(text: string): Filter {
  const scanner = { text, at: 0 };
  skipSpace(scanner);
  if (scanner.at === text.length) return {};
  const filter = parseOr(scanner);
  if (scanner.at < text.length) fail(scanner, 'This ) closes nothing: take it out, or put a ( before it.');
  return filter;
}

function parseOr(scanner: Scanner): Filter {
  const sides = parseSides(scanner, 'or', parseAnd);
  return sides.length === 1 ? sides[0]! : { or: sides };
}

function parseAnd(scanner: Scanner): Filter {
  const sides = parseSides(scanner, 'and', parseTerms);
  return sides.length === 1 ? sides[0]! : { and: sides };
}

function parseSides(scanner: Scanner, joint: string, parseSide: (scanner: Scanner) => Filter): Filter[] {
  const sides = [parseSide(scanner)];
  while (peekWord(scanner).toLowerCase() === joint) {
    scanner.at += joint.length;
    sides.push(parseSide(scanner));
  }
  return sides;
}

function parseTerms(scanner: Scanner): Filter {
  let filter: Filter | undefined;
  for (;;) {
    skipSpace(scanner);
    const word = peekWord(scanner).toLowerCase();
    const next = scanner.text[scanner.at];
    if (next === undefined || next === ')' || word === 'and' || word === 'or') {
      if (filter) return filter;
      return fail(scanner, 'Something is missing here: a condition such as accuracy>0.8.', Math.max(0, scanner.at - 1));
    }
    const term = parseTerm(scanner);
    filter = filter ? both(filter, term) : term;
  }
}

function parseTerm(scanner: Scanner): Filter {
  const from = scanner.at;
  if (take(scanner, '(')) return parseClosed(scanner, from, {});
  const negation = takePattern(scanner, /(?:not(?=[\s(])|-(?=[\p{L}"(]))/iuy);
  if (negation !== null) {
    skipSpace(scanner);
    if (scanner.at === scanner.text.length) fail(scanner, 'not what? A condition goes behind it.', from);
    return { not: parseTerm(scanner) };
  }
  const list = takePattern(scanner, /(?:all|any)\(/iy)?.toLowerCase();
  if (list !== undefined) {
    const inner = isClosing(scanner) ? [] : [parseClosed(scanner, from)];
    return list === 'all(' ? { and: inner } : { or: inner };
  }
  const field = takePattern(scanner, /[a-z-]+:(?!:)/iy)?.toLowerCase();
  if (field !== undefined) return parseField(scanner, field.slice(0, -1), from);
  return parseCondition(scanner);
}

/** Reads a `)`, where it stands next. */
function isClosing(scanner: Scanner): boolean {
  skipSpace(scanner);
  return take(scanner, ')');
}

/** What stands up to the closing parenthesis; `empty` where nothing does. */
function parseClosed(scanner: Scanner, from: number, empty?: Filter): Filter {
  if (empty && isClosing(scanner)) return empty;
  const filter = parseOr(scanner);
  if (!take(scanner, ')')) throw new FilterError('This ( is not closed: put a ) at the end.', from, from + 1);
  return filter;
}

function parseField(scanner: Scanner, field: string, from: number): Filter {
  skipSpace(scanner);
  if (field === 'has') return { metadata: parseRef(scanner) };
  if (field === 'exists' || field === 'lacks')
    return { metadata: { ...parseRef(scanner), exists: field === 'exists' } };
  if (field === 'name') return parseName(scanner, from);
  const known = Object.entries(textFields).find(([word]) => word === field)?.[1];
  if (known) return { [known]: takeNames(scanner, field, from)[0] };
  if (field === 'pipeline' || field === 'pipelines') {
    const names = takeNames(scanner, field, from);
    return field === 'pipeline' && names.length === 1 ? { pipeline: names[0]! } : { pipelines: names };
  }
  if (field === 'status')
    return { status: takeNames(scanner, field, from).map((name) => readStatus(scanner, name, from)) };
  const word = takeOperandWord(scanner) ?? '…';
  return fail(scanner, `There is no "${field}:". To compare what was logged, write ${field}=${word}.`, from);
}

function parseName(scanner: Scanner, from: number): Filter {
  const quoted = takeQuoted(scanner);
  if (quoted !== null) return take(scanner, '*') ? { namePrefix: quoted } : { nameContains: quoted };
  const word = takeOperandWord(scanner) ?? fail(scanner, 'Which name? For example name:iris*', from);
  const text = word.replace(/^\*/, '');
  return text.endsWith('*') && text === word
    ? { namePrefix: word.slice(0, -1) }
    : { nameContains: text.replace(/\*$/, '') };
}

/** One name, or several with commas between them. `()` is none. */
function takeNames(scanner: Scanner, field: string, from: number): string[] {
  if (take(scanner, '()')) return [];
  const names: string[] = [];
  do
    names.push(
      takeQuoted(scanner) ?? takeOperandWord(scanner) ?? fail(scanner, `${field}: what? A word goes behind it.`, from),
    );
  while (take(scanner, ','));
  return names;
}

function readStatus(scanner: Scanner, name: string, from: number): Status {
  const status = statuses.find((known) => known === name.toUpperCase());
  return status ?? fail(scanner, `"${name}" is no status. These are: ${statuses.join(', ').toLowerCase()}.`, from);
}
