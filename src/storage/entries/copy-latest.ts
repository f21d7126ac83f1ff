import type { Transaction } from '../postgres/database.ts';
import { selectIn } from '../postgres/transaction.ts';
import type { StepRow } from '../rows.ts';
import { insertEntries } from './insert.ts';
import type { LedgerEntry } from './write.ts';

/** Appends the latest entries of one step to another, under ids of their own, with the time at which they were first logged. */
export async function copyLatest(transaction: Transaction, from: StepRow, to: StepRow): Promise<void> {
  const entries = await transaction.$queryRaw<LedgerEntry[]>`/* copy_latest, prepared */
SELECT e.key, e.type::text, e.value::text AS text, e.iteration, e.logged_at AS "loggedAt",
  l.sort_class AS "sortClass", l.sort_number::text AS "sortNumber", CASE WHEN l.sort_class = 1 THEN l.sort_text END AS "sortText"
FROM latest_entry l JOIN metadata_entry e ON e.run_id = l.run_id AND e.id = l.entry_id
WHERE l.run_id = ${from.runId}::uuid AND l.scope_id = ${from.id}::uuid
ORDER BY e.id`;
  if (entries.length > 0)
    await insertEntries(selectIn(transaction), [{ target: { stepId: to.id }, entries, request: null }], 'wait');
}
