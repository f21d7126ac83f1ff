import type { JsonValue } from '../../clients/typescript/src/json/value.ts';

// What pipelineRuns must answer, worked out anew for every question from all that was ever logged. No indexes, no
// stored latest, no SQL: slow and plain, so that one can see that it is right.

/** One logged entry, in the order of ids. */
type ModelEntry = {
  /** The step attempt it was logged to; null for the run itself. */
  attempt: ModelAttempt | null;
  key: string;
  type: string;
  value: JsonValue;
  retracted: boolean;
};
export type ModelAttempt = { name: string; attempt: number };
export type ModelRun = {
  name: string;
  pipeline: string;
  status: string;
  startedAt: number;
  /** Null while it runs. */
  endedAt: number | null;
  deleted: boolean;
  /** In the order they were started. */
  attempts: ModelAttempt[];
  entries: ModelEntry[];
};

export type ModelCondition = {
  key: string;
  step?: string;
  path?: string[];
  exists?: boolean;
  type?: string;
  equals?: JsonValue;
  in?: JsonValue[];
  gt?: number;
  gte?: number;
  lt?: number;
  lte?: number;
  contains?: string;
  startsWith?: string;
  has?: JsonValue;
};
export type ModelFilter = {
  pipeline?: string;
  pipelines?: string[];
  status?: string[];
  namePrefix?: string;
  nameContains?: string;
  endedAfter?: string;
  endedBefore?: string;
  startedAfter?: string;
  startedBefore?: string;
  metadata?: ModelCondition;
  and?: ModelFilter[];
  or?: ModelFilter[];
  not?: ModelFilter;
};
type ModelDirection = 'ASC' | 'DESC';
export type ModelOrder = {
  startedAt?: ModelDirection;
  endedAt?: ModelDirection;
  duration?: ModelDirection;
  name?: ModelDirection;
  metadata?: { key: string; step?: string; path?: string[] | undefined; direction: ModelDirection };
};

/** The newest attempt of a step, or undefined. */
const newest = (run: ModelRun, name: string) => run.attempts.findLast((attempt) => attempt.name === name);

/** The last entry under a key, of those whose attempt counts. */
const last = (run: ModelRun, key: string, counts: (attempt: ModelAttempt | null) => boolean) =>
  run.entries.findLast((entry) => !entry.retracted && entry.key === key.normalize('NFC') && counts(entry.attempt));

/** As PipelineRun.runMetadata finds it; with `step`, as Step.runMetadata of its newest attempt does. */
function latest(run: ModelRun, key: string, step?: string): ModelEntry | undefined {
  const ofStep = (name: string, stepKey: string) => {
    const attempt = newest(run, name);
    return attempt && last(run, stepKey, (candidate) => candidate === attempt);
  };
  if (step !== undefined) return ofStep(step, key);
  const at = key.indexOf('::');
  if (at < 0) return last(run, key, (attempt) => attempt === null || attempt === newest(run, attempt.name));
  return last(run, key, (attempt) => attempt === null) ?? ofStep(key.slice(0, at), key.slice(at + 2));
}

/** What stands at a path: an index of a list, a key of an object. Undefined where nothing does. */
function at(value: JsonValue | undefined, path: string[]): JsonValue | undefined {
  let current = value;
  for (const element of path) {
    if (Array.isArray(current)) current = /^(0|[1-9]\d*)$/.test(element) ? current[Number(element)] : undefined;
    else if (typeof current === 'object' && current !== null)
      current = Object.hasOwn(current, element) ? (current as Record<string, JsonValue>)[element] : undefined;
    else return undefined;
  }
  return current;
}

/** A number as digits times a power of ten, whatever its spelling. */
function decimal(number: number | bigint): { digits: bigint; power: number } {
  const [, sign, whole, fraction = '', exponent = '0'] = /^(-?)(\d+)(?:\.(\d+))?(?:e([+-]\d+))?$/.exec(`${number}`)!;
  return { digits: BigInt(`${sign}${whole}${fraction}`), power: Number(exponent) - fraction.length };
}

/** Negative, zero or positive, as a sort wants it; exact at any length. */
function compareNumbers(a: number | bigint, b: number | bigint): number {
  const [left, right] = [decimal(a), decimal(b)];
  const power = Math.min(left.power, right.power);
  const scaled = ({ digits, power: own }: { digits: bigint; power: number }) => digits * 10n ** BigInt(own - power);
  const difference = scaled(left) - scaled(right);
  return difference < 0n ? -1 : difference > 0n ? 1 : 0;
}

const isNumber = (value: unknown): value is number | bigint => typeof value === 'number' || typeof value === 'bigint';

