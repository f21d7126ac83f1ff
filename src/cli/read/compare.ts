import { execute } from '@runledger/client/internal/execute';
import { rawJson, stringifyJson } from '@runledger/client/json';
import type { Status } from '../../filter/tree.ts';
import { type CompareCell, type CompareLine, cellText, deltaOf, linesOf } from '../../format/comparison.ts';
import { toCsv } from '../../format/csv.ts';
import { formatCount } from '../../format/time.ts';
import { CompareTable, type CompareTableQuery } from '../generated/operations.ts';
import { parse } from '../spec/parse.ts';
import { compareSpec } from '../spec/read.ts';
import { UsageError } from '../spec/usage-error.ts';
import type { Output } from '../terminal/output.ts';
import { withProgress } from '../terminal/progress.ts';
import type { Style } from '../terminal/style.ts';
import { type Cell, table } from '../terminal/table.ts';
import { padEnd, printable, widthOf } from '../terminal/text.ts';
import { formatOf, parseKeys, readSettings } from './reader.ts';
import { paintOf, statusText } from './status.ts';

type Runs = CompareTableQuery['compareRuns']['runs'];

const mostRuns = 100;

function keyOf({ key, path }: CompareLine): string {
  return [key, ...path].join(' › ');
}

function textOf(cell: CompareCell): string {
  if (cell.kind === 'missing') return '–';
  // What is shortened on the page has its digits here.
  if (cell.kind === 'value') return printable(cell.number === null ? cell.text : cell.exact);
  return cellText(cell);
}

/** The value as it was logged, for JSON. */
function rawOf(cell: CompareCell): unknown {
  return cell.kind === 'value' ? rawJson(cell.exact) : cell.kind === 'nan' ? 'NaN' : null;
}

/** A value, and behind it in dimmer letters how it is to that of the first run. */
function cellOf(cell: CompareCell, base: CompareCell | undefined, width: number, style: Style): Cell {
  const text = textOf(cell);
  if (cell.kind === 'missing') return { text, paint: style.dim };
  const delta = base && base !== cell ? deltaOf(cell, base) : null;
  if (delta === null || delta === '=') return { text };
  const padded = padEnd(text, width);
  return {
    text: `${padded}  ${delta}`,
    paint: (shown) => (shown.startsWith(padded) ? padded + style.dim(shown.slice(padded.length)) : shown),
  };
}

function printTable(output: Output, runs: Runs, lines: readonly CompareLine[], hiddenCount: number): void {
  const { style } = output;
  const widths = runs.map((_, at) => Math.max(0, ...lines.map((line) => widthOf(textOf(line.cells[at]!)))));
  const rows = lines.map((line): Cell[] => [
    { text: printable(keyOf(line)), paint: line.differs ? style.bold : undefined },
    ...line.cells.map((cell, at) => cellOf(cell, at === 0 ? undefined : line.cells[0], widths[at] ?? 0, style)),
  ]);
  const states = runs.map(({ status }) => ({
    text: statusText(status as Status),
    paint: paintOf(status as Status, style),
  }));
  const columns = [
    { title: 'KEY', isNeeded: true, leastWidth: 12 },
    ...runs.map(({ name }, at) => ({ title: printable(name), isNeeded: at === 0, leastWidth: 10 })),
  ];
  const { lines: shown, hidden } = table(columns, [[{ text: '' }, ...states], ...rows], {
    width: output.width,
    paintTitle: style.bold,
  });
  for (const line of shown) output.print(line);
  if (!output.isTerminal) return;
  const notes: string[] = [];
  if (hiddenCount > 0) notes.push(`${formatCount(hiddenCount)} keys are the same: --all shows them`);
  if (hidden.length > 0) notes.push(`no room for ${hidden.join(', ')}`);
  if (lines.length === 0) notes.unshift('nothing differs');
  if (notes.length > 0) output.print(style.dim(`\n${notes.join(' · ')}`));
}

/** `runledger compare`: runs side by side, key by key. */
export async function compare(args: string[], output: Output): Promise<number> {
  const { values, positionals: refs } = parse(compareSpec, args);
  if (refs.length < 2 || refs.length > mostRuns) throw new UsageError(`compare: give 2 to ${mostRuns} runs.`);
  const format = formatOf(values);
  const settings = readSettings(values);
  const variables = { refs, keys: parseKeys(values.keys) };
  const { runs, rows } = (await withProgress('comparing', () => execute(settings, CompareTable, variables)))
    .compareRuns;
  const all = linesOf(rows);
  // Where a dict is taken apart, its leaves say what there is to say.
  const lines = all.filter(({ isHead, differs }) => !isHead && (values.all || differs));
  if (format === 'json') {
    const cellsOf = ({ cells }: CompareLine) =>
      Object.fromEntries(cells.flatMap((cell, at) => (cell.kind === 'missing' ? [] : [[runs[at]!.name, rawOf(cell)]])));
    const json = lines.map((line) => ({
      key: line.key,
      path: line.path,
      differs: line.differs,
      values: cellsOf(line),
    }));
    output.print(`[\n${json.map((line) => `  ${stringifyJson(line)}`).join(',\n')}\n]`);
  } else if (format === 'csv') {
    const table = lines.map((line) => [keyOf(line), ...line.cells.map(cellText)]);
    await output.write(toCsv([['key', ...runs.map(({ name }) => name)], ...table]));
  } else {
    const same = values.all ? 0 : all.filter(({ isHead, differs }) => !isHead && !differs).length;
    printTable(output, runs, lines, same);
  }
  return 0;
}
