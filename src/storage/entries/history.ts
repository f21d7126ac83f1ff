import { Prisma } from '../../generated/prisma/client.ts';
import { columnOf } from '../postgres/array-literal.ts';
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

/** A row of a page, without what its question says already. */
type Row = Pick<EntryRow, 'id' | 'type' | 'text' | 'iteration' | 'loggedAt'> & { n: number; scopeId?: string };

async function selectPages(db: Reader, questions: HistoryQuestion[]): Promise<EntryRow[][]> {
  const pagesOf = new Map<HistoryQuestion, EntryRow[]>(questions.map((question) => [question, []]));
  const read = async (asked: HistoryQuestion[], toSql: (asked: HistoryQuestion[]) => Prisma.Sql) => {
    if (asked.length === 0) return;
    for (const { n, id, scopeId, type, text, iteration, loggedAt } of await db.select<Row>(toSql(asked))) {
      const question = asked[n - 1]!;
      const { runId, key } = question;
      const ofScope = scopeId ?? question.stepId!;
      pagesOf.get(question)!.push({ runId, id, scopeId: ofScope, key, type, text, iteration, loggedAt });
    }
  };
  const isOfStep = ({ stepId }: HistoryQuestion) => stepId !== null;
  await Promise.all([
    read(questions.filter(isOfStep), ofStepsSql),
    read(
      questions.filter((question) => !isOfStep(question)),
      ofRunsSql,
    ),
  ]);
  for (const page of pagesOf.values()) if (!isNewestFirst(page)) page.sort((a, b) => (a.id < b.id ? 1 : -1));
  return [...pagesOf.values()];
}

function isNewestFirst(page: EntryRow[]): boolean {
  for (let index = 1; index < page.length; index += 1) if (page[index - 1]!.id < page[index]!.id) return false;
  return true;
}

const entryValues = Prisma.raw('e.id, e.type, e.value AS text, e.iteration, e.logged_at AS "loggedAt"');

/**
 * Without an order of the whole: each page comes out of the index in its own, and the pages one after the other. Should
 * Postgres ever join them in another way, they are sorted here.
 */
function ofStepsSql(questions: HistoryQuestion[]): Prisma.Sql {
  return Prisma.sql`/* list_history_of_steps, prepared */
SELECT q.n::int, ${entryValues}
FROM ${asked(questions)}
CROSS JOIN LATERAL (
  SELECT * FROM metadata_entry m
  WHERE m.run_id = q.run_id AND m.scope_id = q.step_id AND m.key = q.key AND m.id < q.before AND (m.retracted_at IS NULL OR q.retracted)
  ORDER BY m.id DESC LIMIT q.take
) e`;
}

/** One index serves both kinds of scope: the newest of each step, merged. */
function ofRunsSql(questions: HistoryQuestion[]): Prisma.Sql {
  return Prisma.sql`/* list_history_of_runs, prepared */
SELECT q.n::int, e.scope_id AS "scopeId", ${entryValues}
FROM ${asked(questions)}
CROSS JOIN LATERAL (
  SELECT newest.* FROM (
    SELECT q.run_id AS id UNION ALL SELECT s.id FROM step s WHERE s.run_id = q.run_id
  ) scope
  CROSS JOIN LATERAL (
    SELECT * FROM metadata_entry m
    WHERE m.run_id = q.run_id AND m.scope_id = scope.id AND m.key = q.key AND m.id < q.before AND (m.retracted_at IS NULL OR q.retracted)
    ORDER BY m.id DESC LIMIT q.take
  ) newest
  ORDER BY newest.id DESC LIMIT q.take
) e
ORDER BY q.n, e.id DESC`;
}

function asked(questions: HistoryQuestion[]): Prisma.Sql {
  const runIds = columnOf(questions, 'uuid', (question) => question.runId);
  const stepIds = columnOf(questions, 'uuid', (question) => question.stepId);
  const keys = columnOf(questions, 'text', (question) => question.key);
  const befores = columnOf(questions, 'bigint', (question) => question.before ?? greatestEntryId);
  const retracted = columnOf(questions, 'bool', (question) => question.includeRetracted);
  const takes = columnOf(questions, 'int', (question) => question.take);
  return Prisma.sql`unnest(${runIds}, ${stepIds}, ${keys}, ${befores}, ${retracted}, ${takes})
  WITH ORDINALITY AS q(run_id, step_id, key, before, retracted, take, n)`;
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