/** Equality as JSON: numbers by value, lists in order, objects in any order. */
function equal(a: JsonValue, b: JsonValue): boolean {
  if (isNumber(a) && isNumber(b)) return compareNumbers(a, b) === 0;
  if (Array.isArray(a) && Array.isArray(b))
    return a.length === b.length && a.every((member, index) => equal(member, b[index]!));
  if (typeof a === 'object' && typeof b === 'object' && a && b && !Array.isArray(a) && !Array.isArray(b)) {
    const [left, right] = [a as Record<string, JsonValue>, b as Record<string, JsonValue>];
    const keys = Object.keys(left);
    return (
      keys.length === Object.keys(right).length &&
      keys.every((key) => Object.hasOwn(right, key) && equal(left[key]!, right[key]!))
    );
  }
  return a === b;
}

/** The type that a value has when none was given. */
export function inferred(value: JsonValue): string {
  if (value === null) return 'NULL';
  if (typeof value === 'bigint') return 'INT';
  if (typeof value === 'number') return Number.isSafeInteger(value) && !Object.is(value, -0) ? 'INT' : 'FLOAT';
  if (typeof value === 'string') return 'STRING';
  if (typeof value === 'boolean') return 'BOOLEAN';
  return Array.isArray(value) ? 'LIST' : 'DICT';
}

const texts = ['STRING', 'URI', 'PATH', 'DTYPE'];

/** What a condition or an order is about: the value, its type, and whether it counts as text. */
function subject(run: ModelRun, { key, step, path = [] }: { key: string; step?: string; path?: string[] | undefined }) {
  const entry = latest(run, key, step);
  const value = at(entry?.value, path);
  if (!entry || value === undefined) return undefined;
  const type = path.length === 0 ? entry.type : inferred(value);
  return { value, type, text: texts.includes(type) ? (value as string) : null };
}

function holds(run: ModelRun, condition: ModelCondition): boolean {
  const found = subject(run, condition);
  const number = found && isNumber(found.value) ? found.value : undefined;
  const compares = (bound: number | undefined, passes: (difference: number) => boolean) =>
    bound === undefined || (number !== undefined && passes(compareNumbers(number, bound)));
  const existing = { key: 0, step: 0, path: 0, exists: 0 };
  const tests = Object.entries(condition).filter(([name, value]) => value !== undefined && !(name in existing));
  if (condition.exists === false) return !found && tests.length === 0;
  if (!found) return false;
  const { value, type, text } = found;
  return (
    (condition.type === undefined || condition.type === type) &&
    (condition.equals === undefined || equal(value, condition.equals)) &&
    (condition.in === undefined || condition.in.some((candidate) => equal(value, candidate))) &&
    compares(condition.gt, (difference) => difference > 0) &&
    compares(condition.gte, (difference) => difference >= 0) &&
    compares(condition.lt, (difference) => difference < 0) &&
    compares(condition.lte, (difference) => difference <= 0) &&
    (condition.has === undefined || (Array.isArray(value) && value.some((member) => equal(member, condition.has!)))) &&
    (condition.contains === undefined || (text?.includes(condition.contains) ?? false)) &&
    (condition.startsWith === undefined || (text?.startsWith(condition.startsWith) ?? false))
  );
}

/** Whether a run passes a filter: every field given must hold. */
function passes(run: ModelRun, filter: ModelFilter): boolean {
  return (
    (filter.pipeline === undefined || run.pipeline === filter.pipeline) &&
    (filter.pipelines === undefined || filter.pipelines.includes(run.pipeline)) &&
    (filter.nameContains === undefined || run.name.includes(filter.nameContains)) &&
    (filter.endedAfter === undefined || (run.endedAt !== null && run.endedAt >= Date.parse(filter.endedAfter))) &&
    (filter.endedBefore === undefined || (run.endedAt !== null && run.endedAt < Date.parse(filter.endedBefore))) &&
    (filter.status === undefined || filter.status.includes(run.status)) &&
    (filter.namePrefix === undefined || run.name.startsWith(filter.namePrefix)) &&
    (filter.startedAfter === undefined || run.startedAt >= Date.parse(filter.startedAfter)) &&
    (filter.startedBefore === undefined || run.startedAt < Date.parse(filter.startedBefore)) &&
    (filter.metadata === undefined || holds(run, filter.metadata)) &&
    (filter.and === undefined || filter.and.every((part) => passes(run, part))) &&
    (filter.or === undefined || filter.or.some((part) => passes(run, part))) &&
    (filter.not === undefined || !passes(run, filter.not))
  );
}

const compareBytes = (a: string, b: string) => Buffer.compare(Buffer.from(a), Buffer.from(b));

