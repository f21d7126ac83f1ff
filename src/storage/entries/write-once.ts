import type { Select } from '../postgres/database.ts';
import { insertEntries } from './insert.ts';
import type { Patience } from './insert-results.ts';
import { type LedgerResult, type LedgerWrite, targetId } from './write.ts';

/** Sends each request id once per target; its copies are answered as repeats of the first. */
export async function writeOnce(select: Select, writes: LedgerWrite[], patience: Patience): Promise<LedgerResult[]> {
  const firstOf = new Map<string, number>();
  const sent: LedgerWrite[] = [];
  const slots = writes.map((write) => {
    const identity = write.request && `${targetId(write)} ${write.request.id}`;
    const earlier = identity === null ? undefined : firstOf.get(identity);
    if (earlier !== undefined) return { index: earlier, copy: true };
    const index = sent.push(write) - 1;
    if (identity !== null) firstOf.set(identity, index);
    return { index, copy: false };
  });
  const results = await insertEntries(select, sent, patience);
  return slots.map(({ index, copy }) => {
    const result = results[index]!;
    if (!copy || result.outcome !== 'written') return result;
    const { runId, scopeId, ids } = result;
    return { outcome: 'repeated', runId, scopeId, ids, contentHash: sent[index]!.request!.contentHash };
  });
}
