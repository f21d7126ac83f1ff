import type { Session } from './session.ts';

/**
 * Makes sure that no new entry gets an id up to `id`, and gives the last id that was handed out before. Who writes is held up for
 * that moment, and only where the ids have not come so far: between a look at the sequence and setting it nobody must take an id.
 *
 * What is counted up to where it stands is counted up to where it jumps to, and followers that stand below must load anew.
 */
export async function reserveIds(session: Session, id: bigint): Promise<bigint> {
  const before = await readLastId(session);
  if (before >= id) return before;
  await session.query('BEGIN');
  try {
    // Whoever takes an id has locked one of these tables for writing before it does.
    await session.query('LOCK TABLE metadata_entry, change IN SHARE ROW EXCLUSIVE MODE');
    const last = await readLastId(session);
    if (last < id) {
      await session.query({ text: `SELECT setval('metadata_entry_id_seq', $1)`, values: [String(id)] });
      await session.query({
        text: `UPDATE ledger_mark SET id = $1 WHERE (name = 'counted' AND id >= $2) OR (name = 'changes_kept_from' AND id < $1)`,
        values: [String(id), String(last)],
      });
    }
    await session.query('COMMIT');
    return last;
  } catch (error) {
    await session.query('ROLLBACK').catch(() => {});
    throw error;
  }
}

async function readLastId(session: Session): Promise<bigint> {
  const { rows } = await session.query<{ last: string }>(
    'SELECT (CASE WHEN is_called THEN last_value ELSE 0 END)::text AS last FROM metadata_entry_id_seq',
  );
  return BigInt(rows[0]!.last);
}

/** Whether there is any entry. */
export async function hasEntries(session: Session): Promise<boolean> {
  const { rows } = await session.query<{ found: boolean }>('SELECT EXISTS (SELECT FROM metadata_entry) AS found');
  return rows[0]!.found;
}

/** An entry of another run that has the id of one of the lines, up to the id `upTo`; null where there is none. */
export async function findTakenId(
  session: Session,
  upTo: bigint,
  runIds: readonly string[],
): Promise<{ id: string; runId: string } | null> {
  const { rows } = await session.query<{ id: string; runId: string }>({
    text: `/* find_taken_id */
WITH lined AS MATERIALIZED (SELECT (line ->> 'id')::bigint AS id FROM import_line WHERE starts_with(line::text, '{"kind":"entry"')),
  bounds AS MATERIALIZED (SELECT min(id) AS least, least(max(id), $1::bigint) AS greatest FROM lined),
  near AS MATERIALIZED (SELECT e.id, e.run_id FROM bounds b CROSS JOIN LATERAL (
    SELECT id, run_id FROM metadata_entry WHERE id >= b.least AND id <= b.greatest AND run_id <> ALL($2::uuid[]) OFFSET 0) e)
SELECT n.id::text, n.run_id AS "runId" FROM near n JOIN lined USING (id) LIMIT 1`,
    values: [String(upTo), runIds],
  });
  return rows[0] ?? null;
}
