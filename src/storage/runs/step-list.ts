import { Prisma } from '../../generated/prisma/client.ts';
import { arrayLiteral, columnOf } from '../postgres/array-literal.ts';
import { stepColumns } from '../postgres/columns.ts';
import type { Reader } from '../postgres/database.ts';
import { batchPerDatabase } from '../postgres/database-batch.ts';
import type { StepRow } from '../rows.ts';

/** A page of a run's steps, in the order they were started. */
export type StepPageQuestion = {
  runId: string;
  includeSuperseded: boolean;
  /** The last step seen; null for the first page. */
  after: { startedAt: Date; ordinal: number } | null;
  take: number;
};

const pages = batchPerDatabase('step_pages', selectPages, {
  maxWeight: 200,
  identify: ({ runId, includeSuperseded, after, take }) =>
    `${runId} ${includeSuperseded} ${take} ${after?.startedAt.getTime()} ${after?.ordinal}`,
});

/** Up to `take` steps of a run, in the order they were started. All that ask at one moment share one statement. */
export function listSteps(db: Reader, question: StepPageQuestion): Promise<StepRow[]> {
  return pages(db, question);
}

async function selectPages(db: Reader, questions: StepPageQuestion[]): Promise<StepRow[][]> {
  const runIds = arrayLiteral(questions.map((question) => question.runId));
  const superseded = arrayLiteral(questions.map((question) => question.includeSuperseded));
  const startedAt = arrayLiteral(questions.map((question) => question.after?.startedAt.toISOString() ?? '-infinity'));
  const ordinals = arrayLiteral(questions.map((question) => question.after?.ordinal ?? 0));
  const takes = arrayLiteral(questions.map((question) => question.take));
  const rows = await db.select<StepRow & { n: number }>(Prisma.sql`/* list_steps, prepared */
SELECT q.n::int, ${stepColumns}
FROM unnest(${runIds}::uuid[], ${superseded}::bool[], ${startedAt}::text[]::timestamptz[], ${ordinals}::int[], ${takes}::int[])
  WITH ORDINALITY AS q(run_id, superseded, started_at, ordinal, take, n)
CROSS JOIN LATERAL (
  SELECT * FROM step t
  WHERE t.run_id = q.run_id AND (q.superseded OR NOT t.superseded) AND (t.started_at, t.ordinal) > (q.started_at, q.ordinal)
  ORDER BY t.started_at, t.ordinal LIMIT q.take
) s
ORDER BY q.n, s.started_at, s.ordinal`);
  const lists: StepRow[][] = questions.map(() => []);
  for (const row of rows) lists[row.n - 1]!.push(row);
  return lists;
}

type StepCountQuestion = { runId: string; includeSuperseded: boolean };

const counting = batchPerDatabase(
  'step_counts',
  async (db: Reader, asked: StepCountQuestion[]) => {
    const runIds = columnOf(asked, 'uuid', ({ runId }) => runId);
    const superseded = columnOf(asked, 'bool', ({ includeSuperseded }) => includeSuperseded);
    const rows = await db.prisma.$queryRaw<{ n: number; count: number }[]>`/* count_steps, prepared */
SELECT q.n::int, (SELECT count(*)::int FROM step s WHERE s.run_id = q.run_id AND (q.superseded OR NOT s.superseded)) AS count
FROM unnest(${runIds}, ${superseded}) WITH ORDINALITY AS q(run_id, superseded, n)`;
    const counts: number[] = asked.map(() => 0);
    for (const { n, count } of rows) counts[n - 1] = count;
    return counts;
  },
  { maxWeight: 200, identify: ({ runId, includeSuperseded }) => `${runId} ${includeSuperseded}` },
);

/** How many steps a run has, superseded attempts included or not. All that ask at one moment share one statement. */
export function countSteps(db: Reader, runId: string, includeSuperseded: boolean): Promise<number> {
  return counting(db, { runId, includeSuperseded });
}
