import { checkOptions } from './check-options.ts';
import { eachEntryOf, entriesBy, entryOf, floatOf, found, type MetadataEntry } from './entry.ts';
import { execute } from './execute.ts';
import * as operations from './generated/operations.ts';
import type { Settings } from './options.ts';
import { pageSizeOf } from './pages.ts';

/** The numbers logged under a key, over time. */
export interface MetadataSeries {
  /** How many numbers were logged in total. */
  readonly total: number;
  /** An iteration beyond ±(2^53 − 1) is a bigint. */
  readonly points: readonly {
    readonly value: number;
    readonly iteration: number | bigint | null;
    readonly loggedAt: string;
  }[];
}

/** Reads one step of a run: its newest attempt, unless another is named. Nothing is requested until a method is called. */
export interface StepReader {
  readonly name: string;
  /** The id, attempt, status and times of the step. */
  info(): Promise<operations.StepFragment>;
  /** The latest entry under a key; null when nothing was logged under it. */
  runMetadata(key: string): Promise<MetadataEntry | null>;
  /** The latest entry of every key, of some keys, or of those with a prefix; by key. */
  metadata(select?: { keys?: readonly string[]; prefix?: string }): Promise<ReadonlyMap<string, MetadataEntry>>;
  /** All entries under a key, newest first. */
  metadataHistory(key: string, options?: { pageSize?: number }): AsyncGenerator<MetadataEntry, void>;
  /** The numbers under a key, thinned to at most `maxPoints` (500). */
  metadataSeries(key: string, options?: { maxPoints?: number }): Promise<MetadataSeries>;
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
    async info() {
      const { pipelineRun } = await execute(settings, operations.FindStep, which);
      return found(pipelineRun?.step, what);
    },
    async runMetadata(key) {
      const { pipelineRun } = await execute(settings, operations.StepEntry, { ...which, key });
      const entry = found(pipelineRun?.step, what).runMetadata;
      return entry && entryOf(entry);
    },
    async metadata(select) {
      checkOptions('metadata', select, { keys: true, prefix: true });
      const { keys, prefix } = select ?? {};
      const { pipelineRun } = await execute(settings, operations.StepEntries, { ...which, keys, prefix });
      return entriesBy('key', found(pipelineRun?.step, what).metadata);
    },
    metadataHistory(key, options) {
      checkOptions('metadataHistory', options, { pageSize: true });
      const first = pageSizeOf('metadataHistory', options);
      return eachEntryOf(async (after) => {
        const variables = { ...which, key, first, after };
        return found((await execute(settings, operations.StepHistory, variables)).pipelineRun?.step, what)
          .metadataHistory;
      });
    },
    async metadataSeries(key, options) {
      checkOptions('metadataSeries', options, { maxPoints: true });
      const { maxPoints = 500 } = options ?? {};
      const { pipelineRun } = await execute(settings, operations.StepSeries, { ...which, key, maxPoints });
      const { total, points } = found(pipelineRun?.step, what).metadataSeries;
      return { total, points: points.map((point) => ({ ...point, value: floatOf(point.value) })) };
    },
  };
}
