import { transact } from '../postgres/client-transaction.ts';
import { isOf } from './lines.ts';
import type { Session } from './session.ts';

/**
 * Makes sure that no new entry gets an id up to `id`, and gives the last id that was handed out before. Who writes is held up for
 * that moment, and only where the ids have not come so far: between a look at the sequence and setting it nobody must take an id.
 *
 * Nobody is to walk over the gap. Followers that stand below it must load anew; what was not counted yet is noted once more
 * behind it, and all before it is called counted.
 */
export async function reserveIds(session: Session, id: bigint): Promise<bigint> {
  const before = await readLastId(session);
  if (before >= id) return before;
  return transact(session, async () => {
    // Whoever counts holds it for a while: it is waited for while writers still go on.
    await session.query(`SELECT FROM ledger_mark WHERE name = 'counted' FOR UPDATE`);
    // Whoever takes an id has locked one of these tables for writing before it does.
    await session.query('LOCK TABLE metadata_entry, change IN SHARE ROW EXCLUSIVE MODE');
    const last = await readLastId(session);
    if (last < id) await jump(session, last, id);
    return last;
  });
}

async function jump(session: Session, last: bigint, id: bigint): Promise<void> {
  await session.query({ text: `SELECT setval('metadata_entry_id_seq', $1)`, values: [String(id)] });
  await session.query({
    text: `/* note_uncounted */
WITH counted AS MATERIALIZED (SELECT id FROM ledger_mark WHERE name = 'counted'), touched AS MATERIALIZED (
  SELECT run_id FROM change WHERE id > (SELECT id FROM counted) AND id <= $1
  UNION SELECT run_id FROM metadata_entry WHERE id > (SELECT id FROM counted) AND id <= $1
), noted AS (
  INSERT INTO change (run_id, id, kind, pipeline, run_name)
  SELECT r.id, nextval('metadata_entry_id_seq'), 'RUN'::"ChangeKind", r.pipeline, r.name FROM touched t JOIN pipeline_run r ON r.id = t.run_id
  UNION ALL
  SELECT c.run_id, nextval('metadata_entry_id_seq'), 'DELETION'::"ChangeKind", c.pipeline, c.run_name
  FROM touched t JOIN change c ON c.run_id = t.run_id AND c.kind = 'DELETION'
)
UPDATE ledger_mark SET id = greatest(id, $2) WHERE name IN ('counted', 'changes_kept_from')`,
    values: [String(last), String(id)],
  });
}

async function readLastId(session: Session): Promise<bigint> {
  const { rows } = await session.query<{ last: string }>(
    'SELECT (CASE WHEN is_called THEN last_value ELSE 0 END)::text AS last FROM metadata_entry_id_seq',
  );
  return BigInt(rows[0]!.last);
}

/** Ledgers that are smaller are told apart by these two numbers less surely, and are compared in no time. */
const fewIds = 1_000_000n;

/**
 * Whether all entries up to the id `lastEntry` are of the file that is read: there are none yet, or it is the one that was begun
 * with when there were none. Who is told so need not look for ids that are taken. To be asked when they are reserved.
 */
export async function isOwnLedger(session: Session, runs: number, lastEntry: bigint): Promise<boolean> {
  const name = `import of ${runs} runs`;
  const { rows } = await session.query<{ empty: boolean; begun: boolean }>({
    text: `SELECT NOT EXISTS (SELECT FROM metadata_entry WHERE id <= $2) AS empty,
      EXISTS (SELECT FROM ledger_mark WHERE name = $1 AND id = $2 AND id > $3) AS begun`,
    values: [name, String(lastEntry), String(fewIds)],
  });
  const { empty, begun } = rows[0]!;
  if (begun) return true;
  await session.query(`DELETE FROM ledger_mark WHERE name LIKE 'import of %'`);
  if (empty)
    await session.query({
      text: 'INSERT INTO ledger_mark (name, id) VALUES ($1, $2)',
      values: [name, String(lastEntry)],
    });
  return empty;
}

/** An entry of another run that has the id of one of the lines, up to the id `upTo`; null where there is none. */
export async function findTakenId(
  session: Session,
  upTo: bigint,
  runIds: readonly string[],
): Promise<{ id: string; runId: string } | null> {
  const { rows } = await session.query<{ id: string; runId: string }>({
    text: `/* find_taken_id */
WITH lined AS MATERIALIZED (SELECT (line ->> 'id')::bigint AS id FROM import_line l WHERE ${isOf('entry')}),
  bounds AS MATERIALIZED (SELECT min(id) AS least, least(max(id), $1::bigint) AS greatest FROM lined),
  near AS MATERIALIZED (SELECT e.id, e.run_id FROM bounds b CROSS JOIN LATERAL (
    SELECT id, run_id FROM metadata_entry WHERE id >= b.least AND id <= b.greatest AND run_id <> ALL($2::uuid[]) OFFSET 0) e),
-- Not a join: the planner knows the size of neither, and might compare each with each.
  taken AS MATERIALIZED (SELECT id FROM near INTERSECT SELECT id FROM lined LIMIT 1)
SELECT n.id::text, n.run_id AS "runId" FROM near n WHERE n.id = (SELECT id FROM taken) LIMIT 1`,
    values: [String(upTo), runIds],
  });
  return rows[0] ?? null;
}
