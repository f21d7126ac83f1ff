import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parseFilter } from '../../src/filter/parse.ts';
import { printFilter } from '../../src/filter/print.ts';
import { FilterError } from '../../src/filter/scanner.ts';
import { type Condition, type Filter, joinParts, partsOf, statuses, valueTypes } from '../../src/filter/tree.ts';
import { anyJson } from '../support/json-arbitrary.ts';

const text = fc.oneof(
  fc.string({ unit: 'grapheme' }),
  fc.string({ unit: 'binary' }),
  fc.constantFrom(
    'and',
    'or',
    'NOT',
    'true',
    '12',
    '-1e5',
    'a::b',
    'a:b',
    '::',
    'x*',
    '*',
    'train::loss',
    '"',
    '\\',
    '(',
    'a b',
    '',
  ),
);
const double = fc.double({ noNaN: true, noDefaultInfinity: true });

const condition = fc.record(
  {
    key: text,
    step: text,
    path: fc.array(text, { maxLength: 3 }),
    exists: fc.boolean(),
    type: fc.constantFrom(...valueTypes),
    equals: anyJson,
    in: fc.array(anyJson, { maxLength: 3 }),
    gt: double,
    gte: double,
    lt: double,
    lte: double,
    contains: text,
    startsWith: text,
    has: anyJson,
  },
  { requiredKeys: ['key'] },
) as fc.Arbitrary<Condition>;

/** Filters inside one another, so many levels at most. */
function filterOf(levels: number): fc.Arbitrary<Filter> {
  const inner: Record<string, fc.Arbitrary<unknown>> = {};
  if (levels > 0) {
    const sides = fc.array(filterOf(levels - 1), { maxLength: 3 });
    Object.assign(inner, { and: sides, or: sides, not: filterOf(levels - 1) });
  }
  return fc.record(
    {
      pipeline: text,
      pipelines: fc.array(text, { maxLength: 3 }),
      status: fc.array(fc.constantFrom(...statuses), { maxLength: 3 }),
      namePrefix: text,
      nameContains: text,
      startedAfter: text,
      startedBefore: text,
      endedAfter: text,
      endedBefore: text,
      metadata: condition,
      ...inner,
    },
    { requiredKeys: [] },
  ) as fc.Arbitrary<Filter>;
}
const filter = fc.oneof(filterOf(0), filterOf(1), filterOf(2), filterOf(3));

test('what was printed is parsed to the same filter, whichever it is', () => {
  fc.assert(
    fc.property(filter, (tree) => {
      expect(parseFilter(printFilter(tree))).toEqual(tree);
    }),
    { numRuns: 500 },
  );
}, 120_000);

test('conditions beside each other stay beside each other', () => {
  for (const text of [
    'pipeline:iris score>=0.1 score<=1 config["opt"] in (adam) lr<0.1',
    'a>1 not b>2 not c>3 (x or y)',
    'status:failed status:running',
  ]) {
    const printed = printFilter(parseFilter(text));
    expect(printed).not.toContain('all(');
    expect(parseFilter(printed)).toEqual(parseFilter(text));
  }
  expect(printFilter(parseFilter('a>1 b>2 c>3'))).toBe('a>1 b>2 c>3');
});

test('any text is a filter or an error that says where it is wrong', () => {
  const piece = fc.constantFrom(
    '(',
    ')',
    'and',
    'or',
    'not ',
    'a',
    '>',
    '=',
    '1',
    ' ',
    ':',
    'status:',
    '"',
    '[',
    '{',
    ',',
    '@',
    'in',
    'is',
  );
  fc.assert(
    fc.property(
      fc.oneof(
        fc.string(),
        fc.array(piece, { maxLength: 12 }).map((pieces) => pieces.join('')),
      ),
      (input) => {
        try {
          parseFilter(input);
        } catch (error) {
          expect(error).toBeInstanceOf(FilterError);
          const { from, to } = error as FilterError;
          expect(from).toBeLessThan(to);
          expect(from).toBeGreaterThanOrEqual(0);
        }
      },
    ),
    { numRuns: 2_000 },
  );
});

