import { Prisma } from '../../generated/prisma/client.ts';
import { arrayLiteral } from '../postgres/array-literal.ts';
import { runColumns } from '../postgres/columns.ts';
import type { Reader } from '../postgres/database.ts';
import { batchPerSight } from '../postgres/database-batch.ts';
import type { RunRow } from '../rows.ts';
import { named, runInSight } from './sight-sql.ts';

/** How a run may be meant by a text; null where the text cannot mean it that way. Bounds are inclusive. */
export type RunQuestion = {
  id: string | null;
  name: string | null;
  namePrefix: { from: string; before: string | null } | null;
  idPrefix: { from: string; to: string } | null;
};

const byReference = batchPerSight('runs_by_reference', selectCandidates, {
  maxWeight: 200,
  identify: (question) => JSON.stringify(question),
});

/**
 * The runs that a reference may mean: the one with that id, else the one with that name, else up to six whose name or id
 * starts with it, by name. All that ask at one moment share one statement of index look-ups.
 */
export function findRunCandidates(db: Reader, question: RunQuestion): Promise<RunRow[]> {
  return byReference(db, question);
}

async function selectCandidates(db: Reader, questions: RunQuestion[]): Promise<RunRow[][]> {
  const ids = arrayLiteral(questions.map((question) => question.id));
  const names = arrayLiteral(questions.map((question) => question.name));
  const namesFrom = arrayLiteral(questions.map((question) => question.namePrefix?.from ?? null));
  const namesBefore = arrayLiteral(questions.map((question) => question.namePrefix?.before ?? null));
  const idsFrom = arrayLiteral(questions.map((question) => question.idPrefix?.from ?? null));
  const idsTo = arrayLiteral(questions.map((question) => question.idPrefix?.to ?? null));
  const seen = runInSight(db, 'p');
  const rows = await db.select<RunRow & { n: number; exact: boolean }>(Prisma.sql`${named(db, 'find_runs')}
SELECT q.n::int, c.exact, ${runColumns}
FROM unnest(${ids}::uuid[], ${names}::text[], ${namesFrom}::text[], ${namesBefore}::text[], ${idsFrom}::uuid[], ${idsTo}::uuid[])
  WITH ORDINALITY AS q(id, name, name_from, name_before, id_from, id_to, n)
CROSS JOIN LATERAL (
  SELECT id, true AS exact FROM pipeline_run WHERE id = q.id
  UNION ALL
  SELECT id, true FROM pipeline_run WHERE name = q.name
  UNION ALL
  SELECT id, false FROM (
    (SELECT id FROM pipeline_run p WHERE name >= q.name_from AND name < q.name_before AND ${seen} ORDER BY name LIMIT 6)
    UNION
    (SELECT id FROM pipeline_run p WHERE name >= q.name_from AND q.name_before IS NULL AND ${seen} ORDER BY name LIMIT 6)
    UNION
    (SELECT id FROM pipeline_run p WHERE id BETWEEN q.id_from AND q.id_to AND ${seen} ORDER BY id LIMIT 6)
  ) prefixed
) c
JOIN pipeline_run r ON r.id = c.id AND ${runInSight(db)}
ORDER BY q.n, c.exact DESC, r.name`);
  const found: RunRow[][] = questions.map(() => []);
  const exactlyFound = new Set<number>();
  for (const { n, exact, ...row } of rows) {
    if (exactlyFound.has(n)) continue;
    if (exact) exactlyFound.add(n);
    if (found[n - 1]!.length < 6) found[n - 1]!.push(row);
  }
  return found;
}
