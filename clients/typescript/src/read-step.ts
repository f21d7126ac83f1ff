import { checkOptions } from './check-options.ts';
import { eachEntryOf, entriesBy, entryOf, found, type MetadataEntry } from './entry.ts';
import { execute, type ReadOptions, readOptionNames } from './execute.ts';
import * as operations from './generated/operations.ts';
import type { Settings } from './options.ts';
import { type PageOptions, pageOptionNames, pageSizeOf } from './pages.ts';
import { type MetadataSeries, type SeriesOptions, seriesOf, seriesOptionNames } from './series.ts';

/** Reads one step of a run: its newest attempt, unless another is named. Nothing is requested until a method is called. */
export interface StepReader {
  readonly name: string;
  /** The id, attempt, status and times of the step. */
  info(options?: ReadOptions): Promise<operations.StepFragment>;
  /** The latest entry under a key; null when nothing was logged under it. */
  runMetadata(key: string, options?: ReadOptions): Promise<MetadataEntry | null>;
  /** The latest entry of every key, of some keys, or of those with a prefix; by key. */
  metadata(
    select?: { readonly keys?: readonly string[]; readonly prefix?: string } & ReadOptions,
  ): Promise<ReadonlyMap<string, MetadataEntry>>;
  /** All entries under a key, newest first. */
  metadataHistory(key: string, options?: PageOptions): AsyncGenerator<MetadataEntry, void>;
  /** The numbers under a key, thinned to at most `maxPoints` (500). */
  metadataSeries(key: string, options?: SeriesOptions): Promise<MetadataSeries>;
}

/** The reader of a step. Its methods throw NOT_FOUND when the run has no such step or attempt. */
export function readStep(
  settings: Settings,
  run: { id: string; name: string },
  step: string,
  attempt?: number,
): StepReader {
  const which = { run: run.id, step, attempt: attempt ?? null };
  const what = `step "${step}"${attempt === undefined ? '' : `, attempt ${attempt},`} in run "${run.name}"`;
  return {
    name: step,
    async info(options) {
      checkOptions('info', options, readOptionNames);
      const { pipelineRun } = await execute(settings, operations.FindStep, which, options);
      return found(pipelineRun?.step, what);
    },
    async runMetadata(key, options) {
      checkOptions('runMetadata', options, readOptionNames);
      const { pipelineRun } = await execute(settings, operations.StepEntry, { ...which, key }, options);
      const entry = found(pipelineRun?.step, what).runMetadata;
      return entry && entryOf(entry);
    },
    async metadata(select) {
      checkOptions('metadata', select, { keys: true, prefix: true, signal: true });
      const { keys, prefix } = select ?? {};
      const { pipelineRun } = await execute(settings, operations.StepEntries, { ...which, keys, prefix }, select);
      return entriesBy('key', found(pipelineRun?.step, what).metadata);
    },
    metadataHistory(key, options) {
      checkOptions('metadataHistory', options, pageOptionNames);
      const first = pageSizeOf('metadataHistory', options);
      return eachEntryOf(async (after) => {
        const variables = { ...which, key, first, after };
        return found((await execute(settings, operations.StepHistory, variables, options)).pipelineRun?.step, what)
          .metadataHistory;
      });
    },
    async metadataSeries(key, options) {
      checkOptions('metadataSeries', options, seriesOptionNames);
      const { maxPoints = 500, x, from, to } = options ?? {};
      const variables = { ...which, key, maxPoints, x, from, to };
      const { pipelineRun } = await execute(settings, operations.StepSeries, variables, options);
      return seriesOf(found(pipelineRun?.step, what).metadataSeries);
    },
  };
}
