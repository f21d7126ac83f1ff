import { recomputeRunLatest } from '../entries/recompute-latest.ts';
import { arrayLiteral } from '../postgres/array-literal.ts';
import { createBatch } from '../postgres/batch.ts';
import { stepColumns } from '../postgres/columns.ts';
import { type Database, perDatabase, type Transaction } from '../postgres/database.ts';
import type { ExecutionStatus, StepRow } from '../rows.ts';

const byId = perDatabase((db) =>
  createBatch<string, StepRow | null>(
    async (ids) => {
      const rows = await db.prisma.$queryRaw<StepRow[]>`/* find_steps_by_id */
SELECT ${stepColumns} FROM step s WHERE s.id = ANY(${arrayLiteral(ids)}::uuid[])`;
      const found = new Map(rows.map((row) => [row.id, row]));
      return ids.map((id) => found.get(id) ?? null);
    },
    { identify: (id) => id },
  ),
);

/** The step with this id, or null. All that ask at one moment share one statement. */
export function findStepById(db: Database, id: string): Promise<StepRow | null> {
  return byId(db)(id);
}

/** A step of a run by name; the newest attempt where `attempt` is null. */
export type StepQuestion = { runId: string; name: string; attempt: number | null };

const byName = perDatabase((db) =>
  createBatch<StepQuestion, StepRow | null>((questions) => selectByName(db, questions), {
    identify: ({ runId, name, attempt }) => `${runId} ${attempt} ${name}`,
  }),
);

/** The attempt asked for of the step of this name, or null. All that ask at one moment share one statement. */
export function findStepByName(db: Database, question: StepQuestion): Promise<StepRow | null> {
  return byName(db)(question);
}

async function selectByName(db: Database, questions: StepQuestion[]): Promise<(StepRow | null)[]> {
  const runIds = arrayLiteral(questions.map((question) => question.runId));
  const names = arrayLiteral(questions.map((question) => question.name));
  const attempts = arrayLiteral(questions.map((question) => question.attempt));
  const rows = await db.prisma.$queryRaw<(StepRow & { n: number })[]>`/* find_steps_by_name */
SELECT q.n::int, ${stepColumns}
FROM unnest(${runIds}::uuid[], ${names}::text[], ${attempts}::int[]) WITH ORDINALITY AS q(run_id, name, attempt, n)
JOIN step s ON s.run_id = q.run_id AND s.name = q.name AND CASE WHEN q.attempt IS NULL THEN NOT s.superseded ELSE s.attempt = q.attempt END`;
  const found: (StepRow | null)[] = questions.map(() => null);
  for (const row of rows) found[row.n - 1] = row;
  return found;
}

/** A page of a run's steps, in the order they were started. */
export type StepPageQuestion = {
  runId: string;
  includeSuperseded: boolean;
  /** The last step seen; null for the first page. */
  after: { startedAt: Date; ordinal: number } | null;
  take: number;
};

const pages = perDatabase((db) =>
  createBatch<StepPageQuestion, StepRow[]>((questions) => selectPages(db, questions), {
    maxWeight: 200,
    identify: ({ runId, includeSuperseded, after, take }) =>
      `${runId} ${includeSuperseded} ${take} ${after?.startedAt.getTime()} ${after?.ordinal}`,
  }),
);

/** Up to `take` steps of a run, in the order they were started. All that ask at one moment share one statement. */
export function listSteps(db: Database, question: StepPageQuestion): Promise<StepRow[]> {
  return pages(db)(question);
}

