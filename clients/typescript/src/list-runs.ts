import { checkOptions } from './check-options.ts';
import { entryOf, type MetadataEntry } from './entry.ts';
import { badInput } from './errors.ts';
import { execute, type ReadOptions } from './execute.ts';
import {
  type EntryFragment,
  ListRuns,
  type ListRunsQuery,
  type ListRunsQueryVariables,
  type Operation,
  type PipelineRunFilter,
  type PipelineRunOrder,
  RunEntry,
  type RunFragment,
} from './generated/operations.ts';
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

type Node = RunFragment & Readonly<Record<string, unknown>>;

/** The query of a page on which each run has the latest entries of so many keys, `$k0` and so on, as `e0` and so on. */
function withEntries(count: number): Operation<ListRunsQuery, ListRunsQueryVariables> {
  const numbers = Array.from({ length: count }, (_, number) => number);
  const variables = numbers.map((number) => `, $k${number}: String!`).join('');
  const fields = numbers.map((number) => ` e${number}: runMetadata(key: $k${number}) { ...Entry }`).join('');
  const fragment = /fragment Entry on [^}]*\}/.exec(RunEntry)?.[0] ?? '';
  return `${ListRuns.replace(') {', `${variables}) {`).replace('...Run', `...Run${fields}`)} ${fragment}` as Operation<
    ListRunsQuery,
    ListRunsQueryVariables
  >;
}

function checkKeys(keys: readonly string[]): void {
  const isRight = Array.isArray(keys) && keys.every((key) => typeof key === 'string') && keys.length <= maxKeys;
  if (!isRight) throw badInput(`pipelineRuns: metadata must be a list of up to ${maxKeys} keys.`);
}

function listed(reader: RunReader, node: Node, keys: readonly string[]): ListedRun {
  const latest = new Map<string, MetadataEntry>();
  keys.forEach((key, number) => {
    const entry = node[`e${number}`] as EntryFragment | null;
    if (entry) latest.set(key, entryOf(entry));
  });
  return { ...reader, latest };
}

async function* pages(
  settings: Settings,
  { filter, orderBy, metadata, signal }: RunListOptions,
  first: number,
): AsyncGenerator<RunReader, void> {
  const query = metadata ? withEntries(metadata.length) : ListRuns;
  const keys = Object.fromEntries((metadata ?? []).map((key, number) => [`k${number}`, key]));
  const runs = eachOf<RunFragment>(async (after) => {
    const variables = { first, after, filter, orderBy, ...keys };
    return (await execute(settings, query, variables, { signal })).pipelineRuns;
  });
  for await (const run of runs) {
    const { id, name, pipeline, status, failure, lastSeenAt, startedAt, endedAt } = run;
    const reader = readRun(settings, { id, name, pipeline, status, failure, lastSeenAt, startedAt, endedAt });
    yield metadata ? listed(reader, run as Node, metadata) : reader;
  }
}

/** All runs that pass the filter, page by page; with `metadata`, each is a ListedRun. Throws for options that are none. */
export function listRuns(settings: Settings, options: RunListOptions = {}): AsyncGenerator<RunReader, void> {
  const names = { filter: true, orderBy: true, pageSize: true, metadata: true, signal: true } as const;
  checkOptions('pipelineRuns', options, names);
  if (options.metadata !== undefined) checkKeys(options.metadata);
  return pages(settings, options, pageSizeOf('pipelineRuns', options));
}
