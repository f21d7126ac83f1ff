import { columnOf } from '../postgres/array-literal.ts';
import { entryColumns } from '../postgres/columns.ts';
import type { Reader } from '../postgres/database.ts';
import { batchPerDatabase } from '../postgres/database-batch.ts';
import { type EntryRow, greatestEntryId } from '../rows.ts';

/** The entries under a key: of one step, or (`stepId` null) of a run and all attempts of its steps. */
export type HistoryScope = { runId: string; stepId: string | null; key: string };

/** A page of it, newest first: up to `take` entries older than `before`, those that were taken back among them or not. */
export type HistoryQuestion = HistoryScope & { includeRetracted: boolean; before: bigint | null; take: number };

const pages = batchPerDatabase('history', selectPages, {
  maxWeight: 5_000,
  weigh: (question) => question.take,
  identify: ({ runId, stepId, includeRetracted, before, take, key }) =>
    `${runId} ${stepId} ${includeRetracted} ${before} ${take} ${key}`,
});

/** A page of entries, newest first. All that ask at one moment share one statement. */
export function listHistory(db: Reader, question: HistoryQuestion): Promise<EntryRow[]> {
  return pages(db, question);
}

async function selectPages(db: Reader, questions: HistoryQuestion[]): Promise<EntryRow[][]> {
  const runIds = columnOf(questions, 'uuid', (question) => question.runId);
  const stepIds = columnOf(questions, 'uuid', (question) => question.stepId);
  const keys = columnOf(questions, 'text', (question) => question.key);
  const befores = columnOf(questions, 'bigint', (question) => question.before ?? greatestEntryId);
  const retracted = columnOf(questions, 'bool', (question) => question.includeRetracted);
  const takes = columnOf(questions, 'int', (question) => question.take);
  // One index serves both kinds of scope: the newest of each step, merged.
  const rows = await db.prisma.$queryRaw<(EntryRow & { n: number })[]>`/* list_history, prepared */
SELECT q.n::int, ${entryColumns}
FROM unnest(${runIds}, ${stepIds}, ${keys}, ${befores}, ${retracted}, ${takes})
  WITH ORDINALITY AS q(run_id, step_id, key, before, retracted, take, n)
CROSS JOIN LATERAL (
  SELECT newest.* FROM (
    SELECT q.step_id AS id WHERE q.step_id IS NOT NULL
    UNION ALL SELECT q.run_id WHERE q.step_id IS NULL
    UNION ALL SELECT s.id FROM step s WHERE q.step_id IS NULL AND s.run_id = q.run_id
  ) scope
  CROSS JOIN LATERAL (
    SELECT * FROM metadata_entry m
    WHERE m.run_id = q.run_id AND m.scope_id = scope.id AND m.key = q.key AND m.id < q.before AND (m.retracted_at IS NULL OR q.retracted)
    ORDER BY m.id DESC LIMIT q.take
  ) newest
  ORDER BY newest.id DESC LIMIT q.take
) e
ORDER BY q.n, e.id DESC`;
  const lists: EntryRow[][] = questions.map(() => []);
  for (const row of rows) lists[row.n - 1]!.push(row);
  return lists;
}

type CountQuestion = HistoryScope & { includeRetracted: boolean };

const counting = batchPerDatabase('history_counts', selectCounts, {
  maxWeight: 100,
  identify: ({ runId, stepId, includeRetracted, key }) => `${runId} ${stepId} ${includeRetracted} ${key}`,
});

/**
 * How many entries stand under a key, those that were taken back among them or not. All that ask at one moment share one
 * statement.
 */
export function countHistory(db: Reader, question: CountQuestion): Promise<number> {
  return counting(db, question);
}

async function selectCounts(db: Reader, questions: CountQuestion[]): Promise<number[]> {
  const runIds = columnOf(questions, 'uuid', (question) => question.runId);
  const stepIds = columnOf(questions, 'uuid', (question) => question.stepId);
  const keys = columnOf(questions, 'text', (question) => question.key);
  const retracted = columnOf(questions, 'bool', (question) => question.includeRetracted);
  const rows = await db.prisma.$queryRaw<{ n: number; count: number }[]>`/* count_history, prepared */
SELECT q.n::int, coalesce(sum(c.count), 0)::int AS count
FROM unnest(${runIds}, ${stepIds}, ${keys}, ${retracted}) WITH ORDINALITY AS q(run_id, step_id, key, retracted, n)
CROSS JOIN LATERAL (
  SELECT q.step_id AS id WHERE q.step_id IS NOT NULL
  UNION ALL SELECT q.run_id WHERE q.step_id IS NULL
  UNION ALL SELECT s.id FROM step s WHERE q.step_id IS NULL AND s.run_id = q.run_id
) scope
CROSS JOIN LATERAL (
  SELECT count(*) AS count FROM metadata_entry m
  WHERE m.run_id = q.run_id AND m.scope_id = scope.id AND m.key = q.key AND (m.retracted_at IS NULL OR q.retracted)
) c
GROUP BY q.n`;
  const counts: number[] = questions.map(() => 0);
  for (const { n, count } of rows) counts[n - 1] = count;
  return counts;
}
