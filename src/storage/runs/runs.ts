import { arrayLiteral } from '../postgres/array-literal.ts';
import { createBatch } from '../postgres/batch.ts';
import { runColumns } from '../postgres/columns.ts';
import { type Database, inTransaction, perDatabase, type Transaction } from '../postgres/database.ts';
import type { ExecutionStatus, RunRow } from '../rows.ts';

/** How a run may be meant by a text; null where the text cannot mean it that way. Bounds are inclusive. */
export type RunQuestion = {
  id: string | null;
  name: string | null;
  namePrefix: { from: string; before: string | null } | null;
  idPrefix: { from: string; to: string } | null;
};

const byReference = perDatabase((db) =>
  createBatch<RunQuestion, RunRow[]>((questions) => selectCandidates(db, questions), {
    maxWeight: 200,
    identify: (question) => JSON.stringify(question),
  }),
);

/**
 * The runs that a reference may mean: the one with that id, else the one with that name, else up to six whose name or id
 * starts with it, by name. All that ask at one moment share one statement of index look-ups.
 */
export function findRunCandidates(db: Database, question: RunQuestion): Promise<RunRow[]> {
  return byReference(db)(question);
}

async function selectCandidates(db: Database, questions: RunQuestion[]): Promise<RunRow[][]> {
  const ids = arrayLiteral(questions.map((question) => question.id));
  const names = arrayLiteral(questions.map((question) => question.name));
  const namesFrom = arrayLiteral(questions.map((question) => question.namePrefix?.from ?? null));
  const namesBefore = arrayLiteral(questions.map((question) => question.namePrefix?.before ?? null));
  const idsFrom = arrayLiteral(questions.map((question) => question.idPrefix?.from ?? null));
  const idsTo = arrayLiteral(questions.map((question) => question.idPrefix?.to ?? null));
  const rows = await db.prisma.$queryRaw<(RunRow & { n: number; exact: boolean })[]>`/* find_runs */
SELECT q.n::int, c.exact, ${runColumns}
FROM unnest(${ids}::uuid[], ${names}::text[], ${namesFrom}::text[], ${namesBefore}::text[], ${idsFrom}::uuid[], ${idsTo}::uuid[])
  WITH ORDINALITY AS q(id, name, name_from, name_before, id_from, id_to, n)
CROSS JOIN LATERAL (
  SELECT id, true AS exact FROM pipeline_run WHERE id = q.id
  UNION ALL
  SELECT id, true FROM pipeline_run WHERE name = q.name
  UNION ALL
  SELECT id, false FROM (
    (SELECT id FROM pipeline_run WHERE name >= q.name_from AND name < q.name_before ORDER BY name LIMIT 6)
    UNION
    (SELECT id FROM pipeline_run WHERE name >= q.name_from AND q.name_before IS NULL ORDER BY name LIMIT 6)
    UNION
    (SELECT id FROM pipeline_run WHERE id BETWEEN q.id_from AND q.id_to ORDER BY id LIMIT 6)
  ) prefixed
) c
JOIN pipeline_run r ON r.id = c.id
ORDER BY q.n, c.exact DESC, r.name`;
  const found: RunRow[][] = questions.map(() => []);
  const settled = new Set<number>();
  for (const { n, exact, ...row } of rows) {
    if (settled.has(n)) continue;
    if (exact) settled.add(n);
    if (found[n - 1]!.length < 6) found[n - 1]!.push(row);
  }
  return found;
}

const byId = perDatabase((db) =>
  createBatch<string, RunRow | null>(
    async (ids) => {
      const rows = await db.prisma.$queryRaw<RunRow[]>`/* find_runs_by_id */
SELECT ${runColumns} FROM pipeline_run r WHERE r.id = ANY(${arrayLiteral(ids)}::uuid[])`;
      const found = new Map(rows.map((row) => [row.id, row]));
      return ids.map((id) => found.get(id) ?? null);
    },
    { identify: (id) => id },
  ),
);

/** The run with this id, or null. */
export function findRunById(db: Database, id: string): Promise<RunRow | null> {
  return byId(db)(id);
}

/**
 * Adds the run unless its id or its name is `taken`, or its id is that of a `deleted` run whose entries are still being
 * removed: they would pass for those of the new run, and the new ones would be removed with them.
 */
export function insertRun(db: Database, run: RunRow): Promise<'inserted' | 'taken' | 'deleted'> {
  const gone = new Error('deleted');
  return inTransaction(db, async (transaction) => {
    const { count } = await transaction.pipelineRun.createMany({ data: [run], skipDuplicates: true });
    if (count === 0) return 'taken' as const;
    // Looked at behind the insert, which waits for whoever is deleting the run of this id.
    if (await transaction.deletedRun.findUnique({ where: { runId: run.id } })) throw gone;
    return 'inserted' as const;
  }).catch((error) => {
    if (error === gone) return 'deleted' as const;
    throw error;
  });
}

/** The run with this name, or null. */
export function findRunByName(db: Database, name: string): Promise<RunRow | null> {
  return db.prisma.pipelineRun.findUnique({ where: { name } });
}

/** Ends the run if it is still running; gives the row as it is then, or null when there is no such run. */
export async function finishRunningRun(
  db: Database,
  id: string,
  status: ExecutionStatus,
  endedAt: Date,
): Promise<RunRow | null> {
  await db.prisma.pipelineRun.updateMany({ where: { id, status: 'RUNNING' }, data: { status, endedAt } });
  return db.prisma.pipelineRun.findUnique({ where: { id } });
}

/**
 * Keeps out, until the transaction ends, whoever writes to the run itself, and whoever else locks it. Gives the run, or
 * null when there is none.
 */
export async function lockRun(transaction: Transaction, id: string): Promise<RunRow | null> {
  const rows = await transaction.$queryRaw<RunRow[]>`/* lock_run */
SELECT ${runColumns} FROM pipeline_run r WHERE r.id = ${id}::uuid FOR UPDATE`;
  return rows[0] ?? null;
}

/**
 * Keeps out those too who write to the steps of the run: for when its latest entries are worked out anew, or it goes. The
 * run must be locked: runs before steps, and steps by id, is the order in which writers lock them.
 */
export async function lockSteps(transaction: Transaction, runId: string): Promise<void> {
  await transaction.$queryRaw`/* lock_steps */ SELECT id FROM step WHERE run_id = ${runId}::uuid ORDER BY id FOR UPDATE`;
}
