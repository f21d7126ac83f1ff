import { formatNumber } from '../../format/time.ts';
import type { Plotted, Target } from '../filter/brush.ts';

/** A run as plots show it. */
export type Dot = { readonly id: string; readonly name: string; readonly status: string };

/** What could be an axis: a value for each run, in their order. */
export type Measure = {
  readonly text: string;
  readonly title: string;
  readonly target: Target;
  readonly values: readonly Plotted[];
};

type Scale =
  | { readonly kind: 'number'; readonly low: number; readonly high: number; readonly isLog: boolean }
  | { readonly kind: 'text'; readonly names: readonly (string | boolean)[] };

/** A measure with its scale: from 0, the low end, to 1. */
export type Axis = Measure & { readonly scale: Scale };

/** More different texts than that are no axis that one could read. */
const maxNames = 24;

/** The axis that a measure makes; null where it has no values, or too many different texts. */
export function axisOf(measure: Measure): Axis | null {
  const values = measure.values.filter((value) => value !== undefined);
  const numbers = values.filter((value) => typeof value === 'number');
  if (numbers.length > 0 && numbers.length === values.length) {
    // Not Math.min(...): there may be more runs than a call takes arguments.
    const low = numbers.reduce((least, number) => Math.min(least, number));
    const high = numbers.reduce((most, number) => Math.max(most, number));
    return { ...measure, scale: { kind: 'number', low, high, isLog: low > 0 && high / low >= 100 } };
  }
  const names = [...new Set(values.map((value) => (typeof value === 'number' ? String(value) : value)))];
  if (names.length === 0 || names.length > maxNames) return null;
  return {
    ...measure,
    scale: { kind: 'text', names: names.sort((a, b) => String(a).localeCompare(String(b), 'en', { numeric: true })) },
  };
}

/** Where a value stands, from 0 to 1; null where it has no place. */
export function placeOf({ scale }: Axis, value: Plotted): number | null {
  if (scale.kind === 'text') {
    const at = scale.names.indexOf(value as string | boolean);
    return at < 0 ? null : (at + 0.5) / scale.names.length;
  }
  if (typeof value !== 'number') return null;
  const { low, high, isLog } = scale;
  if (low === high) return 0.5;
  return isLog ? Math.log(value / low) / Math.log(high / low) : (value - low) / (high - low);
}

/** The number that stands at a place of a scale of numbers. */
export function numberAt({ low, high, isLog }: Scale & { kind: 'number' }, place: number): number {
  const at = Math.max(0, Math.min(1, place));
  return isLog ? low * (high / low) ** at : low + (high - low) * at;
}

/** What can be chosen between two places: numbers to four digits, rounded so that none in between is lost; or texts. */
export function choiceOf({ scale }: Axis, a: number, b: number) {
  const [from, to] = [Math.min(a, b), Math.max(a, b)];
  if (scale.kind === 'text') {
    const count = scale.names.length;
    return { values: scale.names.filter((_, at) => (at + 0.5) / count >= from && (at + 0.5) / count <= to) };
  }
  return { from: rounded(numberAt(scale, from), Math.floor), to: rounded(numberAt(scale, to), Math.ceil) };
}

function rounded(value: number, round: (value: number) => number): number {
  if (value === 0 || !Number.isFinite(value)) return value;
  const unit = 10 ** (Math.floor(Math.log10(Math.abs(value))) - 3);
  const result = Number((round(value / unit) * unit).toPrecision(12));
  return Number.isFinite(result) ? result : value;
}

/** What is written along an axis: five numbers, or all texts. */
export function ticksOf({ scale }: Axis): { readonly place: number; readonly label: string }[] {
  if (scale.kind === 'text')
    return scale.names.map((name, at) => ({ place: (at + 0.5) / scale.names.length, label: String(name) }));
  if (scale.low === scale.high) return [{ place: 0.5, label: formatNumber(scale.low) }];
  return [0, 0.25, 0.5, 0.75, 1].map((place) => ({
    place,
    label: formatNumber(Number(numberAt(scale, place).toPrecision(3))),
  }));
}
