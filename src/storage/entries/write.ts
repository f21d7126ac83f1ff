import type { MetadataType, SortKey } from '../rows.ts';

/** One value, checked and in the form in which it is stored. */
export type LedgerEntry = {
  key: string;
  type: MetadataType;
  /** Compact JSON. */
  text: string;
  iteration: number | null;
  loggedAt: Date;
} & SortKey;

/** All that one call logs to one step or run. It is written whole or not at all. */
export type LedgerWrite = {
  target: { stepId: string } | { runId: string };
  entries: LedgerEntry[];
  /** Writes with the same id in the same run are one. */
  request: { id: string; contentHash: string } | null;
};

/** `missing`: no such step or run. `repeated`: the request id was taken by the write described. */
export type LedgerResult =
  | { outcome: 'written'; runId: string; scopeId: string; stepName: string | null; ids: bigint[] }
  | { outcome: 'missing' }
  | { outcome: 'repeated'; runId: string; scopeId: string; contentHash: string; ids: bigint[] };
