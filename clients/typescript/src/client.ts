import type { Change, ChangesOptions } from './changes.ts';
import { checkOptions } from './check-options.ts';
import { entryOf, found, type MetadataEntry } from './entry.ts';
import { execute, type ReadOptions, readOptionNames } from './execute.ts';
import { changesOf, changesOptionNames } from './following.ts';
import * as operations from './generated/operations.ts';
import { type ListedRun, listRuns, type RunListOptions } from './list-runs.ts';
import { logOptionNames } from './log-input.ts';
import { type LoggedMetadata, type LogOptions, type LogTarget, logNow } from './log-now.ts';
import type { Metadata } from './metadata-entries.ts';
import { type ClientOptions, clientOptionNames, settingsOf } from './options.ts';
import { type RunReader, readRun } from './read-run.ts';
import { type RunSeries, readSeries, type SeriesOptions, seriesOptionNames } from './series.ts';

/** Which keys to list. */
export interface KeyListOptions extends ReadOptions {
  /** Only those in use in this pipeline. */
  readonly pipeline?: string;
  readonly prefix?: string;
  /** How many: up to 200. Default: 100. */
  readonly first?: number;
}

/** Runs side by side: `cells` has the latest entry of each run under the key, in the order of `runs`. */
export interface RunComparison {
  readonly runs: readonly operations.RunFragment[];
  readonly rows: readonly {
    readonly key: string;
    /** Whether the runs do not all have the same value. */
    readonly differs: boolean;
    readonly cells: readonly (MetadataEntry | null)[];
  }[];
}

/** Reads from one service, and changes what it holds. Every method may throw either kind of RunledgerError. */
export interface Client {
  /** The whole URL of the endpoint. */
  readonly url: string;
  /** The run with this id or name, or a prefix of either. Throws NOT_FOUND for none, AMBIGUOUS for several. */
  pipelineRun(ref: string, options?: ReadOptions): Promise<RunReader>;
  /** Like `pipelineRun`, but null when there is none. */
  findPipelineRun(ref: string, options?: ReadOptions): Promise<RunReader | null>;
  /** The same, each with the latest entries of some keys, in one request for a page of runs. */
  pipelineRuns(options: RunListOptions & { readonly metadata: readonly string[] }): AsyncGenerator<ListedRun, void>;
  /** All runs that pass the filter, newest first unless `orderBy` says otherwise. */
  pipelineRuns(options?: RunListOptions): AsyncGenerator<RunReader, void>;
  /** The keys in use, each with the types logged under it and the number of runs that have it. */
  metadataKeys(options?: KeyListOptions): Promise<operations.MetadataKeysQuery['metadataKeys']>;
  /** Up to 100 runs side by side, one row per key. */
  compareRuns(
    refs: readonly string[],
    options?: { readonly keys?: readonly string[] } & ReadOptions,
  ): Promise<RunComparison>;
  /** The curves of up to 100 runs under up to 20 keys: one for each run and key that has numbers. */
  series(refs: readonly string[], keys: readonly string[], options?: SeriesOptions): Promise<RunSeries[]>;
  /** All that happens to many runs, or to all, as it happens; see {@link ChangesOptions}. Ends when all of `refs` are deleted. */
  changes(options?: ChangesOptions): AsyncGenerator<Change, void>;
  /** Logs to a step or run, and waits until it is committed. */
  logMetadata(metadata: Metadata, target: LogTarget & LogOptions): Promise<LoggedMetadata>;
  /** Takes an entry back. Resolves to what is now the latest under its key, or null. */
  retractMetadata(entryId: string, reason: string): Promise<MetadataEntry | null>;
  /** Deletes a run with all its steps and entries. */
  deleteRun(ref: string): Promise<boolean>;
}

/** Makes a client, without contacting the service yet. Throws an InvalidCallError for a setting that cannot be used. */
export function createClient(options?: ClientOptions): Client {
  checkOptions('createClient', options, clientOptionNames);
  const settings = settingsOf(options);
  const findPipelineRun = async (ref: string, options?: ReadOptions) => {
    checkOptions('pipelineRun', options, readOptionNames);
    const { pipelineRun } = await execute(settings, operations.FindRun, { ref }, options);
    return pipelineRun && readRun(settings, pipelineRun);
  };
  return {
    url: settings.url,
    findPipelineRun,
    pipelineRun: async (ref, options) =>
      found(await findPipelineRun(ref, options), `run with the id, name or prefix "${ref}"`),
    pipelineRuns: ((options?: RunListOptions) => listRuns(settings, options)) as Client['pipelineRuns'],
    async metadataKeys(options) {
      checkOptions('metadataKeys', options, { pipeline: true, prefix: true, first: true, signal: true });
      const { pipeline, prefix, first = 100 } = options ?? {};
      return (await execute(settings, operations.MetadataKeys, { pipeline, prefix, first }, options)).metadataKeys;
    },
    async compareRuns(refs, options) {
      checkOptions('compareRuns', options, { keys: true, signal: true });
      const { keys } = options ?? {};
      const { runs, rows } = (await execute(settings, operations.CompareRuns, { refs, keys }, options)).compareRuns;
      return { runs, rows: rows.map((row) => ({ ...row, cells: row.cells.map((cell) => cell && entryOf(cell)) })) };
    },
    async series(refs, keys, options) {
      checkOptions('series', options, seriesOptionNames);
      return readSeries(settings, refs, keys, options);
    },
    changes(options) {
      checkOptions('changes', options, changesOptionNames);
      return changesOf(settings, options);
    },
    async logMetadata(metadata, target) {
      checkOptions('logMetadata', target, logOptionNames);
      return logNow(settings, metadata, target ?? {});
    },
    async retractMetadata(entryId, reason) {
      const { latest } = (await execute(settings, operations.RetractMetadata, { entryId, reason })).retractMetadata;
      return latest && entryOf(latest);
    },
    deleteRun: async (ref) => (await execute(settings, operations.DeleteRun, { ref })).deleteRun,
  };
}
