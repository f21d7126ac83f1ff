import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  type Choice,
  passing,
  passingRuns,
  stretchOf,
  type Target,
  withChoice,
  withoutChoices,
  withoutJudged,
} from '../../src/dashboard/filter/brush.ts';
import { axisOf, choiceOf, numberAt, placeOf } from '../../src/dashboard/plots/axes.ts';
import { nearestLine, nearestPoint } from '../../src/dashboard/plots/nearest.ts';
import { parseFilter } from '../../src/filter/parse.ts';
import { printFilter } from '../../src/filter/print.ts';

const lr: Target = { ref: { key: 'config', path: ['lr'] } };

describe('what is chosen on an axis', () => {
  test('is a condition that one can read', () => {
    const filter = withChoice(parseFilter('pipeline:iris'), lr, { from: 0.01, to: 0.1 });
    expect(printFilter(filter)).toBe('pipeline:iris config["lr"]>=0.01 config["lr"]<=0.1');
    expect(printFilter(withChoice(filter, lr, { from: 0.02, to: 0.05 }))).toBe(
      'pipeline:iris config["lr"]>=0.02 config["lr"]<=0.05',
    );
    expect(printFilter(withChoice(filter, lr, null))).toBe('pipeline:iris');
    expect(printFilter(withChoice(filter, { fact: 'pipeline' }, { values: ['iris', 'churn'] }))).toBe(
      'pipeline:iris,churn config["lr"]>=0.01 config["lr"]<=0.1',
    );
    expect(printFilter(withChoice({}, { fact: 'state' }, { values: ['FAILED'] }))).toBe('status:failed');
    expect(printFilter(withChoice({}, { ref: { key: 'opt' } }, { values: ['sgd', 'adam w'] }))).toBe(
      'opt in (sgd, "adam w")',
    );
  });

  test('what was typed about the same value is shown on its axis, and gives way', () => {
    const typed = parseFilter('accuracy>0.8 status:failed not accuracy>0.9');
    const accuracy: Target = { ref: { key: 'accuracy' } };
    expect(stretchOf(typed, accuracy)).toEqual({ from: 0.8, to: Number.POSITIVE_INFINITY });
    expect(passing(typed, accuracy)(0.8)).toBe(false);
    expect(passing(typed, accuracy)(0.81)).toBe(true);
    expect(passing(typed, accuracy)(undefined)).toBe(false);
    expect(passing(typed, { ref: { key: 'loss' } })(undefined)).toBe(true);
    expect(printFilter(withoutChoices(typed, [accuracy, lr]))).toBe('status:failed not accuracy>0.9');
  });

  test('passes as its condition says, also after it was printed and parsed', () => {
    const number = fc.double({ noNaN: true, noDefaultInfinity: true });
    const choice: fc.Arbitrary<Choice> = fc.oneof(
      fc.record({ from: number, to: number }),
      fc.record({ values: fc.uniqueArray(fc.oneof(fc.string(), fc.boolean()), { minLength: 1 }) }),
    );
    fc.assert(
      fc.property(choice, fc.oneof(number, fc.string(), fc.boolean()), (chosen, value) => {
        const filter = parseFilter(printFilter(withChoice({}, lr, chosen)));
        const isChosen =
          'values' in chosen
            ? chosen.values.some((one) => one === value)
            : typeof value === 'number' && value >= chosen.from && value <= chosen.to;
        expect(passing(filter, lr)(value)).toBe(isChosen);
      }),
    );
  });
});

