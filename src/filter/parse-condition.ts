import type { JsonValue } from '@runledger/client/json';
import { fail, peekWord, type Scanner, skipSpace, take, takePattern, takeQuoted, takeValue } from './scanner.ts';
import { type Condition, type Filter, type KeyRef, type Operator, operators, valueTypes } from './tree.ts';

const operatorPattern = /!=|>=|<=|\^=|\*=|~=|==?|>|</y;
const keyPattern = /(?:[^\s()",<>=!^*~[\]{}@:]|::)+/uy;

/** Whose value it is: `key`, `key@step`, `key["a"][0]`. */
export function parseRef(scanner: Scanner): KeyRef {
  const from = scanner.at;
  const key = takeQuoted(scanner) ?? takePattern(scanner, keyPattern);
  if (key === null) return fail(scanner, 'The name of a key belongs here. Odd ones stand in quotes: "my key".', from);
  const step = take(scanner, '@') ? (takeQuoted(scanner) ?? takePattern(scanner, keyPattern)) : undefined;
  if (step === null) return fail(scanner, 'Behind @ goes the name of a step.', from);
  const path = takePath(scanner);
  return { key, ...(step === undefined ? {} : { step }), ...(path ? { path } : {}) };
}

function takePath(scanner: Scanner): string[] | undefined {
  if (take(scanner, '[]')) return [];
  const path: string[] = [];
  for (let from = scanner.at; take(scanner, '['); from = scanner.at) {
    const part = takeQuoted(scanner) ?? takePattern(scanner, /[\p{L}\p{N}_-]+/uy);
    if (part === null || !take(scanner, ']'))
      return fail(scanner, 'A path is written as ["a"][0]: each part in brackets, texts in quotes.', from);
    path.push(part);
  }
  return path.length > 0 ? path : undefined;
}

/** A condition on what was logged; a word by itself is a part of a run's name. */
export function parseCondition(scanner: Scanner): Filter {
  const from = scanner.at;
  const ref = parseRef(scanner);
  const afterRef = scanner.at;
  skipSpace(scanner);
  const operator = takePattern(scanner, operatorPattern);
  if (operator !== null) return compare(scanner, ref, operator === '==' ? '=' : (operator as Operator), from);
  const word = peekWord(scanner).toLowerCase();
  if (word === 'is' || word === 'in') {
    scanner.at += word.length;
    skipSpace(scanner);
    return {
      metadata: word === 'is' ? { ...ref, type: takeType(scanner, from) } : { ...ref, in: takeList(scanner, from) },
    };
  }
  if (scanner.at === afterRef && /[!^~*,@:\]}]/.test(scanner.text[scanner.at] ?? '')) {
    scanner.at++;
    return fail(
      scanner,
      'An operator belongs here: = != > >= < <= ^= (begins with) *= (contains) ~= (has the member).',
      from,
    );
  }
  scanner.at = afterRef;
  return ref.step === undefined && ref.path === undefined ? { nameContains: ref.key } : { metadata: ref };
}

function compare(scanner: Scanner, ref: KeyRef, operator: Operator, from: number): Filter {
  skipSpace(scanner);
  const operand = takeValue(scanner);
  if (!operand) return fail(scanner, `${operator} what? A value goes behind it: ${ref.key}${operator}0.8`, from);
  const { value } = operand;
  if (operator === '!=') return { not: { metadata: { ...ref, equals: value } } };
  const field = operators[operator];
  if (field === 'equals' || field === 'has') return { metadata: { ...ref, [field]: value } };
  if (field === 'startsWith' || field === 'contains') return { metadata: { ...ref, [field]: textOf(value) } };
  return { metadata: { ...ref, [field]: numberOf(scanner, value, operator, from) } };
}

/** The text in which a value was written, for operators that look at texts. */
function textOf(value: JsonValue): string {
  return typeof value === 'string' ? value : String(value);
}

const units: Record<string, number> = {
  b: 1,
  kb: 1e3,
  mb: 1e6,
  gb: 1e9,
  tb: 1e12,
  kib: 2 ** 10,
  mib: 2 ** 20,
  gib: 2 ** 30,
  tib: 2 ** 40,
};

function numberOf(scanner: Scanner, value: JsonValue, operator: Operator, from: number): number {
  if (typeof value === 'number' || typeof value === 'bigint') return Number(value);
  const size = typeof value === 'string' ? /^(\d+(?:\.\d+)?)([kmgt]?i?b)$/i.exec(value) : null;
  const unit = units[size?.[2]?.toLowerCase() ?? ''];
  if (size && unit !== undefined) return Math.round(Number(size[1]) * unit);
  return fail(
    scanner,
    `${operator} compares numbers, such as 0.8, 1e-3 or 1.5GiB. For texts there are = ^= and *=.`,
    from,
  );
}

function takeType(scanner: Scanner, from: number): Condition['type'] & string {
  const word = takePattern(scanner, /\w+/y) ?? '';
  const type = valueTypes.find((known) => known === word.toUpperCase());
  return type ?? fail(scanner, `"${word}" is no type. These are: ${valueTypes.join(', ').toLowerCase()}.`, from);
}

function takeList(scanner: Scanner, from: number): JsonValue[] {
  if (!take(scanner, '(')) return fail(scanner, 'Behind in goes a list: in (1, 2, "a").', from);
  const values: JsonValue[] = [];
  skipSpace(scanner);
  while (!take(scanner, ')')) {
    const operand = takeValue(scanner);
    if (!operand) return fail(scanner, 'The list is not closed: in (1, 2, "a").', from);
    values.push(operand.value);
    skipSpace(scanner);
    take(scanner, ',');
    skipSpace(scanner);
  }
  return values;
}
