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

function holdsFor(condition: Condition, value: Plotted): boolean {
  const { gt, gte, lt, lte, equals, in: list } = condition;
  const isEqual = (other: JsonValue) => stringifyJson(other) === stringifyJson(value);
  if (equals !== undefined) return isEqual(equals);
  if (list) return list.some(isEqual);
  if (typeof value !== 'number') return false;
  return (
    value > (gt ?? -Infinity) && value >= (gte ?? -Infinity) && value < (lt ?? Infinity) && value <= (lte ?? Infinity)
  );
}

/** Whether a value passes what a filter says about its axis. */
export function passes(filter: Filter, target: Target, value: Plotted): boolean {
  return partsOf(filter).every((part) => {
    if (!isAbout(part, target)) return true;
    if (part.metadata) return value !== undefined && holdsFor(part.metadata, value);
    const names: readonly string[] = part.status ?? part.pipelines ?? [part.pipeline!];
    return names.includes(String(value));
  });
}

/** The filter without what it says about these axes. */
export function withoutChoices(filter: Filter, targets: readonly Target[]): Filter {
  return joinParts(partsOf(filter).filter((part) => !targets.some((target) => isAbout(part, target))));
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