describe('what a plot can tell of a filter', () => {
  const pipeline: Target = { fact: 'pipeline' };
  const note: Target = { ref: { key: 'note' } };

  test('is told by all that is known of the runs, whether it makes an axis or not', () => {
    const names = Array.from({ length: 30 }, (_, at) => `p-${at}`);
    const filter = parseFilter('pipeline:p-7 score>1');
    const scores = names.map((_, at) => at);
    const measures = [
      { target: pipeline, values: names },
      { target: { ref: { key: 'score' } }, values: scores },
    ];
    expect(passingRuns(filter, measures, names.length)).toEqual(names.map((name) => name === 'p-7'));
    expect(printFilter(withoutJudged(filter, [pipeline]))).toBe('score>1');
  });

  test('is not what values without a place may fulfil: that is asked of the service', () => {
    const long = 'n'.repeat(201);
    for (const text of [
      'note=[1,2]',
      `note=${long}`,
      'note="cut…"',
      'note=9007199254740993',
      'note="NaN"',
      'note=null',
    ]) {
      const filter = parseFilter(text);
      expect(withoutJudged(filter, [note]), text).toEqual(filter);
      expect(passing(filter, note)(undefined), text).toBe(true);
      expect(passing(filter, note)('something else'), text).toBe(false);
    }
    for (const text of ['note=1', 'note=short', 'note in (a, true)', 'note<1', `note["a"]=${long}`]) {
      const filter = parseFilter(text);
      const target = text.includes('["a"]') ? { ref: { key: 'note', path: ['a'] } } : note;
      expect(withoutJudged(filter, [target]), text).toEqual({});
      expect(passing(filter, target)(undefined), text).toBe(false);
    }
  });
});

describe('an axis', () => {
  const measure = (values: readonly (number | string | boolean | undefined)[]) => ({
    text: 'k',
    title: 'k',
    target: lr,
    values,
  });

  test('spans its numbers, by their logarithm where they span more than two powers of ten', () => {
    const plain = axisOf(measure([1, undefined, 3]))!;
    expect([1, 2, 3].map((value) => placeOf(plain, value))).toEqual([0, 0.5, 1]);
    const log = axisOf(measure([1e-4, 1e-2]))!;
    expect(placeOf(log, 1e-3)).toBeCloseTo(0.5);
    expect(placeOf(log, undefined)).toBeNull();
    expect(axisOf(measure([undefined]))).toBeNull();
    expect(axisOf(measure(Array.from({ length: 25 }, (_, at) => `text ${at}`)))).toBeNull();
  });

  test('what is dragged over is chosen whole: no run within is lost by rounding', () => {
    const positive = fc.double({ min: 1e-9, max: 1e9, noNaN: true });
    const place = fc.double({ min: 0, max: 1, noNaN: true });
    fc.assert(
      fc.property(fc.array(positive, { minLength: 2 }), place, place, (values, a, b) => {
        const axis = axisOf(measure(values))!;
        const chosen = choiceOf(axis, a, b) as { from: number; to: number };
        for (const value of values) {
          const at = placeOf(axis, value)!;
          if (at > Math.min(a, b) + 1e-9 && at < Math.max(a, b) - 1e-9) {
            expect(value).toBeGreaterThanOrEqual(chosen.from);
            expect(value).toBeLessThanOrEqual(chosen.to);
          }
        }
      }),
    );
  });

  test('has texts in their order, with the numbers in them as numbers', () => {
    const axis = axisOf(measure(['gpu-10', 'gpu-2', true, 'gpu-2']))!;
    expect(axis.scale).toEqual({ kind: 'text', names: ['gpu-2', 'gpu-10', true] });
    expect(choiceOf(axis, 0, 0.5)).toEqual({ values: ['gpu-2', 'gpu-10'] });
  });

  test('gives back the number at a place', () => {
    expect(numberAt({ kind: 'number', low: 1, high: 100, isLog: true }, 0.5)).toBeCloseTo(10);
    expect(numberAt({ kind: 'number', low: 0, high: 100, isLog: false }, 2)).toBe(100);
  });
});

test('the line, or point, that is nearest is the one that is meant, unless none is near', () => {
  const lines = [
    [0, 100],
    [50, 50],
  ];
  expect(nearestLine(lines, [0, 100], 75, 78)).toBe(0);
  expect(nearestLine(lines, [0, 100], 10, 55)).toBe(1);
  expect(nearestLine(lines, [0, 100], 75, 10)).toBeNull();
  expect(nearestPoint([null, [3, 4], [30, 4]], 0, 0)).toBe(1);
  expect(nearestPoint([null, [300, 4]], 0, 0)).toBeNull();
});
