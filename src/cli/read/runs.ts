import { execute } from '../../client/execute.ts';
import type { Settings } from '../../client/options.ts';
import { builtInColumn, type Column, keyColumn, orderOf, parseSort, titleOf } from '../../filter/columns.ts';
import { resolveDates } from '../../filter/dates.ts';
import { parseFilter } from '../../filter/parse.ts';
import type { Filter } from '../../filter/tree.ts';
import { toCsv } from '../../format/csv.ts';
import { formatCount } from '../../format/time.ts';
import { stringifyJson } from '../../json/stringify.ts';
import { CommonKeys, RunCount } from '../generated/operations.ts';
import { parse } from '../spec/parse.ts';
import { runsSpec } from '../spec/read.ts';
import { UsageError } from '../spec/usage-error.ts';
import type { Output } from '../terminal/output.ts';
import { withProgress } from '../terminal/progress.ts';
import { table } from '../terminal/table.ts';
import { exactValue, keysOf, readColumns, runTable } from './columns.ts';
import { listRuns, type RunPage } from './list-runs.ts';
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

async function printJson(output: Output, pages: AsyncGenerator<RunPage>, columns: readonly Column[]): Promise<void> {
  const keyed = columns.filter(({ ref }) => ref);
  let separator = '[\n  ';
  for await (const { rows } of pages) {
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

async function printCsv(output: Output, pages: AsyncGenerator<RunPage>, columns: readonly Column[]): Promise<void> {
  const titles = columns.map((column) =>
    column.builtIn === 'took' ? 'took (s)' : (column.builtIn ?? titleOf(column)),
  );
  await output.write(toCsv([['run', 'id', ...titles]]));
  for await (const { rows } of pages)
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

interface Collected {
  readonly rows: readonly RunPage['rows'][number][];
  readonly next: string | null;
  /** How many runs there are in all; undefined where nobody looks. */
  readonly total: number | undefined;
}

async function collect(pages: AsyncGenerator<RunPage>, count: () => Promise<number | undefined>): Promise<Collected> {
  const rows: RunPage['rows'][number][] = [];
  let next: string | null = null;
  for await (const page of pages) {
    rows.push(...page.rows);
    next = page.next;
  }
  return { rows, next, total: await count() };
}

function printTable(output: Output, { rows, next, total }: Collected, columns: readonly Column[]): void {
  const { dim } = output.style;
  if (rows.length === 0 && total !== undefined) output.print(dim('No run passes.'));
  if (rows.length === 0) return;
  const { heads, cells } = runTable(rows, columns, output.style, Date.now());
  const { lines, hidden } = table(heads, cells, { width: output.width, paintTitle: dim });
  for (const line of lines) output.print(line);
  if (total === undefined) return;
  const notes = [`${formatCount(rows.length)} of ${formatCount(total)} runs`];
  if (hidden.length > 0) notes.push(`no room for ${hidden.join(', ')}`);
  output.print(dim(`\n${notes.join(' · ')}`));
  if (next !== null) output.print(dim(`More: --limit all, or --after ${next}`));
}

/** `runledger runs`: the runs that pass a filter. */
export async function runs(args: string[], output: Output): Promise<number> {
  const { values, positionals } = parse(runsSpec, args);
  const format = formatOf(values);
  const settings = readSettings(values);
  const filter = resolveDates(parsing('The filter', positionals.join(' '), parseFilter), Date.now());
  const orderBy = orderOf(parseSort(values.sort ?? ''));
  if (!orderBy || (values.sort !== undefined && /^-?$/.test(values.sort)))
    throw new UsageError(`--sort takes started, ended, took, name or a key, not ${JSON.stringify(values.sort)}.`);
  const limit = parseLimit(values.limit);
  const chosen = values.columns === undefined ? undefined : readColumns(values.columns);
  const isLookedAt = format === 'table' && output.width !== undefined;
  const count = async () =>
    output.isTerminal ? (await execute(settings, RunCount, { filter })).runFacets.total : undefined;
  return withProgress('asking for runs', async (progress) => {
    const columns = chosen ?? (isLookedAt ? await usualColumns(settings, filter) : facts);
    const options = { filter, orderBy, keys: keysOf(columns), limit, after: values.after ?? null };
    // Lines of a long list would run into those of its progress.
    if (format !== 'table' && output.isTerminal) progress.over();
    const pages = listRuns(settings, options, progress);
    if (format === 'json') await printJson(output, pages, columns);
    else if (format === 'csv') await printCsv(output, pages, columns);
    else {
      const collected = await collect(pages, count);
      progress.over();
      printTable(output, collected, columns);
    }
    return 0;
  });
}
