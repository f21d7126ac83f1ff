import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parseRefs, printRefs } from '../../src/dashboard/address/names.ts';
import { readSearch, writeSearch } from '../../src/dashboard/address/search.ts';
import { smooth } from '../../src/dashboard/curves/points.ts';
import { suggest } from '../../src/dashboard/filter/suggest.ts';
import { layOut } from '../../src/dashboard/parts/lay-out.ts';
import { withDefaults } from '../../src/dashboard/parts/literal.ts';
import { cellOf, fractionDigits, padding, type Row } from '../../src/dashboard/runs/cells.ts';
import { measuresOf } from '../../src/dashboard/runs/measures.ts';
import { shiftOf } from '../../src/dashboard/runs/window.ts';
import { keyColumn, parseColumns, printColumns, withWidth } from '../../src/filter/columns.ts';
import { resolveDates } from '../../src/filter/dates.ts';
import { type CompareCell, deltaOf } from '../../src/format/comparison.ts';
import { toCsv } from '../../src/format/csv.ts';
import { formatAgo, formatDuration, formatNumber } from '../../src/format/time.ts';

describe('an address', () => {
  const text = fc.string({ unit: 'grapheme' });

  test('gives back what was written into it, through the browser', () => {
    fc.assert(
      fc.property(
        fc.dictionary(
          text,
          text.filter((value) => value !== ''),
        ),
        (params) => {
          const url = new URL(`http://localhost/runs${writeSearch(params)}`);
          expect({ ...readSearch(url.search) }).toEqual({ ...params });
        },
      ),
    );
  });

  test('can be read', () => {
    const q = 'pipeline:iris accuracy>0.8 not status:failed';
    expect(writeSearch({ q, sort: '-train::accuracy' })).toBe(
      '?q=pipeline:iris+accuracy%3E0.8+not+status:failed&sort=-train::accuracy',
    );
  });

  test('holds names of runs with commas in them', () => {
    fc.assert(
      fc.property(fc.uniqueArray(text.filter((name) => name !== '')), (names) => {
        expect(parseRefs(printRefs(names))).toEqual(names);
      }),
    );
  });

  test('holds columns of any key and path', () => {
    const ref = fc.record({ key: text, path: fc.array(text, { minLength: 1 }) }, { requiredKeys: ['key'] });
    fc.assert(
      fc.property(fc.uniqueArray(ref.map(keyColumn), { selector: ({ text: column }) => column }), (columns) => {
        if (columns.length > 0) expect(parseColumns(printColumns(columns))).toEqual(columns);
      }),
    );
    expect(
      parseColumns('state,train::loss,config["lr"],"state"').map(({ builtIn, ref: found }) => builtIn ?? found),
    ).toEqual(['state', { key: 'train::loss' }, { key: 'config', path: ['lr'] }, { key: 'state' }]);
  });
});

test('suggestions are keys, then operators that fit, then values', () => {
  const known = {
    keys: [
      { key: 'accuracy', types: ['FLOAT'], runs: 9 },
      { key: 'model', types: ['URI'], runs: 3 },
    ],
    pipelines: ['iris', 'churn'],
    valuesOf: (key: string) => (key === 'accuracy' ? [0.9, 0.8] : []),
  };
  const texts = (text: string) => suggest(text, text.length, known).items.map((item) => item.text);
  expect(texts('acc')).toEqual(['accuracy']);
  expect(texts('accuracy').slice(0, 3)).toEqual(['accuracy>', 'accuracy<', 'accuracy>=']);
  expect(texts('model').slice(0, 3)).toEqual(['model=', 'model!=', 'model^=']);
  expect(texts('accuracy>')).toEqual(['0.9', '0.8']);
  expect(texts('a=1 status:fa')).toEqual(['failed']);
  expect(texts('pipeline:iris,ch')).toEqual(['churn']);
  expect(texts('not has:mo')).toEqual(['model']);
});

test('dates are days of who asks, or so long ago', () => {
  const now = Date.parse('2026-11-27T12:00:00Z');
  expect(resolveDates({ startedAfter: '3d' }, now)).toEqual({ startedAfter: '2026-11-24T12:00:00.000Z' });
  expect(resolveDates({ not: { endedBefore: '90m' } }, now)).toEqual({
    not: { endedBefore: '2026-11-27T10:30:00.000Z' },
  });
  expect(resolveDates({ and: [{ startedAfter: '2026-11-01' }] }, now)).toEqual({
    and: [{ startedAfter: new Date(2026, 10, 1).toISOString() }],
  });
  expect(resolveDates({ startedAfter: 'whenever' }, now)).toEqual({ startedAfter: 'whenever' });
});

test('times and numbers are short', () => {
  expect([850, 51_000, 843_000, 7_865_000, 273_600_000].map(formatDuration)).toEqual([
    '0.8 s',
    '0:51',
    '14:03',
    '2:11:05',
    '3 d 4 h',
  ]);
  const now = Date.parse('2026-11-27T12:00:00Z');
  expect(
    ['2026-11-27T11:59:30Z', '2026-11-27T11:58:00Z', '2026-11-27T09:00:00Z', '2026-11-25T09:00:00Z'].map((at) =>
      formatAgo(at, now),
    ),
  ).toEqual(['just now', '2 min ago', '3 h ago', '2 d ago']);
  expect([0, 0.9130001, 1.1e-13, 12_345_678].map(formatNumber)).toEqual(['0', '0.913', '1.1e-13', '1.23e7']);
});

