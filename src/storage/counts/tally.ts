import { Prisma } from '../../generated/prisma/client.ts';
import { readWatermark } from '../changes/watermark.ts';
import { perDatabase, type Reader, type Transaction, type Writer } from '../postgres/database.ts';
import { batchPerDatabase } from '../postgres/database-batch.ts';
import { inTransaction } from '../postgres/transaction.ts';
import { wholeRun } from '../rows.ts';

/**
 * Ids counted in one transaction: many, as a run that was written to often in this time is looked at once; but what they
 * touch must fit into the statement timeout.
 */
const idsAtOnce = 20_000n;
const fewestIdsAtOnce = 500n;

const size = perDatabase<{ ids: bigint }>(() => ({ ids: idsAtOnce }));

/**
 * Brings the counters of runs and keys up to date with all that is decided now. No writer has anything to do with it: what
 * has an id behind the mark tells which runs were touched; of each, what was counted before is taken out, and what it is now
 * is put in. Whoever holds the mark counts, and others leave it to him.
 */
export async function tally(db: Writer, signal?: AbortSignal): Promise<void> {
  const upTo = await readWatermark(db)();
  const chunk = size(db);
  while (!signal?.aborted) {
    try {
      const reached = await inTransaction(db, (transaction) => tallySome(transaction, upTo, chunk.ids));
      chunk.ids = idsAtOnce;
      if (reached === null || reached >= upTo) return;
    } catch (error) {
      if (chunk.ids === fewestIdsAtOnce) throw error;
      chunk.ids = chunk.ids / 4n > fewestIdsAtOnce ? chunk.ids / 4n : fewestIdsAtOnce;
    }
  }
}

const look = batchPerDatabase(
  'tallied',
  async (db: Reader, asked: null[]) => {
    const rows = await db.select<{ tallied: boolean }>(Prisma.sql`/* is_tallied, prepared */
SELECT m.id >= CASE WHEN s.is_called THEN s.last_value ELSE 0 END AS tallied
FROM ledger_mark m CROSS JOIN metadata_entry_id_seq s WHERE m.name = 'counted'`);
    return asked.map(() => rows[0]?.tallied ?? true);
  },
  { identify: () => '' },
);

/** Whether all that has happened is counted. All that ask at one moment share one statement. */
export function isTallied(db: Reader): Promise<boolean> {
  return look(db, null);
}

/** The id up to which all is counted, held until the transaction ends; null where somebody else counts. */
async function lockCounted(transaction: Transaction): Promise<bigint | null> {
  const marks = await transaction.$queryRaw<{ id: bigint }[]>`/* lock_counted, prepared */
SELECT id FROM ledger_mark WHERE name = 'counted' FOR UPDATE SKIP LOCKED`;
  return marks[0]?.id ?? null;
}

