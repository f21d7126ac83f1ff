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
  /** Latest entries of the step by key, null where there is none; only those that were read along. */
  latest?: ReadonlyMap<string, EntryRow | null> | undefined;
};

/** A row of metadata_entry. `scopeId` is the step that logged it, or the run itself; `text` the value's JSON, null once retracted. */
export type EntryRow = {
  runId: string;
  id: bigint;
  scopeId: string;
  key: string;
  type: MetadataType;
  text: string | null;
  iteration: bigint | null;
  loggedAt: Date;
  /** The name of the step, null for an entry of the run itself; left out where it was not read along. */
  stepName?: string | null;
};

/** The greatest id that an entry can have. */
export const greatestEntryId = 9_223_372_036_854_775_807n;

/** The scope of the latest entries of a run as a whole: its own and those of the newest attempts of its steps. */
export const wholeRun = '00000000-0000-0000-0000-000000000000';

/** What a latest row is sorted and filtered by: numbers by value, then texts by bytes, then the rest. */
export type SortKey = {
  /** 0 a number, 1 a text, 2 anything else. */
  sortClass: 0 | 1 | 2;
  /** The digits of a number, of which `sortNumberDigits` are significant; null for what is not a number. */
  sortNumber: string | null;
  /** The first `sortTextLength` characters of a text; null for what is not a text (the table has a hash there). */
  sortText: string | null;
};

/** Characters of a text that a latest row keeps to sort it by. */
export const sortTextLength = 200;

/** Digits of a number that a latest row keeps to sort it by. */
export const sortNumberDigits = 1_000;

/** A latest entry with the name of the step that it belongs to; null for one of the run itself. */
export type LatestListRow = EntryRow & { stepName: string | null };
