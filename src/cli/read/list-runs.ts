import { execute } from '../../client/execute.ts';
import type { Settings } from '../../client/options.ts';
import type { Order } from '../../filter/columns.ts';
import type { Filter } from '../../filter/tree.ts';
import { RunTable } from '../generated/operations.ts';
import type { Progress } from '../terminal/progress.ts';
import type { RunRow } from './columns.ts';

const pageSize = 200;

export interface ListOptions {
  readonly filter: Filter;
  readonly orderBy: Order | undefined;
  readonly keys: readonly string[];
  readonly limit: number;
  readonly after: string | null;
}

/** A page of runs, and where the next begins; null behind the last. */
export interface RunPage {
  readonly rows: readonly RunRow[];
  readonly next: string | null;
}

/** Runs page by page, until there are as many as asked for. */
export async function* listRuns(
  settings: Settings,
  { filter, orderBy, keys, limit, after }: ListOptions,
  progress: Progress,
): AsyncGenerator<RunPage, void> {
  let left = limit;
  let cursor = after;
  let read = 0;
  do {
    const variables = { first: Math.min(pageSize, left), after: cursor, filter, orderBy, keys };
    const { nodes, pageInfo } = (await execute(settings, RunTable, variables)).pipelineRuns;
    left -= nodes.length;
    read += nodes.length;
    progress.tell(`${read.toLocaleString('en-US')} runs read`);
    cursor = pageInfo.hasNextPage ? pageInfo.endCursor : null;
    yield { rows: nodes, next: cursor };
  } while (cursor !== null && left > 0);
}
