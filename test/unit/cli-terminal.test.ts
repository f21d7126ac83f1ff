import { Writable } from 'node:stream';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { timelineBar } from '../../src/cli/read/timeline.ts';
import { alignPoints, shortened } from '../../src/cli/terminal/numbers.ts';
import { openOutput } from '../../src/cli/terminal/output.ts';
import { sparkline } from '../../src/cli/terminal/sparkline.ts';
import { hasColours, styleOf } from '../../src/cli/terminal/style.ts';
import { table } from '../../src/cli/terminal/table.ts';
import { printable, truncate, widthOf } from '../../src/cli/terminal/text.ts';
import { definitionList, wrapParagraphs } from '../../src/cli/terminal/wrap.ts';

const text = fc.string({ unit: 'grapheme', maxLength: 40 }).map(printable);
const plainOf = (line: string) => line.replaceAll(/\u001b\[\d+m/g, '');

describe('a table', () => {
  const columns = fc.array(fc.tuple(text, fc.boolean()), { minLength: 1, maxLength: 6 });
  const tables = columns.chain((heads) =>
    fc.record({
      heads: fc.constant(heads),
      rows: fc.array(fc.tuple(...heads.map(([, isNumeric]) => (isNumeric ? fc.integer().map(String) : text))), {
        maxLength: 6,
      }),
    }),
  );

  test('is no wider than it may be, unless a title or a number is; colours take no room', () => {
    fc.assert(
      fc.property(tables, fc.integer({ min: 20, max: 120 }), ({ heads, rows }, width) => {
        const spec = heads.map(([title, isNumeric], at) => ({ title, isNumeric, isNeeded: at === 0 }));
        const { red } = styleOf(true);
        const cells = rows.map((row) => row.map((cell) => ({ text: cell, paint: red })));
        const { lines } = table(spec, cells, { width });
        const needed = Math.max(8, widthOf(heads[0]![0]), ...rows.map((row) => (heads[0]![1] ? widthOf(row[0]!) : 0)));
        for (const line of lines) expect(widthOf(plainOf(line))).toBeLessThanOrEqual(Math.max(width, needed));
        expect(lines).toHaveLength(rows.length + 1);
        for (const line of lines) expect(plainOf(line)).toBe(plainOf(line).trimEnd());
      }),
    );
  });

  test('shows all of it where there is room for all, whatever the letters', () => {
    const { lines, hidden } = table(
      [{ title: 'RUN' }, { title: 'loss', isNumeric: true }, { title: 'note' }],
      [
        [{ text: '学習' }, { text: '0.25' }, { text: 'ok' }],
        [{ text: 'b' }, { text: '10' }, { text: '' }],
      ],
      { width: 80 },
    );
    expect(lines).toEqual(['RUN    loss  note', '学習   0.25  ok', 'b     10']);
    expect(hidden).toEqual([]);
  });

  test('says which columns it has no room for, shortens texts visibly, and numbers never in silence', () => {
    const { lines, hidden } = table(
      [{ title: 'RUN', isNeeded: true }, { title: 'loss', isNumeric: true }, { title: 'model' }, { title: 'accuracy' }],
      [[{ text: 'a-run-with-a-long-name' }, { text: '0.123456789012' }, { text: 's3://models/42' }, { text: 'x' }]],
      { width: 32 },
    );
    expect(hidden).toEqual(['accuracy']);
    expect(lines[1]).toMatch(/^a-run-w\S*… +0\.123456… +\S+…$/);
  });
});

test('a text from outside cannot move the cursor, colour the rest or turn the direction of writing', () => {
  expect(printable('a\u001b[31mred\r\n\tb\u202Ec\u0007')).toBe('a\\u001b[31mred␍⏎ b\\u202ec\\u0007');
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (any) => {
      expect(printable(any)).not.toMatch(/[\p{Cc}\u202a-\u202e]/u);
    }),
  );
});

test('a text that is cut ends in …, and is never wider', () => {
  expect(truncate('日本語テキスト', 7)).toBe('日本語…');
  fc.assert(
    fc.property(text, fc.integer({ min: 1, max: 30 }), (any, width) => {
      expect(widthOf(truncate(any, width))).toBeLessThanOrEqual(width);
      if (widthOf(any) <= width) expect(truncate(any, width)).toBe(any);
    }),
  );
});

