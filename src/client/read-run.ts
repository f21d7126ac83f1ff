import { checkOptions } from './check-options.ts';
import { eachEntryOf, entriesBy, entryOf, found, type MetadataEntry } from './entry.ts';
import { execute } from './execute.ts';
import { type FollowOptions, followOptionNames, followRun } from './follow.ts';
import * as operations from './generated/operations.ts';
import type { Settings } from './options.ts';
import { eachOf, pageSizeOf } from './pages.ts';
import { readStep, type StepReader } from './read-step.ts';

/** Which entries `metadata()` gives: some keys (plain or `step_name::key`), a prefix, the run's own or those of its steps. */
export interface RunMetadataSelection {
  readonly keys?: readonly string[];
  readonly prefix?: string;
  readonly scope?: operations.MetadataScope;
}

/** A run as it was when it was looked up, with methods to read what was logged to it. */
export interface RunReader extends operations.RunFragment {
  /** The reader of a step: of its newest attempt, or of the attempt given. */
  step(name: string, options?: { attempt?: number }): StepReader;
  /** The steps in the order in which they were started, superseded attempts only on request. */
  steps(options?: { includeRetried?: boolean }): AsyncGenerator<operations.StepFragment, void>;
  /** The latest entry under a key, whether it was logged to the run or a step; `step_name::key` asks one step. Null for none. */
  runMetadata(key: string): Promise<MetadataEntry | null>;
  /** The latest entry of every key, by qualified key: `key` for the run's own, `step_name::key` for a step's. */
  metadata(select?: RunMetadataSelection): Promise<ReadonlyMap<string, MetadataEntry>>;
  /** All entries under a key, newest first. */
  metadataHistory(key: string, options?: { pageSize?: number }): AsyncGenerator<MetadataEntry, void>;
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
      checkOptions('steps', options, { includeRetried: true });
      const { includeRetried = false } = options ?? {};
      return eachOf(async (after) => {
        const variables = { run: run.id, first: 100, after, includeRetried };
        return found((await execute(settings, operations.RunSteps, variables)).pipelineRun, what).steps;
      });
    },
    async runMetadata(key) {
      const { pipelineRun } = await execute(settings, operations.RunEntry, { run: run.id, key });
      const entry = found(pipelineRun, what).runMetadata;
      return entry && entryOf(entry);
    },
    async metadata(select) {
      checkOptions('metadata', select, { keys: true, prefix: true, scope: true });
      const { keys, prefix, scope = 'ALL' } = select ?? {};
      const { pipelineRun } = await execute(settings, operations.RunEntries, { run: run.id, keys, prefix, scope });
      return entriesBy('qualifiedKey', found(pipelineRun, what).metadata);
    },
    metadataHistory(key, options) {
      checkOptions('metadataHistory', options, { pageSize: true });
      const first = pageSizeOf('metadataHistory', options);
      return eachEntryOf(async (after) => {
        const variables = { run: run.id, key, first, after };
        return found((await execute(settings, operations.RunHistory, variables)).pipelineRun, what).metadataHistory;
      });
    },
    follow(options) {
      checkOptions('follow', options, followOptionNames);
      return followRun(settings, run.id, options);
    },
  };
}
