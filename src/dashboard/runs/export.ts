import { stringifyJson } from '@runledger/client/json';
import { type Column, keyOf, keysOf, titleOf } from '../../filter/columns.ts';
import { resolveDates } from '../../filter/dates.ts';
import type { Filter } from '../../filter/tree.ts';
import { latestOf, leafAt } from '../../format/cells.ts';
import { toCsv } from '../../format/csv.ts';
import { ask } from '../api/ask.ts';
import { download } from '../format/download.ts';
import { ExportRows, type PipelineRunOrder } from '../generated/operations.ts';
import { announce } from '../parts/announce.ts';

type Run = NonNullable<Awaited<ReturnType<typeof askPage>>['nodes'][number]>;

async function askPage(
  filter: Filter,
  orderBy: PipelineRunOrder | undefined,
  keys: readonly string[],
  after: string | null,
) {
  return (await ask(ExportRows, { filter: resolveDates(filter, Date.now()), orderBy, keys, after })).pipelineRuns;
}

/** A value as a cell: texts as they are, numbers to the last digit, the rest as JSON. */
function textOf(run: Run, column: Column): string {
  switch (column.builtIn) {
    case 'state':
      return run.status;
    case 'pipeline':
      return run.pipeline;
    case 'started':
      return run.startedAt;
    case 'ended':
      return run.endedAt ?? '';
    case 'took':
      return run.endedAt === null ? '' : String((Date.parse(run.endedAt) - Date.parse(run.startedAt)) / 1_000);
    default: {
      const entry = latestOf(run.metadata, keyOf(column.ref!));
      const value = entry && leafAt(entry.value, column.ref!.path ?? []);
      return value === undefined ? '' : typeof value === 'string' ? value : stringifyJson(value);
    }
  }
}

/** All runs that pass, as a file: every page of them, in the columns of the table and with exact values. */
export async function exportRuns(
  filter: Filter,
  orderBy: PipelineRunOrder | undefined,
  columns: readonly Column[],
): Promise<void> {
  const keys = keysOf(columns);
  const lines = [['run', 'id', ...columns.map((column) => (column.builtIn === 'took' ? 'Took (s)' : titleOf(column)))]];
  let after: string | null = null;
  do {
    const { nodes, pageInfo } = await askPage(filter, orderBy, keys, after);
    for (const run of nodes) lines.push([run.name, run.id, ...columns.map((column) => textOf(run, column))]);
    announce(`${lines.length - 1} runs read`);
    after = pageInfo.hasNextPage ? pageInfo.endCursor : null;
  } while (after !== null);
  download('runs.csv', toCsv(lines));
}