test.for([
  ['0.12345678', '0.123456…'],
  ['0.1234567', '0.1234567'],
  ['-12.00000001', '-12.000000…'],
  ['0.00000000123', '0.00000000123'],
  ['9007199254740993', '9007199254740993'],
  ['1e-12', '1e-12'],
  ['s3://0.123456789', 's3://0.123456789'],
] as const)('%s is shortened to %s', ([number, short]) => {
  expect(shortened(number)).toBe(short);
});

test('points of numbers stand in line, blanks where others have digits', () => {
  expect(alignPoints(['1', '0.25', '-10.5', '–', ''])).toEqual(['  1   ', '  0.25', '-10.5 ', '     –', '      ']);
});

test('a reader that is slow is waited for, and one that is gone is not', async () => {
  const read: string[] = [];
  const stream = new Writable({
    highWaterMark: 1,
    write(chunk, _encoding, next) {
      read.push(String(chunk));
      setImmediate(next);
    },
  });
  const { write } = openOutput({}, Object.assign(stream, { isTTY: false, columns: 80 }));
  const listeners = () => stream.eventNames().reduce((sum, name) => sum + stream.listenerCount(name), 0);
  stream.on('error', () => {});
  const before = listeners();
  const lines = Array.from({ length: 30 }, (_, at) => `line ${at}\n`);
  for (const [at, line] of lines.entries()) {
    await write(line);
    expect(stream.writableLength).toBe(0);
    expect(read).toEqual(lines.slice(0, at + 1));
  }
  expect(listeners()).toBe(before);
  stream.destroy();
  await write('nobody reads this');
  expect(read).toEqual(lines);
});

test('a curve goes from its least to its greatest', () => {
  expect(sparkline([0, 1, 2, 3, 4, 5, 6, 7], 8)).toBe('▁▂▃▄▅▆▇█');
  expect(sparkline([5, 5, 5], 8)).toBe('▄▄▄');
  expect(sparkline([0, 0, 10, 10], 2)).toBe('▁█');
  expect(sparkline([Number.NaN, 1], 8)).toBe('');
  const numbers = fc.array(fc.double({ noNaN: false }), { maxLength: 200 });
  fc.assert(
    fc.property(numbers, fc.integer({ min: 2, max: 80 }), (any, width) => {
      expect(sparkline(any, width)).toMatch(/^[▁▂▃▄▅▆▇█]*$/);
    }),
  );
});

test('a bar lies where the step lies in the run, and is seen however short', () => {
  const at = (second: number) => new Date(second * 1_000).toISOString();
  const whole = { startedAt: at(0), endedAt: at(100) };
  expect(timelineBar({ startedAt: at(0), endedAt: at(50) }, whole, 10, 0)).toBe('█████');
  expect(timelineBar({ startedAt: at(50), endedAt: at(50) }, whole, 10, 0)).toBe('     ▏');
  expect(timelineBar({ startedAt: at(50), endedAt: null }, { ...whole, endedAt: null }, 10, 100_000)).toBe(
    '     █████',
  );
});

test.for([
  [true, {}, true],
  [false, {}, false],
  [true, { TERM: 'dumb' }, false],
  [true, { NO_COLOR: '1' }, false],
  [true, { NO_COLOR: '' }, true],
  [false, { FORCE_COLOR: '1' }, true],
  [true, { FORCE_COLOR: '0' }, false],
  [true, { NO_COLOR: '1', FORCE_COLOR: '1' }, true],
] as const)('on a terminal %j with %j there are colours: %j', ([isTerminal, env, expected]) => {
  expect(hasColours(isTerminal, env)).toBe(expected);
  expect(styleOf(expected).red('x')).toBe(expected ? '\u001b[31mx\u001b[39m' : 'x');
});

test('paragraphs are wrapped between words, and examples are left as they are', () => {
  expect(wrapParagraphs('one two three\n\n  four   five six seven', 9)).toBe(
    'one two\nthree\n\n  four   five six seven',
  );
  expect(
    definitionList(
      [
        ['-a', 'one two three four five six'],
        ['--bee', 'x'],
      ],
      20,
    ),
  ).toBe('  -a     one two three four five\n         six\n  --bee  x');
});