test('chips put together again are a filter of the same parts', () => {
  fc.assert(
    fc.property(filter, (tree) => {
      const parts = partsOf(tree);
      expect(partsOf(joinParts(parts)).map(printFilter).sort()).toEqual(parts.map(printFilter).sort());
    }),
  );
});

describe('what people write', () => {
  test.for<[string, Filter]>([
    ['', {}],
    ['iris', { nameContains: 'iris' }],
    ['name:iris*', { namePrefix: 'iris' }],
    [
      'pipeline:iris accuracy>0.8 not status:failed',
      { pipeline: 'iris', metadata: { key: 'accuracy', gt: 0.8 }, not: { status: ['FAILED'] } },
    ],
    ['status:failed,running', { status: ['FAILED', 'RUNNING'] }],
    ['accuracy > 0.8 accuracy<=0.9', { metadata: { key: 'accuracy', gt: 0.8, lte: 0.9 } }],
    ['accuracy>0.8 loss<1', { metadata: { key: 'accuracy', gt: 0.8 }, and: [{ metadata: { key: 'loss', lt: 1 } }] }],
    [
      'train::accuracy>0.8 or loss@train<1',
      { or: [{ metadata: { key: 'train::accuracy', gt: 0.8 } }, { metadata: { key: 'loss', step: 'train', lt: 1 } }] },
    ],
    [
      'a=1 or b=2 and c=3',
      {
        or: [
          { metadata: { key: 'a', equals: 1 } },
          { and: [{ metadata: { key: 'b', equals: 2 } }, { metadata: { key: 'c', equals: 3 } }] },
        ],
      },
    ],
    ['config["lr"]>=0.01', { metadata: { key: 'config', path: ['lr'], gte: 0.01 } }],
    ['config[layers][0]=64', { metadata: { key: 'config', path: ['layers', '0'], equals: 64 } }],
    ['has:tags tags~=prod', { metadata: { key: 'tags', has: 'prod' } }],
    ['lacks:accuracy', { metadata: { key: 'accuracy', exists: false } }],
    ['seed=9007199254740993', { metadata: { key: 'seed', equals: 9007199254740993n } }],
    ['model^=s3://models/', { metadata: { key: 'model', startsWith: 's3://models/' } }],
    ['lr!=0.1', { not: { metadata: { key: 'lr', equals: 0.1 } } }],
    ['lr in (0.1, 0.01)', { metadata: { key: 'lr', in: [0.1, 0.01] } }],
    ['size>1.5GiB', { metadata: { key: 'size', gt: 1610612736 } }],
    ['"my key"="two words"', { metadata: { key: 'my key', equals: 'two words' } }],
    [
      'after:2026-11-01 accuracy is float',
      { startedAfter: '2026-11-01', metadata: { key: 'accuracy', type: 'FLOAT' } },
    ],
    ['-status:failed', { not: { status: ['FAILED'] } }],
  ])('%s', ([input, tree]) => expect(parseFilter(input)).toEqual(tree));

  test.for([
    ['accuracy>', 'A value goes behind it', 'accuracy>'],
    ['status:faild', 'running, completed', 'status:faild'],
    ['acc:0.8', 'write acc=0.8', 'acc:0.8'],
    ['(a=1', 'not closed', '('],
    ['a=1)', 'closes nothing', ')'],
    ['a>high', 'compares numbers', 'a>high'],
    ['a="x', 'not closed', '"x'],
    ['a=1 or', 'missing', 'r'],
    ['a is nothing', 'no type', 'a is nothing'],
  ] as const)('%s is wrong, and the fix is said', ([input, words, marked]) => {
    const error = (() => {
      try {
        return void parseFilter(input);
      } catch (thrown) {
        return thrown as FilterError;
      }
    })();
    expect(error?.message).toContain(words);
    expect(input.slice(error?.from, error?.to)).toBe(marked);
  });
});