async function selectPages(db: Database, questions: StepPageQuestion[]): Promise<StepRow[][]> {
  const runIds = arrayLiteral(questions.map((question) => question.runId));
  const superseded = arrayLiteral(questions.map((question) => question.includeSuperseded));
  const startedAt = arrayLiteral(questions.map((question) => question.after?.startedAt.toISOString() ?? '-infinity'));
  const ordinals = arrayLiteral(questions.map((question) => question.after?.ordinal ?? 0));
  const takes = arrayLiteral(questions.map((question) => question.take));
  const rows = await db.prisma.$queryRaw<(StepRow & { n: number })[]>`/* list_steps */
SELECT q.n::int, ${stepColumns}
FROM unnest(${runIds}::uuid[], ${superseded}::bool[], ${startedAt}::text[]::timestamptz[], ${ordinals}::int[], ${takes}::int[])
  WITH ORDINALITY AS q(run_id, superseded, started_at, ordinal, take, n)
CROSS JOIN LATERAL (
  SELECT * FROM step t
  WHERE t.run_id = q.run_id AND (q.superseded OR NOT t.superseded) AND (t.started_at, t.ordinal) > (q.started_at, q.ordinal)
  ORDER BY t.started_at, t.ordinal LIMIT q.take
) s
ORDER BY q.n, s.started_at, s.ordinal`;
  const lists: StepRow[][] = questions.map(() => []);
  for (const row of rows) lists[row.n - 1]!.push(row);
  return lists;
}

/** How many steps a run has, superseded attempts included or not. */
export function countSteps(db: Database, runId: string, includeSuperseded: boolean): Promise<number> {
  return db.prisma.step.count({ where: { runId, ...(includeSuperseded ? {} : { superseded: false }) } });
}

/** The step with this id as the transaction sees it. Holds off others that are about to start a step with the same id. */
export async function claimStepId(transaction: Transaction, id: string): Promise<StepRow | null> {
  await transaction.$queryRaw`/* claim_step_id */ SELECT pg_advisory_xact_lock(hashtextextended(${`step ${id}`}, 0))::text`;
  const rows = await transaction.$queryRaw<
    StepRow[]
  >`/* find_step */ SELECT ${stepColumns} FROM step s WHERE s.id = ${id}::uuid`;
  return rows[0] ?? null;
}

/** What a new attempt follows: the newest attempt of its name so far (0 for none) and the place after the run's last step. */
export async function findNextAttempt(
  transaction: Transaction,
  runId: string,
  name: string,
): Promise<{ attempts: number; ordinal: number }> {
  const rows = await transaction.$queryRaw<{ attempts: number; ordinal: number }[]>`/* find_next_attempt */
SELECT coalesce(max(attempt) FILTER (WHERE name = ${name}), 0)::int AS attempts, (coalesce(max(ordinal), 0) + 1)::int AS ordinal
FROM step WHERE run_id = ${runId}::uuid`;
  return rows[0]!;
}

/** Adds the step. The run must be locked. */
export async function insertStep(transaction: Transaction, step: StepRow): Promise<void> {
  await transaction.step.create({ data: step, select: { id: true } });
}

/**
 * Marks all attempts of a name as superseded, those that had not completed as RETRIED, and takes what they logged out of
 * the latest values of the run. The run and its steps must be locked.
 */
export async function supersedeAttempts(transaction: Transaction, runId: string, name: string): Promise<void> {
  await transaction.$executeRaw`/* supersede_steps */
UPDATE step SET superseded = true, status = CASE WHEN status = 'COMPLETED' THEN status ELSE 'RETRIED' END
WHERE run_id = ${runId}::uuid AND name = ${name} AND NOT superseded`;
  const keys = await transaction.$queryRaw<{ key: string }[]>`/* supersede_latest */
UPDATE latest_entry SET filter_scope = NULL
WHERE run_id = ${runId}::uuid AND filter_scope = ${name} RETURNING key`;
  if (keys.length > 0) {
    await recomputeRunLatest(
      transaction,
      runId,
      keys.map((row) => row.key),
    );
  }
}

/** Ends the step if it is still running; gives the row as it is then, or null when there is no such step. */
export async function finishRunningStep(
  db: Database,
  id: string,
  status: ExecutionStatus,
  endedAt: Date,
): Promise<StepRow | null> {
  await db.prisma.step.updateMany({ where: { id, status: 'RUNNING' }, data: { status, endedAt } });
  return db.prisma.step.findFirst({ where: { id } });
}
