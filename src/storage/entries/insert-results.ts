import { Prisma } from '../../generated/prisma/client.ts';
import { arrayLiteral } from '../postgres/array-literal.ts';
import type { Select } from '../postgres/database.ts';
import { findLogRequests, parseIds } from './log-request.ts';
import { type LedgerResult, type LedgerWrite, targetId } from './write.ts';

export type InsertedRow = {
  n: number;
  runId: string;
  scopeId: string;
  stepName: string | null;
  crashed: boolean;
  /** With commas between them: a list would take Prisma and the driver longer. */
  ids: string | null;
};

/**
 * What to do about a target that somebody else has locked: `skip` leaves it, and all that goes to it, aside; `wait` waits,
 * until `lock_timeout` ends the statement. Two statements, as the lock clause cannot be a parameter.
 */
export type Patience = 'skip' | 'wait';

export async function collectResults(
  select: Select,
  writes: LedgerWrite[],
  inserted: InsertedRow[],
  patience: Patience,
): Promise<LedgerResult[]> {
  const results = await findMissing(select, writes, inserted, patience);
  const repeated: InsertedRow[] = [];
  for (const row of inserted) {
    const { n, ids, runId, scopeId, stepName, crashed } = row;
    if (ids) results[n - 1] = { outcome: 'written', runId, scopeId, stepName, crashed, ids: parseIds(ids) };
    else repeated.push(row);
  }
  if (repeated.length > 0) {
    const requests = await findLogRequests(
      select,
      repeated.map((row) => ({ runId: row.runId, requestId: writes[row.n - 1]!.request!.id })),
    );
    repeated.forEach((row, index) => {
      const request = requests[index];
      if (request) results[row.n - 1] = { outcome: 'repeated', ...request };
    });
  }
  return results;
}

/** For each write what holds as long as no row says otherwise: that its target is missing, or locked by somebody else. */
async function findMissing(
  select: Select,
  writes: LedgerWrite[],
  inserted: InsertedRow[],
  patience: Patience,
): Promise<LedgerResult[]> {
  if (patience === 'wait' || inserted.length === writes.length) return writes.map(() => ({ outcome: 'missing' }));
  const ids = arrayLiteral(writes.map(targetId));
  const rows = await select<{ id: string }>(Prisma.sql`/* find_targets, prepared */
SELECT id FROM pipeline_run WHERE id = ANY(${ids}::uuid[]) UNION ALL SELECT id FROM step WHERE id = ANY(${ids}::uuid[])`);
  const existing = new Set(rows.map(({ id }) => id));
  return writes.map((write) => ({ outcome: existing.has(targetId(write)) ? 'locked' : 'missing' }));
}
