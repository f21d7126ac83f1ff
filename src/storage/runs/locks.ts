import { runColumns } from '../postgres/columns.ts';
import type { Transaction } from '../postgres/database.ts';
import type { RunRow } from '../rows.ts';

/**
 * Keeps out, until the transaction ends, whoever writes to the run itself, and whoever else locks it. Gives the run, or
 * null when there is none.
 */
export async function lockRun(transaction: Transaction, id: string): Promise<RunRow | null> {
  const rows = await transaction.$queryRaw<RunRow[]>`/* lock_run, prepared */
SELECT ${runColumns} FROM pipeline_run r WHERE r.id = ${id}::uuid FOR UPDATE`;
  return rows[0] ?? null;
}

/**
 * Keeps out those too who write to the steps of the run: for when its latest entries are worked out anew, or it goes. The
 * run must be locked: runs before steps, and steps by id, is the order in which writers lock them.
 */
export async function lockSteps(transaction: Transaction, runId: string): Promise<void> {
  await transaction.$queryRaw`/* lock_steps, prepared */ SELECT id FROM step WHERE run_id = ${runId}::uuid ORDER BY id FOR UPDATE`;
}

/**
 * Keeps out, until the transaction ends, whoever locks the run to change what counts in it; writers are not held up. False when
 * somebody has locked it, or it is not there any more.
 */
export async function shareRun(transaction: Transaction, id: string): Promise<boolean> {
  const rows = await transaction.$queryRaw<{ id: string }[]>`/* share_run, prepared */
SELECT id FROM pipeline_run WHERE id = ${id}::uuid FOR SHARE SKIP LOCKED`;
  return rows.length > 0;
}
