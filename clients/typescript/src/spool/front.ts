import { type Operation, parseOperation } from './operation.ts';
import type { Line, Source } from './source.ts';

const peekBytes = 1024 * 1024;
const maxEntries = 1_000;

/** An operation with the line it was read from. */
export type Waiting = Operation & { readonly line: Line };

/**
 * What is to be sent next: one operation, or as many that log as fit into one request. The line itself where it is none.
 * Nothing when nothing is left.
 */
export interface Batch {
  readonly batch: readonly Waiting[];
  readonly unknown?: Line;
  /** Whether more was waiting than one request may log. */
  readonly isFull?: boolean;
}

/** The operations at the front of a source. Each is read and parsed once, however many requests that takes. */
export interface Front {
  next(): Batch;
  /** Reads what comes after a full batch, so that the time in which that is under way is used. */
  readAhead(batch: Batch): void;
  /** Takes these lines off the front, here and in the source. */
  remove(lines: readonly Line[]): void;
}

export function openFront(source: Source): Front {
  /** What has been read, from the first line on; the first of them have been parsed, too. */
  let lines: readonly Line[] = [];
  let parsed: { readonly line: Line; readonly operation: Operation | undefined }[] = [];

  /** The batch that begins so many lines behind the front. */
  function batchFrom(start: number): Batch {
    const batch: Waiting[] = [];
    let entries = 0;
    let hasPeeked = false;
    for (let index = start; ; index += 1) {
      if (index >= lines.length && !hasPeeked) {
        // A line that was read once is never changed: those that were parsed are still the first.
        lines = source.peek(peekBytes);
        hasPeeked = true;
      }
      if (index >= lines.length) return { batch };
      while (parsed.length <= index) {
        const line = lines[parsed.length]!;
        parsed.push({ line, operation: parseOperation(line.text) });
      }
      const { line, operation } = parsed[index]!;
      if (!operation) return batch.length === 0 ? { batch, unknown: line } : { batch };
      const logs = operation.op === 'logMetadata';
      entries += operation.entries;
      if (batch.length > 0 && !logs) return { batch };
      if (batch.length > 0 && entries > maxEntries) return { batch, isFull: true };
      batch.push({ ...operation, line });
      if (!logs) return { batch };
    }
  }

  return {
    next: () => batchFrom(0),
    readAhead({ batch, isFull }) {
      if (isFull) batchFrom(batch.length);
    },
    remove(gone) {
      source.remove(gone);
      // Two may deliver the same: some of them may have been taken off before.
      const taken = new Set(gone);
      const count = parsed.filter(({ line }) => taken.has(line)).length;
      parsed = parsed.slice(count);
      lines = lines.slice(count);
    },
  };
}
