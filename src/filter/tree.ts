import type { JsonValue } from '@runledger/client/json';

/** PipelineRunFilter of the API, with its values as the exact parser gives them. */
export type Filter = {
  readonly pipeline?: string;
  readonly pipelines?: readonly string[];
  readonly status?: readonly Status[];
  readonly namePrefix?: string;
  readonly nameContains?: string;
  readonly startedAfter?: string;
  readonly startedBefore?: string;
  readonly endedAfter?: string;
  readonly endedBefore?: string;
  readonly metadata?: Condition;
  readonly and?: readonly Filter[];
  readonly or?: readonly Filter[];
  readonly not?: Filter;
};

/** MetadataCondition of the API. */
export type Condition = {
  readonly key: string;
  readonly step?: string;
  readonly path?: readonly string[];
  readonly exists?: boolean;
  readonly type?: ValueType;
  readonly equals?: JsonValue;
  readonly in?: readonly JsonValue[];
  readonly gt?: number;
  readonly gte?: number;
  readonly lt?: number;
  readonly lte?: number;
  readonly contains?: string;
  readonly startsWith?: string;
  readonly has?: JsonValue;
};

export const statuses = ['RUNNING', 'COMPLETED', 'FAILED', 'CRASHED', 'CANCELLED', 'CACHED', 'RETRIED'] as const;
export type Status = (typeof statuses)[number];

export const valueTypes = [
  'STRING',
  'INT',
  'FLOAT',
  'BOOLEAN',
  'NULL',
  'LIST',
  'DICT',
  'SET',
  'TUPLE',
  'URI',
  'PATH',
  'DTYPE',
  'STORAGE_SIZE',
] as const;
type ValueType = (typeof valueTypes)[number];

/** Whose value a condition is about. */
export type KeyRef = Pick<Condition, 'key' | 'step' | 'path'>;

/** What an operator in the text is in the tree. `!=` is `not` of `equals`. */
export const operators = {
  '=': 'equals',
  '!=': 'equals',
  '>': 'gt',
  '>=': 'gte',
  '<': 'lt',
  '<=': 'lte',
  '^=': 'startsWith',
  '*=': 'contains',
  '~=': 'has',
} as const;
export type Operator = keyof typeof operators;

/** The fields of a filter that are one word and a text; in the order in which they are printed. */
export const textFields = {
  after: 'startedAfter',
  before: 'startedBefore',
  'ended-after': 'endedAfter',
  'ended-before': 'endedBefore',
} as const;

/** Words that mean something: a key or name of these letters stands in quotes. */
export const reserved = new Set(['and', 'or', 'not', 'all', 'any', 'is', 'in', 'true', 'false', 'null']);

/** Whether two are about one and the same value. */
export function isSameRef(a: KeyRef, b: KeyRef): boolean {
  const paths = [a.path, b.path].map((path) => (path ? JSON.stringify(path) : ''));
  return a.key === b.key && a.step === b.step && paths[0] === paths[1];
}

/** Two conditions on one value as one; null where they are about two values, or say the same thing twice. */
function mergeConditions(a: Condition, b: Condition): Condition | null {
  if (!isSameRef(a, b)) return null;
  const { key: _key, step: _step, path: _path, ...more } = b;
  if (Object.keys(more).some((name) => name in a)) return null;
  return { ...a, ...more };
}

/** What passes both. Fields that both have go under `and`. */
export function both(a: Filter, b: Filter): Filter {
  let result: Filter = a;
  for (const [name, value] of Object.entries(b)) {
    const merged = name === 'metadata' && result.metadata && mergeConditions(result.metadata, value as Condition);
    if (!(name in result)) result = { ...result, [name]: value };
    else if (merged) result = { ...result, metadata: merged };
    else if (name === 'and') result = { ...result, and: [...result.and!, ...(value as Filter[])] };
    else result = { ...result, and: [...(result.and ?? []), { [name]: value }] };
  }
  return result;
}

/** The parts of a filter that must all hold, each a filter of its own: what is shown as chips. */
export function partsOf({ and, metadata, ...rest }: Filter): Filter[] {
  const parts: Filter[] = Object.entries(rest).map(([name, value]) => ({ [name]: value }) as Filter);
  if (metadata) parts.push(...conditionsOf(metadata));
  return [...parts, ...(and ?? []).flatMap(partsOf)];
}

function conditionsOf({ key, step, path, ...more }: Condition): Filter[] {
  const ref = { key, ...(step === undefined ? {} : { step }), ...(path ? { path } : {}) };
  const entries = Object.entries(more);
  if (entries.length < 2) return [{ metadata: { ...ref, ...more } }];
  return entries.map(([name, value]) => ({ metadata: { ...ref, [name]: value } }));
}

/** The parts as one filter again. */
export function joinParts(parts: readonly Filter[]): Filter {
  return parts.reduce<Filter>(both, {});
}
