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
export function nextBatch(source: Source): { readonly batch: readonly Waiting[]; readonly unknown?: Line } {
  const batch: Waiting[] = [];
  let entries = 0;
  for (const line of source.peek(peekBytes)) {
    const operation = parseOperation(line.text);
    if (!operation) return batch.length === 0 ? { batch, unknown: line } : { batch };
    entries += operation.entries;
    if (batch.length > 0 && (operation.op !== 'logMetadata' || entries > maxEntries)) break;
    batch.push({ ...operation, line });
    if (operation.op !== 'logMetadata') break;
  }
  return { batch };
}
