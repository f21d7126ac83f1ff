import type { Queryable } from '../postgres/database.ts';
import { wholeRun } from '../rows.ts';

/** Works out anew what is latest in a run as a whole under these keys. The run and its steps must be locked. */
export async function recomputeRunLatest(db: Queryable, runId: string, keys: string[]): Promise<void> {
  await db.$executeRaw`/* recompute_run_latest, prepared */
WITH newest AS (
  SELECT DISTINCT ON (key) * FROM latest_entry
  WHERE run_id = ${runId}::uuid AND key = ANY(${keys}::text[]) AND (scope_id = run_id OR (filter_scope IS NOT NULL AND filter_scope <> ''))
  ORDER BY key, entry_id DESC
), gone AS (
  DELETE FROM latest_entry l
  WHERE l.run_id = ${runId}::uuid AND l.scope_id = ${wholeRun}::uuid AND l.key = ANY(${keys}::text[])
    AND NOT EXISTS (SELECT FROM newest n WHERE n.key = l.key)
)
INSERT INTO latest_entry (run_id, scope_id, key, entry_id, filter_scope, type, sort_class, sort_number, sort_text, logged_at)
SELECT run_id, ${wholeRun}::uuid, key, entry_id, '', type, sort_class, sort_number, sort_text, logged_at
FROM newest ORDER BY key
ON CONFLICT (run_id, scope_id, key) DO UPDATE SET
  entry_id = excluded.entry_id, type = excluded.type, sort_class = excluded.sort_class,
  sort_number = excluded.sort_number, sort_text = excluded.sort_text, logged_at = excluded.logged_at
WHERE excluded.entry_id <> latest_entry.entry_id`;
}
