import type { MetadataType, SortKey } from '../rows.ts';

/** One value, checked and in the form in which it is stored. */
export type LedgerEntry = {
  key: string;
  type: MetadataType;
  /** Compact JSON. */
  text: string;
  iteration: bigint | null;
  loggedAt: Date;
} & SortKey;

/** All that one call logs to one step or run. It is written whole or not at all. */
export type LedgerWrite = {
  target: { stepId: string } | { runId: string };
  entries: LedgerEntry[];
  /** Writes with the same id in the same run are one. */
  request: { id: string; contentHash: string } | null;
};

/** The id of the step or run that a write goes to. */
export function targetId({ target }: LedgerWrite): string {
  return 'stepId' in target ? target.stepId : target.runId;
}

/** `written`: and whether its target had been taken for dead. `missing`: no such step or run. `locked`: somebody else holds it, and nothing was waited for. `repeated`: the request id was taken by the write described. */
export type LedgerResult =
  | { outcome: 'written'; runId: string; scopeId: string; stepName: string | null; crashed: boolean; ids: bigint[] }
  | { outcome: 'missing' }
  | { outcome: 'locked' }
  | { outcome: 'repeated'; runId: string; scopeId: string; contentHash: string; ids: bigint[] };
