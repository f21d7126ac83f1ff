import { execute } from '@runledger/client/internal/execute';
import type { Settings } from '@runledger/client/internal/options';
import { stringifyJson } from '@runledger/client/json';
import {
  builtInColumn,
  type Column,
  keyColumn,
  keysOf,
  type Order,
  orderOf,
  parseColumnList,
  parseSort,
  titleOf,
} from '../../filter/columns.ts';
import { resolveDates } from '../../filter/dates.ts';
import { parseFilter } from '../../filter/parse.ts';
import type { Filter } from '../../filter/tree.ts';
import { toCsv } from '../../format/csv.ts';
import { formatCount } from '../../format/time.ts';
import { CommonKeys, RunCount } from '../generated/operations.ts';
import { parse } from '../spec/parse.ts';
import { runsSpec } from '../spec/read.ts';
import { UsageError } from '../spec/usage-error.ts';
import type { Output } from '../terminal/output.ts';
import { withProgress } from '../terminal/progress.ts';
import { table } from '../terminal/table.ts';
import { exactValue, type RunRow, readColumns, runTable } from './columns.ts';
import { listRuns } from './list-runs.ts';
import { formatOf, parseLimit, parsing, readSettings } from './reader.ts';
import { exactText } from './values.ts';

const facts = (['state', 'started', 'took', 'pipeline'] as const).map(builtInColumn);
const numeric = ['INT', 'FLOAT', 'STORAGE_SIZE'];
/** What `runledger run` logs of every command says least of what a run was for. */
const dull = ['exit_code', 'duration'];
const mostKeys = 6;

/** The facts, and the keys with numbers that most runs have. */
async function usualColumns(settings: Settings, filter: Filter): Promise<Column[]> {
  const { metadataKeys } = await execute(settings, CommonKeys, { pipeline: filter.pipeline });
  const common = metadataKeys
    .filter(({ key, types }) => numeric.includes(types[0] ?? '') && !dull.includes(key))
    .sort((a, b) => b.runs - a.runs);
  return [...facts, ...common.slice(0, mostKeys).map(({ key }) => keyColumn({ key }))];
}

async function printJson(
  output: Output,
  pages: AsyncGenerator<readonly RunRow[]>,
  columns: readonly Column[],
): Promise<void> {
  const keyed = columns.filter(({ ref }) => ref);
  let separator = '[\n  ';
  for await (const rows of pages) {
    for (const row of rows) {
      const { metadata: _metadata, ...run } = row;
      const values = keyed.flatMap((column) => {
        const value = exactValue(row, column);
        return value === undefined ? [] : [[column.text, value] as const];
      });
      await output.write(separator + stringifyJson({ ...run, metadata: Object.fromEntries(values) }));
      separator = ',\n  ';
    }
  }
  output.print(separator.startsWith('[') ? '[]' : '\n]');
}

async function printCsv(
  output: Output,
  pages: AsyncGenerator<readonly RunRow[]>,
  columns: readonly Column[],
): Promise<void> {
  const titles = columns.map((column) =>
    column.builtIn === 'took' ? 'took (s)' : (column.builtIn ?? titleOf(column)),
  );
  await output.write(toCsv([['run', 'id', ...titles]]));
  for await (const rows of pages)
    await output.write(
      toCsv(
        rows.map((row) => [
          row.name,
          row.id,
          ...columns.map((column) => {
            const value = exactValue(row, column);
            return value === undefined ? '' : exactText(value);
          }),
        ]),
      ),
    );
}

/** Prints a table that fits; to who looks at it, also how many runs there are in all. */
function printTable(
  output: Output,
  rows: readonly RunRow[],
  { columns, total }: { columns: readonly Column[]; total: number | undefined },
): void {
  const { dim } = output.style;
  if (rows.length === 0) {
    if (total !== undefined) output.print(dim('No run passes.'));
    return;
  }
  const { heads, cells } = runTable(rows, columns, output.style, Date.now());
  const { lines, hidden } = table(heads, cells, { width: output.width, paintTitle: dim });
  for (const line of lines) output.print(line);
  if (total === undefined) return;
  const notes = [`${formatCount(rows.length)} of ${formatCount(total)} runs`];
  if (rows.length < total) notes.push('more: --limit N, or all');
  if (hidden.length > 0) notes.push(`no room for ${hidden.join(', ')}`);
  output.print(dim(`\n${notes.join(' · ')}`));
}

/** Reads the option `--sort`. Throws a UsageError that says what is wrong. */
function readOrder(text = '-started'): Order {
  const sort = parseSort(text);
  // Whatever is no name is a column: what is wrong with one is said here.
  const columns = sort.column === 'name' ? [] : parsing('--sort', sort.column, parseColumnList);
  const order = columns.length > 1 ? undefined : orderOf(sort);
  if (order) return order;
  throw new UsageError(`--sort takes one of started, ended, took, name and the keys, not ${JSON.stringify(text)}.`);
}

/** `runledger runs`: the runs that pass a filter. */
export async function runs(args: string[], output: Output): Promise<number> {
  const { values, positionals } = parse(runsSpec, args);
  const format = formatOf(values);
  const settings = readSettings(values);
  const filter = resolveDates(parsing('The filter', positionals.join(' '), parseFilter), Date.now());
  const orderBy = readOrder(values.sort);
  const limit = parseLimit(values.limit);
  const chosen = values.columns === undefined ? undefined : readColumns(values.columns);
  const isLookedAt = format === 'table' && output.width !== undefined;
  // Where fewer came than were asked for, these are all.
  const totalOf = async (count: number) =>
    count < limit ? count : (await execute(settings, RunCount, { filter })).runFacets.total;
  return withProgress('asking for runs', async (progress) => {
    const columns = chosen ?? (isLookedAt ? await usualColumns(settings, filter) : facts);
    const options = { filter, orderBy, keys: keysOf(columns), limit };
    // Lines of a long list would run into those of its progress.
    if (format !== 'table' && output.isTerminal) progress.over();
    const pages = listRuns(settings, options, progress);
    if (format === 'json') await printJson(output, pages, columns);
    else if (format === 'csv') await printCsv(output, pages, columns);
    else {
      const rows: RunRow[] = [];
      for await (const page of pages) rows.push(...page);
      const total = output.isTerminal ? await totalOf(rows.length) : undefined;
      progress.over();
      printTable(output, rows, { columns, total });
    }
    return 0;
  });
}
