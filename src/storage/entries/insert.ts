import { Prisma } from '../../generated/prisma/client.ts';
import { arrayLiteral } from '../postgres/array-literal.ts';
import type { Select } from '../postgres/database.ts';
import { jsonHash } from '../postgres/json-hash.ts';
import { wholeRun } from '../rows.ts';
import { collectResults, type InsertedRow, type Patience } from './insert-results.ts';
import type { LedgerEntry, LedgerResult, LedgerWrite } from './write.ts';

const lockClauses = {
  skip: { head: Prisma.raw('/* insert_entries, prepared */'), clause: Prisma.raw('SKIP LOCKED') },
  wait: { head: Prisma.raw('/* insert_entries_waiting, prepared */'), clause: Prisma.empty },
};

/**
 * Appends all writes and moves the latest entries, in one statement; answers in the order of the writes.
 * Two writes with one request id for one target must not be in the same call.
 *
 * How it stays right under concurrency:
 * - It share-locks the rows of the targets before it takes an id (or leaves locked ones aside, see `Patience`). Whoever changes what counts for a run (a new attempt,
 *   a retraction, a deletion) locks the same rows for update, so it runs wholly before or wholly after this statement.
 * - Runs are locked before steps, each in order of id, and latest rows are touched in order of their key, so that
 *   statements wait for each other but never in a circle.
 * - Of two statements that move the same latest row, the greater id wins, in whatever order they get there.
 */
