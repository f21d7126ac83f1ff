import { Prisma } from '../../generated/prisma/client.ts';
import { arrayLiteral, columnOf } from '../postgres/array-literal.ts';
import { entryColumns } from '../postgres/columns.ts';
import type { Reader } from '../postgres/database.ts';
import { batchPerDatabase } from '../postgres/database-batch.ts';
import { type EntryRow, type LatestListRow, wholeRun } from '../rows.ts';

/** Where a latest entry is looked for: `scopeId` is a step, the run itself, or `wholeRun`. */
export type LatestQuestion = { runId: string; scopeId: string; key: string };

const lookUp = batchPerDatabase('latest', selectLatest, {
  identify: ({ runId, scopeId, key }) => `${runId} ${scopeId} ${key}`,
});

/** The latest entry under a key in a scope, or null. All that ask at one moment share one statement. */
export function findLatest(db: Reader, question: LatestQuestion): Promise<EntryRow | null> {
  return lookUp(db, question);
}

/** A row without what its question says already. */
type Row = Pick<EntryRow, 'id' | 'type' | 'text' | 'iteration' | 'loggedAt'> & { n: number; scopeId: string | null };

async function selectLatest(db: Reader, questions: LatestQuestion[]): Promise<(EntryRow | null)[]> {
  const runIds = columnOf(questions, 'uuid', (question) => question.runId);
  const scopeIds = columnOf(questions, 'uuid', (question) => question.scopeId);
  const keys = columnOf(questions, 'text', (question) => question.key);
  const rows = await db.select<Row>(Prisma.sql`/* select_latest, prepared */
SELECT q.n::int, e.id, CASE WHEN e.scope_id <> q.scope_id THEN e.scope_id END AS "scopeId", e.type, e.value AS text,
  e.iteration, e.logged_at AS "loggedAt"
FROM unnest(${runIds}, ${scopeIds}, ${keys}) WITH ORDINALITY AS q(run_id, scope_id, key, n)
JOIN latest_entry l ON l.run_id = q.run_id AND l.scope_id = q.scope_id AND l.key = q.key
JOIN metadata_entry e ON e.run_id = l.run_id AND e.id = l.entry_id`);
  const found: (EntryRow | null)[] = questions.map(() => null);
  for (const { n, id, scopeId, type, text, iteration, loggedAt } of rows) {
    const question = questions[n - 1]!;
    const { runId, key } = question;
    found[n - 1] = { runId, id, scopeId: scopeId ?? question.scopeId, key, type, text, iteration, loggedAt };
  }
  return found;
}

/** The latest entries of runs as wholes, by run and key: null where there is none under a key that was asked for. */
type LatestOfRuns = ReadonlyMap<string, ReadonlyMap<string, EntryRow | null>>;

const lookUpOfRuns = batchPerDatabase('latest_of_runs', selectLatestOfRuns, {
  maxInFlight: 1,
  maxWeight: 10_000,
  weigh: ({ runIds, keys }) => runIds.length * keys.length,
});

/**
 * The latest entries of many runs as wholes under many keys. All that ask at one moment share one statement, and what
 * several ask for is looked up once, so the answer may hold more than was asked for.
 */
export function findLatestOfRuns(db: Reader, runIds: string[], keys: string[]): Promise<LatestOfRuns> {
  return lookUpOfRuns(db, { runIds, keys });
}

async function selectLatestOfRuns(
  db: Reader,
  questions: { runIds: string[]; keys: string[] }[],
): Promise<LatestOfRuns[]> {
  const found = new Map<string, Map<string, EntryRow | null>>();
  const cells: LatestQuestion[] = [];
  for (const { runIds, keys } of questions) {
    for (const runId of runIds) {
      const ofRun = found.get(runId) ?? new Map<string, EntryRow | null>();
      found.set(runId, ofRun);
      for (const key of keys) {
        if (ofRun.has(key)) continue;
        ofRun.set(key, null);
        cells.push({ runId, scopeId: wholeRun, key });
      }
    }
  }
  for (const row of await selectLatest(db, cells)) if (row) found.get(row.runId)?.set(row.key, row);
  return questions.map(() => found);
}

/** Which latest entries are listed. */
export type LatestListQuestion = {
  runId: string;
  /** A step; null for a run with its steps. */
  stepId: string | null;
};

const listing = batchPerDatabase('latest_lists', selectLists, {
  maxWeight: 200,
  identify: ({ runId, stepId }) => `${runId} ${stepId}`,
});

/**
 * The latest entry of every key: of one step, or of a run's own and those of the newest attempt of each of its steps.
 * Ordered by key in byte order, the run's own first, then by the name of the step.
 */
export function listLatest(db: Reader, question: LatestListQuestion): Promise<LatestListRow[]> {
  return listing(db, question);
}

async function selectLists(db: Reader, questions: LatestListQuestion[]): Promise<LatestListRow[][]> {
  const runIds = arrayLiteral(questions.map((question) => question.runId));
  const stepIds = arrayLiteral(questions.map((question) => question.stepId));
  // OFFSET keeps the planner from beginning with the whole history of a run where most runs have a short one.
  const rows = await db.select<LatestListRow & { n: number }>(Prisma.sql`/* list_latest, prepared */
SELECT q.n::int, ${entryColumns},
  l.filter_scope AS "stepName"
FROM unnest(${runIds}::uuid[], ${stepIds}::uuid[]) WITH ORDINALITY AS q(run_id, step_id, n)
CROSS JOIN LATERAL (
  SELECT * FROM latest_entry t WHERE t.run_id = q.run_id AND CASE
    WHEN q.step_id IS NOT NULL THEN t.scope_id = q.step_id
    ELSE t.scope_id = q.run_id OR (t.filter_scope IS NOT NULL AND t.filter_scope <> '') END
  OFFSET 0
) l
JOIN metadata_entry e ON e.run_id = l.run_id AND e.id = l.entry_id
ORDER BY q.n, l.key, l.filter_scope NULLS FIRST`);
  const lists: LatestListRow[][] = questions.map(() => []);
  for (const row of rows) lists[row.n - 1]!.push(row);
  return lists;
}