/** How the runs that pass divide: by status, and by pipeline, the one with the most runs first. */
export function facets(runs: ModelRun[], filter: ModelFilter) {
  const found = runs.filter((run) => !run.deleted && passes(run, filter));
  const count = (values: string[]) => {
    const counts = new Map<string, number>();
    for (const value of values) counts.set(value, (counts.get(value) ?? 0) + 1);
    return [...counts].sort(([a, n], [b, m]) => m - n || compareBytes(a, b));
  };
  return {
    total: found.length,
    statuses: Object.fromEntries(count(found.map(({ status }) => status))),
    pipelines: count(found.map(({ pipeline }) => pipeline)).map(([pipeline, number]) => ({ pipeline, runs: number })),
  };
}

/** The keys in use in runs, with how many runs have each and of what types; `qualified` of each step apart. */
export function keysInUse(runs: ModelRun[], qualified: boolean): Map<string, { runs: number; types: Set<string> }> {
  const found = new Map<string, { runs: number; types: Set<string> }>();
  for (const run of runs.filter(({ deleted }) => !deleted)) {
    const names = run.entries.flatMap(({ attempt, key }) => {
      if (attempt !== null && attempt !== newest(run, attempt.name)) return [];
      return qualified && attempt !== null ? [`${attempt.name}::${key}`] : [key];
    });
    for (const name of new Set(names)) {
      const own = last(run, name, (attempt) => attempt === null);
      const entry = qualified
        ? (own ?? (name.includes('::') ? latest(run, name) : undefined))
        : last(run, name, (attempt) => attempt === null || attempt === newest(run, attempt.name));
      if (!entry) continue;
      const known = found.get(name) ?? { runs: 0, types: new Set<string>() };
      known.runs += 1;
      known.types.add(entry.type);
      found.set(name, known);
    }
  }
  return found;
}

/** What stands at a path of the latest value under a key, and what it is; null where nothing does. */
export function valueAt(run: ModelRun, key: string, path: string[]): { value: JsonValue; type: string } | null {
  const entry = latest(run, key);
  const value = at(entry?.value, path);
  if (typeof entry?.value !== 'object' || entry.value === null || value === undefined) return null;
  return { value, type: inferred(value) };
}

/**
 * The names of the runs that pass, in order, as groups: within one, the order is the service's own (equal values, and
 * values that are neither number nor text).
 */
export function answer(runs: ModelRun[], filter: ModelFilter, order: ModelOrder | undefined): string[][] {
  const found = runs.filter((run) => !run.deleted && passes(run, filter));
  const grouped = (list: ModelRun[], compare: (a: ModelRun, b: ModelRun) => number): string[][] => {
    const groups: ModelRun[][] = [];
    for (const run of [...list].sort(compare)) {
      const group = groups.at(-1);
      if (group && compare(group[0]!, run) === 0) group.push(run);
      else groups.push([run]);
    }
    return groups.map((group) => group.map(({ name }) => name).sort());
  };
  const sign = (direction: ModelDirection) => (direction === 'ASC' ? 1 : -1);
  if (order?.name) return grouped(found, (a, b) => sign(order.name!) * compareBytes(a.name, b.name));
  const byStart = (direction: ModelDirection) => (a: ModelRun, b: ModelRun) =>
    sign(direction) * (a.startedAt - b.startedAt);
  const last = order?.endedAt ?? order?.duration;
  if (last) {
    const of = (run: ModelRun) => run.endedAt! - (order?.duration ? run.startedAt : 0);
    return [
      ...grouped(
        found.filter((run) => run.endedAt !== null),
        (a, b) => sign(last) * (of(a) - of(b)),
      ),
      ...grouped(
        found.filter((run) => run.endedAt === null),
        byStart('DESC'),
      ),
    ];
  }
  if (!order?.metadata) return grouped(found, byStart(order?.startedAt ?? 'DESC'));
  const { metadata } = order;
  const of = (run: ModelRun) => subject(run, metadata);
  const numbers = found.filter((run) => isNumber(of(run)?.value));
  const words = found.filter((run) => of(run)?.text != null);
  const without = found.filter((run) => !of(run));
  const rest = found.filter((run) => ![...numbers, ...words, ...without].includes(run));
  const turn = sign(metadata.direction);
  return [
    ...grouped(numbers, (a, b) => turn * compareNumbers(of(a)!.value as number, of(b)!.value as number)),
    ...grouped(words, (a, b) => turn * compareBytes(of(a)!.text!, of(b)!.text!)),
    ...grouped(rest, () => 0),
    ...grouped(without, byStart('DESC')),
  ];
}
