import { execute } from '@runledger/client/internal/execute';
import type { Settings } from '@runledger/client/internal/options';
import type { Order } from '../../filter/columns.ts';
import type { Filter } from '../../filter/tree.ts';
import { RunTable, type RunTableQueryVariables } from '../generated/operations.ts';
import type { Progress } from '../terminal/progress.ts';
import type { RunRow } from './columns.ts';

const pageSize = 200;

export interface ListOptions {
  readonly filter: Filter;
  readonly orderBy: Order | undefined;
  readonly keys: readonly string[];
  readonly limit: number;
}

/** Runs page by page, until there are as many as asked for. */
export async function* listRuns(
  settings: Settings,
  { filter, orderBy, keys, limit }: ListOptions,
  progress: Progress,
): AsyncGenerator<readonly RunRow[], void> {
  let left = limit;
  let cursor: string | null = null;
  let read = 0;
  do {
    const variables: RunTableQueryVariables = { first: Math.min(pageSize, left), after: cursor, filter, orderBy, keys };
    const { nodes, pageInfo } = (await execute(settings, RunTable, variables)).pipelineRuns;
    left -= nodes.length;
    read += nodes.length;
    progress.tell(`${read.toLocaleString('en-US')} runs read`);
    cursor = pageInfo.hasNextPage ? pageInfo.endCursor : null;
    yield nodes;
  } while (cursor !== null && left > 0);
}
