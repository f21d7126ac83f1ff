import { createBatch } from './batch.ts';
import { entryColumns } from './columns.ts';
import { type Database, perDatabase } from './database.ts';
import type { EntryRow } from './rows.ts';

/** Where a latest entry is looked for: `scopeId` is a step, the run itself, or `wholeRun`. */
export type LatestQuestion = { runId: string; scopeId: string; key: string };

const lookUp = perDatabase((db) =>
  createBatch<LatestQuestion, EntryRow | null>((questions) => selectLatest(db, questions), {
    identify: ({ runId, scopeId, key }) => `${runId} ${scopeId} ${key}`,
  }),
);

/** The latest entry under a key in a scope, or null. All that ask at one moment share one statement. */
export function findLatest(db: Database, question: LatestQuestion): Promise<EntryRow | null> {
  return lookUp(db)(question);
}

async function selectLatest(db: Database, questions: LatestQuestion[]): Promise<(EntryRow | null)[]> {
  const runIds = questions.map((question) => question.runId);
  const scopeIds = questions.map((question) => question.scopeId);
  const keys = questions.map((question) => question.key);
  const rows = await db.prisma.$queryRaw<(EntryRow & { n: number })[]>`/* select_latest */
SELECT q.n::int, ${entryColumns}
FROM unnest(${runIds}::uuid[], ${scopeIds}::uuid[], ${keys}::text[]) WITH ORDINALITY AS q(run_id, scope_id, key, n)
JOIN latest_entry l ON l.run_id = q.run_id AND l.scope_id = q.scope_id AND l.key = q.key
JOIN metadata_entry e ON e.run_id = l.run_id AND e.id = l.entry_id`;
  const found: (EntryRow | null)[] = questions.map(() => null);
  for (const { n, ...row } of rows) found[n - 1] = row;
  return found;
}

/** Which latest entries are listed. */
export type LatestListQuestion = {
  runId: string;
  /** A step; null for a run with its steps. */
  stepId: string | null;
};

/** A latest entry with the name of the step that it belongs to; null for one of the run itself. */
export type LatestListRow = EntryRow & { stepName: string | null };

const listing = perDatabase((db) =>
  createBatch<LatestListQuestion, LatestListRow[]>((questions) => selectLists(db, questions), {
    maxWeight: 200,
    identify: ({ runId, stepId }) => `${runId} ${stepId}`,
  }),
);

/**
 * The latest entry of every key: of one step, or of a run's own and those of the newest attempt of each of its steps.
 * Ordered by key in byte order, the run's own first, then by the name of the step.
 */
export function listLatest(db: Database, question: LatestListQuestion): Promise<LatestListRow[]> {
  return listing(db)(question);
}

async function selectLists(db: Database, questions: LatestListQuestion[]): Promise<LatestListRow[][]> {
  const runIds = questions.map((question) => question.runId);
  const stepIds = questions.map((question) => question.stepId);
  const rows = await db.prisma.$queryRaw<(LatestListRow & { n: number })[]>`/* list_latest */
SELECT q.n::int, ${entryColumns},
  l.filter_scope AS "stepName"
FROM unnest(${runIds}::uuid[], ${stepIds}::uuid[]) WITH ORDINALITY AS q(run_id, step_id, n)
JOIN latest_entry l ON l.run_id = q.run_id AND CASE
  WHEN q.step_id IS NOT NULL THEN l.scope_id = q.step_id
  ELSE l.scope_id = q.run_id OR (l.filter_scope IS NOT NULL AND l.filter_scope <> '') END
JOIN metadata_entry e ON e.run_id = l.run_id AND e.id = l.entry_id
ORDER BY q.n, l.key, l.filter_scope NULLS FIRST`;
  const lists: LatestListRow[][] = questions.map(() => []);
  for (const { n, ...row } of rows) lists[n - 1]!.push(row);
  return lists;
}
