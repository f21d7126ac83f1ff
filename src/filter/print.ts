import { stringifyJson } from '@runledger/client/json';
import { both, type Condition, type Filter, type KeyRef, reserved, textFields } from './tree.ts';

/** A text as a word where it can be one, else in quotes. */
export function printText(text: string): string {
  return /^[\p{L}\p{N}_][\p{L}\p{N}_./+-]*(:{1,2}[\p{L}\p{N}_./+-]+)*$/u.test(text) ? text : JSON.stringify(text);
}

/** A key as a word where it can be one: at most one `::` in it, and no word of the language. */
export function printKey(key: string): string {
  const isWord = /^[\p{L}_][\p{L}\p{N}_./-]*(::[\p{L}\p{N}_./-]+)?$/u.test(key);
  return isWord && !reserved.has(key.toLowerCase()) ? key : JSON.stringify(key);
}

export function printRef({ key, step, path }: KeyRef): string {
  const ofStep = step === undefined ? '' : `@${printKey(step)}`;
  // An empty path is not the same as none to the API.
  const printed = path?.map((part) => (/^(0|[1-9]\d*)$/.test(part) ? `[${part}]` : `[${JSON.stringify(part)}]`));
  return printKey(key) + ofStep + (printed?.length === 0 ? '[]' : (printed ?? []).join(''));
}

/** A JSON value; texts that look like nothing else stand without quotes. */
export function printValue(value: unknown): string {
  if (typeof value !== 'string') return stringifyJson(value);
  const isWord = /^[\p{L}_][\p{L}\p{N}_./:-]*$/u.test(value) && !reserved.has(value.toLowerCase());
  return isWord ? value : JSON.stringify(value);
}

function printNames(names: readonly string[]): string {
  return names.length === 0 ? '()' : names.map(printText).join(',');
}

function printList(values: readonly unknown[]): string {
  return `(${values.map(printValue).join(', ')})`;
}

function conditionTerms(condition: Condition): string[] {
  const ref = printRef(condition);
  const { exists, type, equals, in: list, gt, gte, lt, lte, contains, startsWith, has } = condition;
  const terms: string[] = [];
  if (exists !== undefined) terms.push(`${exists ? 'exists' : 'lacks'}:${ref}`);
  if (type !== undefined) terms.push(`${ref} is ${type.toLowerCase()}`);
  if (equals !== undefined) terms.push(`${ref}=${printValue(equals)}`);
  if (list !== undefined) terms.push(`${ref} in ${printList(list)}`);
  for (const [operator, bound] of Object.entries({ '>': gt, '>=': gte, '<': lt, '<=': lte })) {
    if (bound !== undefined) terms.push(`${ref}${operator}${stringifyJson(bound)}`);
  }
  if (startsWith !== undefined) terms.push(`${ref}^=${printValue(startsWith)}`);
  if (contains !== undefined) terms.push(`${ref}*=${printValue(contains)}`);
  if (has !== undefined) terms.push(`${ref}~=${printValue(has)}`);
  return terms.length === 0 ? [`has:${ref}`] : terms;
}

/** `k!=v` where the filter is no more than that. */
function printUnequal(filter: Filter): string | null {
  const { metadata, ...others } = filter;
  if (!metadata || Object.keys(others).length > 0) return null;
  const { key: _key, step: _step, path: _path, equals, ...more } = metadata;
  if (equals === undefined || Object.keys(more).length > 0) return null;
  return `${printRef(metadata)}!=${printValue(equals)}`;
}

function printNot(filter: Filter): string {
  const unequal = printUnequal(filter);
  if (unequal !== null) return unequal;
  const { terms, infix } = termsOf(filter);
  const isPlain = terms.length === 1 && !infix && filter.not === undefined;
  return isPlain ? `not ${terms[0]}` : `not (${printFilter(filter)})`;
}

/** A filter as one side of `and` or `or`. */
function printSide(filter: Filter): string {
  const { terms, infix } = termsOf(filter);
  return infix || terms.length === 0 ? `(${printFilter(filter)})` : terms.join(' ');
}

type Terms = {
  readonly terms: string[] /** The one term is an `a and b` or `a or b` without its parentheses. */;
  infix: boolean;
};

function termsOf(filter: Filter): Terms {
  const { pipeline, pipelines, status, namePrefix, nameContains, metadata, and, or, not } = filter;
  const terms: string[] = [];
  if (pipeline !== undefined) terms.push(`pipeline:${printText(pipeline)}`);
  if (pipelines) terms.push(`${pipelines.length > 1 ? 'pipeline' : 'pipelines'}:${printNames(pipelines)}`);
  if (status) terms.push(`status:${printNames(status.map((name) => name.toLowerCase()))}`);
  if (nameContains !== undefined) terms.push(`name:${printText(nameContains)}`);
  if (namePrefix !== undefined) terms.push(`name:${printText(namePrefix)}*`);
  for (const [word, field] of Object.entries(textFields)) {
    const text = filter[field];
    if (text !== undefined) terms.push(`${word}:${printText(text)}`);
  }
  if (metadata) terms.push(...conditionTerms(metadata));
  if (not) terms.push(printNot(not));
  const flat = (and && flatSides(filter, and)) ?? [];
  const lists = [
    and && flat.length === 0 && printSides(and, ' and ', 'all'),
    or && printSides(or, ' or ', 'any'),
  ].filter((list) => !!list);
  const first = lists[0];
  if (terms.length + flat.length === 0 && lists.length === 1 && first?.infix)
    return { terms: [first.text], infix: true };
  const listed = lists.map(({ text, infix }) => (infix ? `(${text})` : text));
  return { terms: [...terms, ...listed, ...flat], infix: false };
}

/** The sides of `and` as words beside the others, where reading those puts them under `and` again; else null. */
function flatSides({ and: _and, ...base }: Filter, and: readonly Filter[]): string[] | null {
  if (Object.keys(base).length === 0) return null;
  const texts: string[] = [];
  let whole: Filter = base;
  for (const [at, side] of and.entries()) {
    const { terms, infix } = termsOf(side);
    const [name, ...others] = Object.keys(side) as (keyof Filter)[];
    if (terms.length !== 1 || !name || others.length > 0) return null;
    whole = both(whole, side);
    if (whole.and?.length !== at + 1 || whole.and[at]![name] !== side[name]) return null;
    texts.push(infix ? `(${terms[0]})` : terms[0]!);
  }
  return texts;
}

function printSides(filters: readonly Filter[], joint: string, word: string): { text: string; infix: boolean } {
  if (filters.length > 1) return { text: filters.map(printSide).join(joint), infix: true };
  return { text: `${word}(${filters.map(printSide).join('')})`, infix: false };
}

/** A filter as text, from which `parseFilter` makes the same filter again. */
export function printFilter(filter: Filter): string {
  return termsOf(filter).terms.join(' ');
}
