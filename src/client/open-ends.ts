import type { ExecutionStatus } from './generated/operations.ts';

/** Records how a run or step ended. */
export type RecordEnd = (status: ExecutionStatus) => void;

/** The ends of the runs and steps of this process that are still open, in the order in which they began. */
const openEnds = new Set<RecordEnd>();

/** Notes that a run or step is open; the function it gives records the end, which is no longer open then. */
export function noteOpen(recordEnd: RecordEnd): RecordEnd {
  openEnds.add(recordEnd);
  return (status) => {
    openEnds.delete(recordEnd);
    recordEnd(status);
  };
}

/** Records that everything that is still open has failed, what began last first: the process ends in the middle of it. */
export function failOpenEnds(): void {
  for (const recordEnd of [...openEnds].reverse()) {
    try {
      recordEnd('FAILED');
    } catch {
      // The exit of a job is its own, whatever becomes of the record.
    }
  }
  openEnds.clear();
}
