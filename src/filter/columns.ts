import { parseRef } from './parse-condition.ts';
import { printRef } from './print.ts';
import { fail, type Scanner, skipSpace, take, takePattern } from './scanner.ts';
import type { KeyRef } from './tree.ts';

export const builtIns = {
  state: 'State',
  pipeline: 'Pipeline',
  started: 'Started',
  ended: 'Ended',
  took: 'Took',
} as const;
export type BuiltIn = keyof typeof builtIns;

function isBuiltIn(text: string): text is BuiltIn {
  return Object.hasOwn(builtIns, text);
}

/**
 * A column: one of the run's own facts, or what was logged under a key. `text` is how it stands in the address, where its
 * width in pixels may follow: `train::loss:160`.
 */
export type Column = {
  readonly text: string;
  readonly builtIn?: BuiltIn;
  readonly ref?: KeyRef;
  readonly width?: number;
};

export function keyColumn(ref: KeyRef): Column {
  const text = printRef(ref);
  // A key of that name is told from the fact by its quotes.
  return { text: isBuiltIn(text) || text === 'name' ? JSON.stringify(text) : text, ref };
}

export function builtInColumn(builtIn: BuiltIn): Column {
  return { text: builtIn, builtIn };
}

/** The key to ask for; that of a step is known by its qualified name. */
export function keyOf({ key, step }: KeyRef): string {
  return step === undefined ? key : `${step}::${key}`;
}

/** The keys to ask for of columns, each once. */
export function keysOf(columns: readonly Column[]): string[] {
  return [...new Set(columns.flatMap(({ ref }) => (ref ? keyOf(ref) : [])))];
}

/** How a column is called for people: that of a step by the step too, so that it is told from another step's. */
export function titleOf({ builtIn, ref }: Column): string {
  return builtIn ? builtIns[builtIn] : [keyOf(ref!), ...(ref!.path ?? [])].join(' › ');
}

function takeColumn(scanner: Scanner): Column {
  const isQuoted = scanner.text[scanner.at] === '"';
  const ref = parseRef(scanner);
  const column = !isQuoted && !ref.path && isBuiltIn(ref.key) ? builtInColumn(ref.key) : keyColumn(ref);
  const width = takePattern(scanner, /:\d{2,4}(?=,|$|\s)/y);
  return width === null ? column : withWidth(column, Number(width.slice(1)));
}

const minWidth = 48;

/** The same column as wide as this; as wide as it comes, without a width. */
export function withWidth({ width: _old, ...column }: Column, width?: number): Column {
  return width === undefined ? column : { ...column, width: Math.max(minWidth, Math.min(2_000, Math.round(width))) };
}

const usual: Partial<Record<BuiltIn, number>> = { state: 112, started: 104, ended: 104, took: 88, pipeline: 120 };

/** How wide a column is, in pixels. */
export function widthOf({ builtIn, width }: Column): number {
  return width ?? (builtIn && usual[builtIn]) ?? 128;
}

/** Adds the columns of a list, each once, until there is one that cannot be read. */
function addColumns(columns: Column[], scanner: Scanner): void {
  do {
    skipSpace(scanner);
    const column = takeColumn(scanner);
    skipSpace(scanner);
    if (!columns.some((other) => other.text === column.text)) columns.push(column);
  } while (take(scanner, ','));
}

/** The columns in an address; as many as can be read. */
export function parseColumns(text: string): Column[] {
  const columns: Column[] = [];
  try {
    addColumns(columns, { text, at: 0 });
  } catch {
    // What follows was no column.
  }
  return columns;
}

/** The columns of a list that somebody has written. Throws a FilterError that says where it is wrong. */
export function parseColumnList(text: string): Column[] {
  const scanner = { text, at: 0 };
  const columns: Column[] = [];
  addColumns(columns, scanner);
  if (scanner.at < text.length) fail(scanner, 'Columns have commas between them.');
  return columns;
}

export function printColumns(columns: readonly Column[]): string {
  return columns.map(({ text, width }) => (width === undefined ? text : `${text}:${width}`)).join(',');
}

export type Sort = { readonly column: string; readonly descending: boolean };

export function parseSort(text: string): Sort {
  if (text === '') return { column: 'started', descending: true };
  return { column: text.replace(/^-/, ''), descending: text.startsWith('-') };
}

type Direction = 'ASC' | 'DESC';

/** PipelineRunOrder of the API: by one thing. */
export type Order =
  | { readonly startedAt: Direction }
  | { readonly endedAt: Direction }
  | { readonly duration: Direction }
  | { readonly name: Direction }
  | { readonly metadata: KeyRef & { readonly direction: Direction } };

/** What the service calls this order; undefined where it has none such. */
export function orderOf({ column, descending }: Sort): Order | undefined {
  const direction = descending ? 'DESC' : 'ASC';
  if (column === 'started') return { startedAt: direction };
  if (column === 'ended') return { endedAt: direction };
  if (column === 'took') return { duration: direction };
  if (column === 'name') return { name: direction };
  const ref = parseColumns(column)[0]?.ref;
  return ref && { metadata: { ...ref, direction } };
}

export function isSortable({ builtIn }: Column): boolean {
  return builtIn !== 'state' && builtIn !== 'pipeline';
}
