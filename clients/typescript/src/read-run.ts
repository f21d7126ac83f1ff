import { checkOptions } from './check-options.ts';
import { eachEntryOf, entriesBy, entryOf, found, type MetadataEntry } from './entry.ts';
import { execute, type ReadOptions, readOptionNames } from './execute.ts';
import type { FollowOptions } from './follow.ts';
import { entriesOf, followOptionNames } from './following.ts';
import * as operations from './generated/operations.ts';
import type { Settings } from './options.ts';
import { eachOf, type PageOptions, pageOptionNames, pageSizeOf } from './pages.ts';
import { readStep, type StepReader } from './read-step.ts';
import { type RunSeries, readSeries, type SeriesOptions, seriesOptionNames } from './series.ts';

/** Which entries `metadata()` gives: some keys (plain or `step_name::key`), a prefix, the run's own or those of its steps. */
export interface RunMetadataSelection extends ReadOptions {
  readonly keys?: readonly string[];
  readonly prefix?: string;
  readonly scope?: operations.MetadataScope;
}

/** A run as it was when it was looked up, with methods to read what was logged to it. */
export interface RunReader extends operations.RunFragment {
  /** The reader of a step: of its newest attempt, or of the attempt given. */
  step(name: string, options?: { attempt?: number }): StepReader;
  /** The steps in the order in which they were started, superseded attempts only on request. */
  steps(options?: { readonly includeRetried?: boolean } & ReadOptions): AsyncGenerator<operations.StepFragment, void>;
  /** The latest entry under a key, whether it was logged to the run or a step; `step_name::key` asks one step. Null for none. */
  runMetadata(key: string, options?: ReadOptions): Promise<MetadataEntry | null>;
  /** The latest entry of every key, by qualified key: `key` for the run's own, `step_name::key` for a step's. */
  metadata(select?: RunMetadataSelection): Promise<ReadonlyMap<string, MetadataEntry>>;
  /** All entries under a key, newest first. */
  metadataHistory(key: string, options?: PageOptions): AsyncGenerator<MetadataEntry, void>;
  /** The curves under a key or several, of the run and its steps: one for each key that has numbers. */
  series(keys: string | readonly string[], options?: SeriesOptions): Promise<RunSeries[]>;
  /** Every entry from now on, as it is logged; see {@link FollowOptions}. Ends when the run has ended and all were given. */
  follow(options?: FollowOptions): AsyncGenerator<MetadataEntry, void>;
}

/** The reader of a run that was found. Its methods throw NOT_FOUND once the run has been deleted. */
export function readRun(settings: Settings, run: operations.RunFragment): RunReader {
  const what = `run "${run.name}" (${run.id}) any more`;
  return {
    ...run,
    step(name, options) {
      checkOptions('step', options, { attempt: true });
      return readStep(settings, run, name, options?.attempt);
    },
    steps(options) {
      checkOptions('steps', options, { includeRetried: true, signal: true });
      const { includeRetried = false } = options ?? {};
      return eachOf(async (after) => {
        const variables = { run: run.id, first: 100, after, includeRetried };
        return found((await execute(settings, operations.RunSteps, variables, options)).pipelineRun, what).steps;
      });
    },
    async runMetadata(key, options) {
      checkOptions('runMetadata', options, readOptionNames);
      const { pipelineRun } = await execute(settings, operations.RunEntry, { run: run.id, key }, options);
      const entry = found(pipelineRun, what).runMetadata;
      return entry && entryOf(entry);
    },
    async metadata(select) {
      checkOptions('metadata', select, { keys: true, prefix: true, scope: true, signal: true });
      const { keys, prefix, scope = 'ALL' } = select ?? {};
      const variables = { run: run.id, keys, prefix, scope };
      const { pipelineRun } = await execute(settings, operations.RunEntries, variables, select);
      return entriesBy('qualifiedKey', found(pipelineRun, what).metadata);
    },
    metadataHistory(key, options) {
      checkOptions('metadataHistory', options, pageOptionNames);
      const first = pageSizeOf('metadataHistory', options);
      return eachEntryOf(async (after) => {
        const variables = { run: run.id, key, first, after };
        return found((await execute(settings, operations.RunHistory, variables, options)).pipelineRun, what)
          .metadataHistory;
      });
    },
    async series(keys, options) {
      checkOptions('series', options, seriesOptionNames);
      return readSeries(settings, [run.id], typeof keys === 'string' ? [keys] : keys, options);
    },
    follow(options) {
      checkOptions('follow', options, followOptionNames);
      return entriesOf(settings, run.id, options);
    },
  };
}
