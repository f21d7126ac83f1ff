import { columnOf } from '../postgres/array-literal.ts';
import type { Reader } from '../postgres/database.ts';
import { batchPerDatabase } from '../postgres/database-batch.ts';

/** Why a run or step failed, as its process said, or the service where it took it for dead. */
export type FailureRow = { type: string; message: string; traceback: string | null };

/** A run, where both ids are the same, or a step of it. */
export type ExecutionId = { runId: string; scopeId: string };

const ofExecution = batchPerDatabase(
  'failures',
  async (db: Reader, asked: ExecutionId[]) => {
    const runIds = columnOf(asked, 'uuid', ({ runId }) => runId);
    const scopeIds = columnOf(asked, 'uuid', ({ scopeId }) => scopeId);
    const rows = await db.prisma.$queryRaw<(FailureRow & { n: number })[]>`/* find_failures, prepared */
SELECT q.n::int, f.type, f.message, f.traceback
FROM unnest(${runIds}, ${scopeIds}) WITH ORDINALITY AS q(run_id, scope_id, n)
JOIN failure f ON f.run_id = q.run_id AND f.scope_id = q.scope_id`;
    const found: (FailureRow | null)[] = asked.map(() => null);
    for (const { n, ...row } of rows) found[n - 1] = row;
    return found;
  },
  { identify: ({ runId, scopeId }) => `${runId} ${scopeId}` },
);

/** Why a run or step failed, or null where nothing is known. All that ask at one moment share one statement. */
export function findFailure(db: Reader, id: ExecutionId): Promise<FailureRow | null> {
  return ofExecution(db, id);
}
