import type { JsonValue } from '@runledger/client/json';
import { stringifyJson } from '@runledger/client/json';
import {
  type Condition,
  type Filter,
  isSameRef,
  joinParts,
  type KeyRef,
  partsOf,
  type Status,
} from '../../filter/tree.ts';

/** What an axis of a plot shows: what was logged somewhere, or a fact of the run. */
export type Target = { readonly ref: KeyRef } | { readonly fact: 'state' | 'pipeline' };

/** A value as an axis has it; undefined where a run has none. */
export type Plotted = number | string | boolean | undefined;

/** What is chosen on an axis: a stretch of numbers, or some of its texts. */
export type Choice =
  | { readonly from: number; readonly to: number }
  | { readonly values: readonly (string | boolean)[] };

const operators = ['gt', 'gte', 'lt', 'lte', 'in', 'equals'] as const;

/** Whether a part of a filter says no more than which values of an axis pass. */
function isAbout(part: Filter, target: Target): boolean {
  const names = Object.keys(part);
  if (names.length !== 1) return false;
  if ('fact' in target)
    return names[0] === 'status'
      ? target.fact === 'state'
      : /^pipelines?$/.test(names[0]!) && target.fact === 'pipeline';
  const { metadata } = part;
  if (!metadata || !isSameRef(metadata, target.ref)) return false;
  const { key: _key, step: _step, path: _path, ...more } = metadata;
  const fields = Object.keys(more);
  return fields.length === 1 && operators.some((operator) => operator === fields[0]);
}

/** An axis shows texts whole up to this; longer ones are cut by the service, and have no place on it. */
const maxText = 200;

/** Whether values on an axis tell if a condition holds: not where what it names may be there and have no place, as a list. */
function isJudged({ path, equals, in: list }: Condition): boolean {
  return (equals === undefined ? (list ?? []) : [equals]).every((operand) => {
    if (typeof operand !== 'string') return typeof operand === 'number' || typeof operand === 'boolean';
    return path !== undefined || ([...operand].length <= maxText && !/^NaN$|^-?Infinity$|…$/.test(operand));
  });
}

function testOf(part: Filter): (value: Plotted) => boolean {
  if (!part.metadata) {
    const names: readonly string[] = part.status ?? part.pipelines ?? [part.pipeline!];
    return (value) => names.includes(String(value));
  }
  const { gt = -Infinity, gte = -Infinity, lt = Infinity, lte = Infinity, equals, in: list } = part.metadata;
  const isOpen = !isJudged(part.metadata);
  if (equals === undefined && !list)
    return (value) => typeof value === 'number' && value > gt && value >= gte && value < lt && value <= lte;
  // A place on an axis is a double.
  const textOf = (value: JsonValue) => stringifyJson(typeof value === 'bigint' ? Number(value) : value);
  const wanted = new Set((equals === undefined ? list! : [equals]).map(textOf));
  return (value) => (value === undefined ? isOpen : wanted.has(textOf(value)));
}

/** What a filter says about an axis, as a test of its values. */
export function passing(filter: Filter, target: Target): (value: Plotted) => boolean {
  const tests = partsOf(filter)
    .filter((part) => isAbout(part, target))
    .map(testOf);
  return (value) => tests.every((test) => test(value));
}

/** Which of so many runs pass what a filter says about all that is known of them, in their order. */
export function passingRuns(
  filter: Filter,
  measures: readonly { readonly target: Target; readonly values: readonly Plotted[] }[],
  count: number,
): boolean[] {
  const tests = measures.map(({ target, values }) => ({ test: passing(filter, target), values }));
  return Array.from({ length: count }, (_, run) => tests.every(({ test, values }) => test(values[run])));
}

/** The filter without what it says about these axes. */
export function withoutChoices(filter: Filter, targets: readonly Target[]): Filter {
  return joinParts(partsOf(filter).filter((part) => !targets.some((target) => isAbout(part, target))));
}

/** The filter without what `passing` can tell by these axes: the rest is asked of the service. */
export function withoutJudged(filter: Filter, targets: readonly Target[]): Filter {
  const isTold = (part: Filter) =>
    targets.some((target) => isAbout(part, target)) && !(part.metadata && !isJudged(part.metadata));
  return joinParts(partsOf(filter).filter((part) => !isTold(part)));
}

function conditionOf(target: Target, choice: Choice): Filter {
  if ('from' in choice) return 'ref' in target ? { metadata: { ...target.ref, gte: choice.from, lte: choice.to } } : {};
  if ('ref' in target) return { metadata: { ...target.ref, in: choice.values } };
  const names = choice.values.map(String);
  if (target.fact === 'state') return { status: names as Status[] };
  return names.length === 1 ? { pipeline: names[0]! } : { pipelines: names };
}

/** The filter with this choice on an axis in the place of any other; with null, with none. */
export function withChoice(filter: Filter, target: Target, choice: Choice | null): Filter {
  const others = withoutChoices(filter, [target]);
  // Its ends are two conditions, which read better side by side than as one in parentheses.
  return choice ? joinParts([...partsOf(others), ...partsOf(conditionOf(target, choice))]) : others;
}

/** The stretch of numbers that a filter lets pass on an axis; null where it says nothing about it. */
export function stretchOf(filter: Filter, target: Target): { from: number; to: number } | null {
  const conditions = partsOf(filter).flatMap((part) => (isAbout(part, target) && part.metadata ? [part.metadata] : []));
  const bounded = conditions.filter(({ equals, in: list }) => equals === undefined && list === undefined);
  if (bounded.length === 0) return null;
  return {
    from: Math.max(...bounded.map(({ gt, gte }) => Math.max(gt ?? -Infinity, gte ?? -Infinity))),
    to: Math.min(...bounded.map(({ lt, lte }) => Math.min(lt ?? Infinity, lte ?? Infinity))),
  };
}
