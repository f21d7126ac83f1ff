import { checkOptions } from './check-options.ts';
import type { MetadataEntry } from './entry.ts';
import { badInput } from './errors.ts';
import { execute, type ReadOptions } from './execute.ts';
import { ListRuns, type PipelineRunFilter, type PipelineRunOrder, type RunFragment } from './generated/operations.ts';
import type { Settings } from './options.ts';
import { eachOf, pageSizeOf } from './pages.ts';
import { type RunReader, readRun } from './read-run.ts';

/** Which runs to list, and in what order. */
export interface RunListOptions extends ReadOptions {
  readonly filter?: PipelineRunFilter;
  readonly orderBy?: PipelineRunOrder;
  /** How many runs to request at once: 1 to 200. Default: 100. */
  readonly pageSize?: number;
  /** Up to 99 keys, plain or `step_name::key`, whose latest entries come along with each run: see {@link ListedRun}. */
  readonly metadata?: readonly string[];
}

/** A run of a list that was asked for with `metadata`. */
export interface ListedRun extends RunReader {
  /** By key as it was asked for, the latest entry as it was when the page was read; a key that the run has not is missing. */
  readonly latest: ReadonlyMap<string, MetadataEntry>;
}

const maxKeys = 99;

function checkKeys(keys: readonly string[]): void {
  const isRight = Array.isArray(keys) && keys.every((key) => typeof key === 'string') && keys.length <= maxKeys;
  if (!isRight) throw badInput(`pipelineRuns: metadata must be a list of up to ${maxKeys} keys.`);
}

async function* pages(
  settings: Settings,
  { filter, orderBy, metadata, signal }: RunListOptions,
  first: number,
): AsyncGenerator<RunReader, void> {
  const table = metadata && (await import('./list-entries.ts'));
  const { query, keys } = table ? table.withEntries(metadata) : { query: ListRuns, keys: {} };
  const runs = eachOf<RunFragment>(async (after) => {
    const variables = { first, after, filter, orderBy, ...keys };
    return (await execute(settings, query, variables, { signal })).pipelineRuns;
  });
  for await (const run of runs) {
    const reader = readRun(settings, run);
    yield table ? table.listed(reader, metadata) : reader;
  }
}

/** All runs that pass the filter, page by page; with `metadata`, each is a ListedRun. Throws for options that are none. */
export function listRuns(settings: Settings, options: RunListOptions = {}): AsyncGenerator<RunReader, void> {
  const names = { filter: true, orderBy: true, pageSize: true, metadata: true, signal: true } as const;
  checkOptions('pipelineRuns', options, names);
  if (options.metadata !== undefined) checkKeys(options.metadata);
  return pages(settings, options, pageSizeOf('pipelineRuns', options));
}
