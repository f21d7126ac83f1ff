import type { ExecutionStatus, MetadataType } from '../generated/prisma/enums.ts';

export type { ExecutionStatus, MetadataType };

/** A row of pipeline_run. */
export type RunRow = {
  id: string;
  name: string;
  pipeline: string;
  status: ExecutionStatus;
  startedAt: Date;
  endedAt: Date | null;
  /** Latest entries of the run as a whole by key, null where there is none; only those that were read along. */
  latest?: ReadonlyMap<string, EntryRow | null> | undefined;
};

/** A row of step. */
export type StepRow = {
  runId: string;
  id: string;
  name: string;
  attempt: number;
  status: ExecutionStatus;
  startedAt: Date;
  endedAt: Date | null;
  cachedFromId: string | null;
  superseded: boolean;
  ordinal: number;
};

/** A row of metadata_entry. `scopeId` is the step that logged it, or the run itself; `text` the value's JSON, null once retracted. */
export type EntryRow = {
  runId: string;
  id: bigint;
  scopeId: string;
  key: string;
  type: MetadataType;
  text: string | null;
  iteration: number | null;
  loggedAt: Date;
  /** The name of the step, null for an entry of the run itself; left out where it was not read along. */
  stepName?: string | null;
};

/** The greatest id that an entry can have. */
export const greatestEntryId = 9_223_372_036_854_775_807n;

/** The scope of the latest entries of a run as a whole: its own and those of the newest attempts of its steps. */
export const wholeRun = '00000000-0000-0000-0000-000000000000';

/** Characters of a text that a latest row keeps to sort it by. */
export const sortTextLength = 200;