test('a cell of one step has what that step logged', () => {
  const entry = (id: string, step: string) => ({ id, key: 'loss', qualifiedKey: `${step}::loss` });
  const cell = (id: string, step: string) => ({ ...entry(id, step), type: 'INT' as const, number: 1, display: id });
  const row = {
    ...{ id: 'r', name: 'r', pipeline: 'p', status: 'RUNNING' as const, startedAt: '', endedAt: null, failure: null },
    metadata: [cell('1', 'train'), cell('2', 'eval')],
    deep: [
      { ...entry('1', 'train'), value: { a: 'of train' } },
      { ...entry('2', 'eval'), value: { a: 'of eval' } },
    ],
  } satisfies Row;
  expect(cellOf(row, { key: 'loss' })?.display).toBe('2');
  expect(cellOf(row, { key: 'loss', step: 'train' })?.display).toBe('1');
  expect(cellOf(row, { key: 'loss', step: 'train', path: ['a'] })?.display).toBe('of train');
  expect(measuresOf(parseColumns('loss@train["a"]'), [row])[0]!.values).toEqual(['of train']);
});

test('points of numbers stand in line', () => {
  const cells = ['0.913', '12', '1.5e-7', '0.5'].map((display) => ({ display, isNumber: true }));
  expect(fractionDigits(cells)).toBe(3);
  expect(cells.map(({ display }) => padding(display, 3).length)).toEqual([0, 4, 0, 2]);
  expect(fractionDigits([null, { display: 'x', isNumber: false }])).toBe(-1);
});

test('smoothing begins at the first point and follows the last', () => {
  expect(smooth([1, 1, 1], 0.9)).toEqual([1, 1, 1]);
  const smoothed = smooth([0, 0, 10, 10, 10, 10, 10, 10], 0.5);
  expect(smoothed[0]).toBe(0);
  expect(smoothed.at(-1)).toBeGreaterThan(9.8);
});

test('a comparison says by how much', () => {
  const value = (number: number): CompareCell => ({
    kind: 'value',
    text: String(number),
    exact: String(number),
    number,
  });
  expect(deltaOf(value(0.1), value(0.01))).toBe('×10');
  expect(deltaOf(value(0.84), value(0.913))).toBe('−0.073');
  expect(deltaOf(value(0), value(0.5))).toBe('−0.5');
  expect(deltaOf(value(3), value(3))).toBe('=');
  expect(deltaOf({ kind: 'null' }, value(3))).toBeNull();
});

test('CSV keeps commas, quotes and lines, and holds no formula', () => {
  expect(toCsv([['a,b', 'say "hi"', 'two\nlines', '=1+1', '-0.5', '@x']])).toBe(
    `"a,b","say ""hi""","two\nlines",'=1+1,-0.5,'@x\r\n`,
  );
});

test('a question is laid out for people', () => {
  expect(layOut('query A($k: [String!]) { run(ref: "a { b") { name ...Row on: x } } fragment Row on Run { id }')).toBe(
    'query A($k: [String!]) {\n  run(ref: "a { b") {\n    name\n    ...Row\n    on: x\n  }\n}\nfragment Row on Run {\n  id\n}',
  );
});

test('a question carries its variables, where GraphQL can write them', () => {
  const text = 'query A($first: Int!, $after: String, $filter: PipelineRunFilter) { runs(first: $first) { id } }';
  const filter = { status: ['FAILED'], metadata: { key: 'a b', equals: 9007199254740993n, path: ['x'] } };
  expect(withDefaults(text, { first: 20, after: null, filter })).toBe(
    'query A($first: Int! = 20, $after: String, $filter: PipelineRunFilter = {status: [FAILED], metadata: {key: "a b", equals: 9007199254740993, path: ["x"]}}) { runs(first: $first) { id } }',
  );
  expect(withDefaults(text, { filter: { metadata: { key: 'a', equals: { 'odd key': 1 } } } })).toBeNull();
});

test('columns keep their widths in the address', () => {
  const columns = parseColumns('state:96,train::loss:160,config["lr"],a::b');
  expect(columns.map(({ width }) => width)).toEqual([96, 160, undefined, undefined]);
  expect(printColumns(columns)).toBe('state:96,train::loss:160,config["lr"],a::b');
  expect(withWidth(columns[0]!, 3).width).toBe(48);
  expect(withWidth(columns[0]!)).toEqual({ text: 'state', builtIn: 'state' });
});

test('a row is found again where it went to', () => {
  const rows = (text: string) => [...text].map((id) => ({ id }));
  expect(shiftOf(rows('abc'), rows('xyabc'), 1)).toBe(2);
  expect(shiftOf(rows('abc'), rows('bc'), 1)).toBe(-1);
  expect(shiftOf(rows('abc'), rows('abc'), 1)).toBe(0);
  expect(shiftOf(rows('abc'), rows('xyz'), 1)).toBeNull();
  expect(shiftOf(rows('abc'), rows('abc'), 9)).toBeNull();
});
