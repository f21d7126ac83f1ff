import type { ExecutionStatus, FailureInput } from './generated/operations.ts';
import type { Settings } from './options.ts';

/** How a run or step ended, and why when it FAILED. */
export interface Ending {
  readonly status: ExecutionStatus;
  readonly failure?: FailureInput;
}

/** Records how a run or step ended. */
export type RecordEnd = (ending: Ending) => void;

/** A run or step of this process that has not ended yet. */
export interface OpenScope {
  readonly kind: 'run' | 'step';
  readonly id: string;
  readonly settings: Settings;
  /** By `performance.now()`. */
  readonly openedAtMs: number;
}

/** In the order in which they began. */
const openScopes = new Map<OpenScope, RecordEnd>();

/** Notes that a run or step is open. The function it gives records the end, the first time that it is called. */
export function noteOpen(scope: OpenScope, recordEnd: RecordEnd): RecordEnd {
  openScopes.set(scope, recordEnd);
  return (ending) => {
    if (openScopes.delete(scope)) recordEnd(ending);
  };
}

let isInterrupted = false;

/** Notes that the process was asked to end by a signal: what it leaves open was cancelled, and did not fail. */
export function noteInterruption(): void {
  isInterrupted = true;
}

export function listOpen(): OpenScope[] {
  return [...openScopes.keys()];
}

/** Records that everything that is still open has ended so, what began last first: the process ends in the middle of it. */
export function endAllOpen(ending: Ending): void {
  const ends = [...openScopes.values()].reverse();
  openScopes.clear();
  for (const recordEnd of ends) {
    try {
      recordEnd(isInterrupted ? { status: 'CANCELLED' } : ending);
    } catch {
      // The exit of a job is its own, whatever becomes of the record.
    }
  }
}
