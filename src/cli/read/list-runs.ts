import { execute } from '@runledger/client/internal/execute';
import type { Settings } from '@runledger/client/internal/options';
import type { Order } from '../../filter/columns.ts';
import type { Filter } from '../../filter/tree.ts';
import { RunTable } from '../generated/operations.ts';
import type { Progress } from '../terminal/progress.ts';
import type { RunRow } from './columns.ts';
import { pagesUpTo } from './pages-up-to.ts';

export interface ListOptions {
  readonly filter: Filter;
  readonly orderBy: Order | undefined;
  readonly keys: readonly string[];
  readonly limit: number;
}

/** Runs page by page, until there are as many as asked for. */
export async function* listRuns(
  settings: Settings,
  { limit, ...question }: ListOptions,
  progress: Progress,
): AsyncGenerator<readonly RunRow[], void> {
  const pages = pagesUpTo({ limit, things: 'runs', progress }, async (piece) => {
    return (await execute(settings, RunTable, { ...question, ...piece })).pipelineRuns;
  });
  for await (const { nodes } of pages) yield nodes;
}
