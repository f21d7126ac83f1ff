import { Prisma } from '../../generated/prisma/client.ts';
import { arrayLiteral } from '../postgres/array-literal.ts';
import { entryColumns } from '../postgres/columns.ts';
import type { Reader } from '../postgres/database.ts';
import type { LatestListRow } from '../rows.ts';

/** Something that happened. Of an ENTRY the entry is read along, of others what tells where to look. */
export type ChangeRow = { id: bigint; runId: string; pipeline: string; runName: string } & (
  | { kind: 'ENTRY'; entry: LatestListRow }
  | { kind: 'RUN' }
  | { kind: 'DELETION' }
  | { kind: 'STEP'; stepId: string }
  | { kind: 'RETRACTION'; entryId: bigint }
);

/** A page of what happened behind `after`, up to `upTo`: to some runs, or to all (null). */
export type ChangeQuestion = { runIds: readonly string[] | null; after: bigint; upTo: bigint; take: number };

/** What was found, in order, and the id up to which that is all. */
export type ChangePage = { rows: ChangeRow[]; position: bigint };

/** Ids looked through at once where all runs are meant. */
const windowIds = 5_000n;

type Row = LatestListRow & {
  kind: ChangeRow['kind'];
  pipeline: string | null;
  runName: string | null;
  stepId: string | null;
  entryId: bigint | null;
};

/**
 * The next changes and entries in order of id, without the entries that were retracted or whose run was deleted since. Call
 * it with an `upTo` up to which all ids are decided.
 */
export async function listChanges(db: Reader, question: ChangeQuestion): Promise<ChangePage> {
  const { runIds, after, take } = question;
  // Of some runs an index has the ids in order, and a page costs a page. Of all it has not: it is looked through in pieces.
  const end = runIds === null && question.upTo - after > windowIds ? after + windowIds : question.upTo;
  const rows = await db.select<Row>(runIds === null ? ofAll(after, end, take) : ofRuns(runIds, after, end, take));
  return {
    rows: rows.map(toChange).filter((row) => row !== null),
    position: rows.length < take ? end : rows.at(-1)!.id,
  };
}

function ofRuns(runIds: readonly string[], after: bigint, end: bigint, take: number): Prisma.Sql {
  return Prisma.sql`/* list_changes_of_runs, prepared */
${withDetails(
  Prisma.sql`SELECT e.* FROM unnest(${arrayLiteral(runIds)}::uuid[]) AS q(id) CROSS JOIN LATERAL (
    SELECT * FROM metadata_entry m WHERE m.run_id = q.id AND m.id > ${after} AND m.id <= ${end} AND m.retracted_at IS NULL
    ORDER BY m.id LIMIT ${take}::int) e`,
  Prisma.sql`SELECT c.* FROM unnest(${arrayLiteral(runIds)}::uuid[]) AS q(id) CROSS JOIN LATERAL (
    SELECT * FROM change m WHERE m.run_id = q.id AND m.id > ${after} AND m.id <= ${end} ORDER BY m.id LIMIT ${take}::int) c`,
  take,
)}`;
}

function ofAll(after: bigint, end: bigint, take: number): Prisma.Sql {
  return Prisma.sql`/* list_changes, prepared */
${withDetails(
  Prisma.sql`SELECT * FROM metadata_entry WHERE id > ${after} AND id <= ${end} AND retracted_at IS NULL ORDER BY id LIMIT ${take}::int`,
  Prisma.sql`SELECT * FROM change WHERE id > ${after} AND id <= ${end} ORDER BY id LIMIT ${take}::int`,
  take,
)}`;
}

function withDetails(entries: Prisma.Sql, changes: Prisma.Sql, take: number): Prisma.Sql {
  return Prisma.sql`SELECT ${entryColumns}, 'ENTRY' AS kind, r.pipeline, r.name AS "runName", s.name AS "stepName",
  NULL::uuid AS "stepId", NULL::bigint AS "entryId"
FROM (${entries}) e
LEFT JOIN pipeline_run r ON r.id = e.run_id
LEFT JOIN step s ON s.run_id = e.run_id AND s.id = e.scope_id
UNION ALL
SELECT c.run_id, c.id, NULL, NULL, NULL, NULL, NULL, NULL, c.kind::text, c.pipeline, c.run_name, NULL, c.step_id, c.entry_id
FROM (${changes}) c
ORDER BY 2 LIMIT ${take}::int`;
}

function toChange({ kind, pipeline, runName, stepId, entryId, ...entry }: Row): ChangeRow | null {
  // The run of an entry was deleted since.
  if (pipeline === null || runName === null) return null;
  const change = { id: entry.id, runId: entry.runId, pipeline, runName };
  if (kind === 'ENTRY') return { ...change, kind, entry };
  if (kind === 'STEP') return { ...change, kind, stepId: stepId! };
  if (kind === 'RETRACTION') return { ...change, kind, entryId: entryId! };
  return kind === 'RUN' ? { ...change, kind } : { ...change, kind };
}