export async function insertEntries(
  select: Select,
  writes: LedgerWrite[],
  patience: Patience,
): Promise<LedgerResult[]> {
  const lock = lockClauses[patience];
  const items = {
    run: [] as (string | null)[],
    step: [] as (string | null)[],
    request: [] as (string | null)[],
    hash: [] as (string | null)[],
    first: [] as number[],
    last: [] as number[],
  };
  const rows = {
    item: [] as number[],
    key: [] as string[],
    type: [] as string[],
    text: [] as string[],
    iteration: [] as (bigint | null)[],
    loggedAt: [] as string[],
    sortClass: [] as (number | null)[],
    sortNumber: [] as (string | null)[],
    sortText: [] as (string | null)[],
    isLast: [] as boolean[],
  };
  const textOf = createInstantText();
  writes.forEach((write, index) => {
    items.run.push('runId' in write.target ? write.target.runId : null);
    items.step.push('stepId' in write.target ? write.target.stepId : null);
    items.request.push(write.request?.id ?? null);
    items.hash.push(write.request?.contentHash ?? null);
    items.first.push(rows.item.length + 1);
    const areLast = lastOfKeys(write.entries);
    for (let at = 0; at < write.entries.length; at += 1) {
      const entry = write.entries[at]!;
      rows.item.push(index + 1);
      rows.key.push(entry.key);
      rows.type.push(entry.type);
      rows.text.push(entry.text);
      rows.iteration.push(entry.iteration);
      rows.loggedAt.push(textOf(entry.loggedAt));
      const isLast = areLast?.[at] ?? true;
      rows.isLast.push(isLast);
      rows.sortClass.push(isLast ? entry.sortClass : null);
      rows.sortNumber.push(isLast ? entry.sortNumber : null);
      rows.sortText.push(isLast ? entry.sortText : null);
    }
    items.last.push(rows.item.length);
  });
  const runIds = arrayLiteral(items.run);
  const stepIds = arrayLiteral(items.step);
  const inserted = await select<InsertedRow>(Prisma.sql`${lock.head}
-- The writes, one row each, in the order they were handed over, and which of the entries are theirs.
WITH item AS MATERIALIZED (
  SELECT n::int, run_id, step_id, request_id, content_hash, first, last
  FROM unnest(${runIds}::uuid[], ${stepIds}::uuid[], ${arrayLiteral(items.request)}::uuid[], ${arrayLiteral(items.hash)}::text[],
    ${arrayLiteral(items.first)}::int[], ${arrayLiteral(items.last)}::int[])
    WITH ORDINALITY AS i(run_id, step_id, request_id, content_hash, first, last, n)
-- Their targets. Whoever changes what counts for a run locks these rows FOR UPDATE: the share lock waits for that to end,
-- and holds off the next until this statement is committed.
), run_target AS MATERIALIZED (
  SELECT id, status = 'CRASHED' AS crashed FROM pipeline_run WHERE id = ANY(${runIds}::uuid[]) ORDER BY id FOR SHARE ${lock.clause}
), step_target AS MATERIALIZED (
  SELECT run_id, id, name, superseded, status = 'CRASHED' AS crashed FROM step
  -- Always true; what it does is to read run_target first: runs are locked before steps, here as everywhere.
  WHERE id = ANY(${stepIds}::uuid[]) AND (SELECT count(*) FROM run_target) >= 0
  ORDER BY id FOR SHARE ${lock.clause}
), target AS MATERIALIZED (
  SELECT i.n, i.request_id, i.content_hash, i.first, i.last, t.*
  FROM item i JOIN (
    SELECT id AS run_id, id AS scope_id, NULL::text AS step_name, false AS superseded, crashed FROM run_target
    UNION ALL
    SELECT run_id, id, name, superseded, crashed FROM step_target
  ) t ON t.scope_id = coalesce(i.step_id, i.run_id)
-- The ids of the entries, in the order in which they were sent. None is taken before the targets are locked.
), taken AS MATERIALIZED (
  SELECT array_agg(nextval('metadata_entry_id_seq')) AS ids FROM generate_series(1, (SELECT max(last) FROM target))
-- A request id is taken once in a run; whoever comes second gets no row here, waits for the first to commit, and writes nothing.
), claimed AS (
  INSERT INTO log_request (run_id, request_id, scope_id, content_hash, entry_ids)
  SELECT run_id, request_id, scope_id, decode(content_hash, 'hex'), (SELECT ids FROM taken)[first:last]
  FROM target WHERE request_id IS NOT NULL
  ORDER BY run_id, request_id
  ON CONFLICT DO NOTHING
  RETURNING run_id, request_id, scope_id
-- What is left to write.
), unwritten AS MATERIALIZED (
  SELECT t.* FROM target t LEFT JOIN claimed c USING (run_id, request_id, scope_id)
  WHERE t.request_id IS NULL OR c.run_id IS NOT NULL
), written AS MATERIALIZED (
  SELECT (SELECT ids FROM taken)[r.position::int] AS id, t.run_id, t.scope_id, t.step_name, t.superseded, r.*
  FROM unnest(${arrayLiteral(rows.item)}::int[], ${arrayLiteral(rows.key)}::text[], ${arrayLiteral(rows.type)}::text[]::"MetadataType"[], ${arrayLiteral(rows.text)}::text[],
    ${arrayLiteral(rows.iteration)}::bigint[], ${arrayLiteral(rows.loggedAt)}::text[]::timestamptz[], ${arrayLiteral(rows.sortClass)}::smallint[],
    ${arrayLiteral(rows.sortNumber)}::text[]::numeric[], ${arrayLiteral(rows.sortText)}::text[], ${arrayLiteral(rows.isLast)}::bool[])
    WITH ORDINALITY AS r(n, key, type, value, iteration, logged_at, sort_class, sort_number, sort_text, is_last, position)
  JOIN unwritten t ON t.n = r.n
), history AS (
  INSERT INTO metadata_entry (run_id, id, scope_id, key, type, value, iteration, logged_at)
  SELECT run_id, id, scope_id, key, type, value::json, iteration, logged_at FROM written ORDER BY id
-- Of those that are the last of their write under a key, the newest of each scope and key moves the latest row: of the step
-- or run itself, and of the run as a whole unless the attempt was superseded. In order of the key, so that two statements
-- wait for each other but never in a circle; the greater id wins, whichever statement comes last.
), latest AS (
  INSERT INTO latest_entry (run_id, scope_id, key, entry_id, filter_scope, type, sort_class, sort_number, sort_text, logged_at)
  SELECT run_id, scope_id, key, id, filter_scope, type, sort_class, sort_number,
    CASE WHEN sort_class = 2 THEN ${jsonHash(Prisma.sql`value`)} ELSE sort_text END, logged_at
  FROM (
    SELECT DISTINCT ON (run_id, scope_id, key) * FROM (
      SELECT run_id, scope_id, key, id, CASE WHEN superseded THEN NULL ELSE step_name END AS filter_scope,
        type, value, sort_class, sort_number, sort_text, logged_at FROM written WHERE is_last
      UNION ALL
      SELECT run_id, ${wholeRun}::uuid, key, id, '',
        type, value, sort_class, sort_number, sort_text, logged_at FROM written WHERE is_last AND NOT superseded
    ) scoped
    ORDER BY run_id, scope_id, key, id DESC
  ) newest
  ORDER BY run_id, scope_id, key
  ON CONFLICT (run_id, scope_id, key) DO UPDATE SET
    entry_id = excluded.entry_id, filter_scope = excluded.filter_scope, type = excluded.type, sort_class = excluded.sort_class,
    sort_number = excluded.sort_number, sort_text = excluded.sort_text, logged_at = excluded.logged_at
  WHERE excluded.entry_id > latest_entry.entry_id
)
SELECT t.n, t.run_id AS "runId", t.scope_id AS "scopeId", t.step_name AS "stepName", t.crashed,
  array_to_string((SELECT ids FROM taken)[w.first:w.last], ',') AS ids
FROM target t LEFT JOIN unwritten w ON w.n = t.n`);
  return collectResults(select, writes, inserted, patience);
}

/**
 * Which entries are the last of their write under their key: only these can be the latest of anything, and a curve of a
 * thousand points need not be sorted to find its last. Null where all are.
 */
function lastOfKeys(entries: LedgerEntry[]): boolean[] | null {
  const seen = new Set<string>();
  const areLast = new Array<boolean>(entries.length);
  for (let at = entries.length - 1; at >= 0; at -= 1) {
    const { key } = entries[at]!;
    areLast[at] = !seen.has(key);
    seen.add(key);
  }
  return seen.size === entries.length ? null : areLast;
}

/** ISO 8601. The entries of a write mostly share one Date, and writing it out is the dearest part of sending an entry. */
function createInstantText(): (instant: Date) => string {
  let last: Date | null = null;
  let text = '';
  return (instant) => {
    if (instant !== last) {
      last = instant;
      text = instant.toISOString();
    }
    return text;
  };
}