async function tallySome(transaction: Transaction, upTo: bigint, ids: bigint): Promise<bigint | null> {
  const from = await lockCounted(transaction);
  if (from === null) return null;
  if (from >= upTo) return from;
  const to = upTo - from > ids ? from + ids : upTo;
  await transaction.$executeRaw`/* tally, prepared */
WITH touched AS MATERIALIZED (
  SELECT run_id FROM change WHERE id > ${from} AND id <= ${to}
  UNION SELECT run_id FROM metadata_entry WHERE id > ${from} AND id <= ${to}
-- From here on by index from run to run, which OFFSET sees to: the planner cannot know how few were touched.
), was AS MATERIALIZED (
  SELECT c.* FROM touched t CROSS JOIN LATERAL (SELECT * FROM counted_run WHERE run_id = t.run_id OFFSET 0) c
), now_run AS MATERIALIZED (
  SELECT r.id AS run_id, r.pipeline, r.status
  FROM touched t CROSS JOIN LATERAL (SELECT * FROM pipeline_run WHERE id = t.run_id OFFSET 0) r
-- The keys of a run: plain ones of the run as a whole, and those with the name of the step that logged them. Where the run
-- itself has a key of just that name, it is that.
), now_key AS MATERIALIZED (
  SELECT l.run_id, false AS qualified, l.key, l.type, l.logged_at FROM now_run n CROSS JOIN LATERAL (
    SELECT * FROM latest_entry WHERE run_id = n.run_id AND scope_id = ${wholeRun}::uuid OFFSET 0
  ) l
  UNION ALL
  (SELECT DISTINCT ON (q.run_id, q.key) q.run_id, true, q.key, q.type, q.logged_at FROM (
    SELECT l.run_id, CASE WHEN l.scope_id = l.run_id THEN l.key ELSE l.filter_scope || '::' || l.key END AS key,
      l.type, l.logged_at, l.scope_id = l.run_id AS own
    FROM now_run n CROSS JOIN LATERAL (
      SELECT * FROM latest_entry WHERE run_id = n.run_id AND (scope_id = run_id OR filter_scope <> '') OFFSET 0
    ) l
  ) q ORDER BY q.run_id, q.key, q.own DESC)
), keys_of_run AS (
  SELECT run_id, coalesce(jsonb_object_agg(key, type) FILTER (WHERE NOT qualified), '{}') AS plain,
    coalesce(jsonb_object_agg(key, type) FILTER (WHERE qualified), '{}') AS qualified
  FROM now_key GROUP BY run_id
), key_change AS (
  SELECT coalesce(d.pipeline, '') AS pipeline, d.qualified, d.key, d.type, sum(d.n)::int AS n, max(d.logged_at) AS logged_at
  FROM (
    SELECT n.pipeline, k.qualified, k.key, k.type, 1 AS n, k.logged_at FROM now_key k JOIN now_run n USING (run_id)
    UNION ALL
    SELECT w.pipeline, k.qualified, k.key, k.type::"MetadataType", -1, NULL
    FROM was w CROSS JOIN LATERAL (
      SELECT false AS qualified, key, value AS type FROM jsonb_each_text(w.keys -> 'plain')
      UNION ALL SELECT true, key, value FROM jsonb_each_text(w.keys -> 'qualified')
    ) k
  ) d
  GROUP BY GROUPING SETS ((d.pipeline, d.qualified, d.key, d.type), (d.qualified, d.key, d.type))
), run_change AS (
  SELECT coalesce(d.pipeline, '') AS pipeline, d.status, sum(d.n)::int AS n FROM (
    SELECT pipeline, status, 1 AS n FROM now_run UNION ALL SELECT pipeline, status, -1 FROM was
  ) d
  GROUP BY GROUPING SETS ((d.pipeline, d.status), (d.status))
), keys_counted AS (
  INSERT INTO key_count (pipeline, qualified, key, type, runs, last_logged_at)
  SELECT pipeline, qualified, key, type, n, coalesce(logged_at, '-infinity') FROM key_change WHERE n <> 0 OR logged_at IS NOT NULL
  ON CONFLICT (pipeline, qualified, key, type) DO UPDATE SET runs = key_count.runs + excluded.runs,
    last_logged_at = greatest(key_count.last_logged_at, excluded.last_logged_at)
  WHERE excluded.runs <> 0 OR excluded.last_logged_at > key_count.last_logged_at
), runs_counted AS (
  INSERT INTO run_count (pipeline, status, runs) SELECT pipeline, status, n FROM run_change WHERE n <> 0
  ON CONFLICT (pipeline, status) DO UPDATE SET runs = run_count.runs + excluded.runs
), gone AS (
  DELETE FROM counted_run WHERE run_id = ANY (ARRAY(SELECT run_id FROM was EXCEPT SELECT run_id FROM now_run))
), marked AS (
  UPDATE ledger_mark SET id = ${to} WHERE name = 'counted'
)
INSERT INTO counted_run (run_id, pipeline, status, keys)
SELECT n.run_id, n.pipeline, n.status, jsonb_build_object('plain', coalesce(k.plain, '{}'), 'qualified', coalesce(k.qualified, '{}'))
FROM now_run n LEFT JOIN keys_of_run k USING (run_id)
ON CONFLICT (run_id) DO UPDATE SET pipeline = excluded.pipeline, status = excluded.status, keys = excluded.keys
WHERE counted_run.status <> excluded.status OR counted_run.pipeline <> excluded.pipeline OR counted_run.keys <> excluded.keys`;
  return to;
}

/** Forgets what nothing is counted under any more; not while somebody counts. */
export async function pruneCounts(db: Writer): Promise<void> {
  await db.select(Prisma.sql`/* prune_counts, prepared */
WITH counted AS MATERIALIZED (
  SELECT FROM ledger_mark WHERE name = 'counted' FOR UPDATE SKIP LOCKED
), keys AS (
  DELETE FROM key_count WHERE runs = 0 AND EXISTS (SELECT FROM counted)
)
DELETE FROM run_count WHERE runs = 0 AND EXISTS (SELECT FROM counted)`);
}
