import { execute } from '@runledger/client/internal/execute';
import type { Settings } from '@runledger/client/internal/options';
import { readSeries } from '@runledger/client/internal/series';
import { stringifyJson } from '@runledger/client/json';
import { toCsv } from '../../format/csv.ts';
import { formatCount, formatMoment, formatNumber } from '../../format/time.ts';
import { foundRun } from '../found-run.ts';
import { KeyHistory, type KeyHistoryQuery } from '../generated/operations.ts';
import { parse } from '../spec/parse.ts';
import { historySpec } from '../spec/read.ts';
import { UsageError } from '../spec/usage-error.ts';
import type { Output } from '../terminal/output.ts';
import { type Progress, withProgress } from '../terminal/progress.ts';
import { sparkline } from '../terminal/sparkline.ts';
import { type Cell, table } from '../terminal/table.ts';
import { printable } from '../terminal/text.ts';
import { pagesUpTo } from './pages-up-to.ts';
import { formatOf, parseLimit, readSettings } from './reader.ts';
import { stepTitle } from './status.ts';
import { exactText, isNumber, readable } from './values.ts';

type Page = NonNullable<KeyHistoryQuery['pipelineRun']>['metadataHistory'];
type Entry = Page['nodes'][number];

const curveWidth = 60;

interface Question {
  readonly ref: string;
  readonly key: string;
  readonly limit: number;
  readonly withCount: boolean;
}

function listEntries(settings: Settings, question: Question, progress: Progress) {
  const { ref, key, limit, withCount } = question;
  return pagesUpTo({ limit, things: 'values', progress }, async (piece): Promise<Page> => {
    const variables = { ref, key, ...piece, withCount: withCount && piece.after === null };
    return foundRun((await execute(settings, KeyHistory, variables)).pipelineRun, ref).metadataHistory;
  });
}

function stepOf({ step }: Entry): string {
  return step ? stepTitle(step) : '';
}

function printTable(output: Output, entries: readonly Entry[]): void {
  const { dim } = output.style;
  const rows = entries.map((entry): Cell[] => [
    { text: formatMoment(entry.loggedAt), paint: dim },
    { text: entry.iteration === null ? '' : String(entry.iteration) },
    { text: printable(readable(entry)) },
    { text: printable(stepOf(entry)), paint: dim },
    { text: entry.id, paint: dim },
  ]);
  const columns = [
    { title: 'LOGGED', leastWidth: 19 },
    { title: 'ITERATION', isNumeric: true },
    { title: 'VALUE', isNeeded: true, isNumeric: entries.every(({ value }) => isNumber(value)) },
    { title: 'STEP' },
    { title: 'ENTRY' },
  ];
  const isUsed = columns.map((_, at) => rows.some((row) => row[at]?.text !== ''));
  const used = <T>(all: readonly T[]) => all.filter((_, at) => isUsed[at]);
  for (const line of table(used(columns), rows.map(used), { width: output.width, paintTitle: dim }).lines)
    output.print(line);
}

/** The curve of all numbers under the key, in a line, with its least and greatest. */
async function curveLine(settings: Settings, { ref, key }: Question, output: Output): Promise<string | undefined> {
  const [series] = await readSeries(settings, [ref], [key], { maxPoints: 500 });
  const width = Math.min(curveWidth, (output.width ?? 80) - 30);
  const line = sparkline(series?.points.map(({ value }) => value) ?? [], width);
  if (!series || line === '') return undefined;
  const [least, most] = [series.min, series.max].map((number) => (number === null ? '' : formatNumber(number)));
  return `${output.style.cyan(line)}  ${output.style.dim(`${least} … ${most}`)}`;
}

async function printFull(output: Output, settings: Settings, question: Question, progress: Progress): Promise<number> {
  const entries: Entry[] = [];
  let total: number | undefined;
  for await (const page of listEntries(settings, question, progress)) {
    entries.push(...page.nodes);
    total ??= page.totalCount;
  }
  const curve =
    output.width !== undefined && entries.length > 1 ? await curveLine(settings, question, output) : undefined;
  progress.over();
  if (entries.length === 0) return 1;
  if (curve !== undefined) output.print(`${curve}\n`);
  printTable(output, entries);
  if (total !== undefined && total > entries.length)
    output.print(
      output.style.dim(`\n${formatCount(entries.length)} of ${formatCount(total)} values. More: --limit all`),
    );
  return 0;
}

async function printStream(
  output: Output,
  pages: AsyncGenerator<Page>,
  { head, textOf, joint, foot }: { head: string; textOf: (entry: Entry) => string; joint: string; foot: string },
): Promise<number> {
  let count = 0;
  await output.write(head);
  for await (const { nodes } of pages)
    for (const entry of nodes) await output.write((count++ === 0 ? '' : joint) + textOf(entry));
  await output.write(foot);
  return count === 0 ? 1 : 0;
}

/** `runledger history`: every value that was logged under a key, newest first. */
export async function history(args: string[], output: Output, complain: (line: string) => void): Promise<number> {
  const { values, positionals } = parse(historySpec, args);
  const [ref, key, ...more] = positionals;
  if (ref === undefined || key === undefined || more.length > 0) throw new UsageError('history: give a RUN and a KEY.');
  const settings = readSettings(values);
  const format = formatOf(values);
  const question = { ref, key, limit: parseLimit(values.limit), withCount: output.isTerminal && format === 'table' };
  const code = await withProgress(`asking for ${key} of ${ref}`, (progress) => {
    if (format !== 'table' && output.isTerminal) progress.over();
    if (format === 'table') return printFull(output, settings, question, progress);
    const pages = listEntries(settings, question, progress);
    if (format === 'json')
      return printStream(output, pages, { head: '[\n  ', textOf: stringifyJson, joint: ',\n  ', foot: '\n]\n' });
    const textOf = (entry: Entry) =>
      toCsv([
        [entry.loggedAt, String(entry.iteration ?? ''), exactText(entry.value), entry.type, stepOf(entry), entry.id],
      ]);
    return printStream(output, pages, {
      head: toCsv([['loggedAt', 'iteration', 'value', 'type', 'step', 'id']]),
      textOf,
      joint: '',
      foot: '',
    });
  });
  if (code === 1) complain(`nothing is logged under ${JSON.stringify(key)} in ${ref}.`);
  return code;
}
