import { Prisma } from '../../generated/prisma/client.ts';
import { columnOf } from '../postgres/array-literal.ts';
import { stepColumns } from '../postgres/columns.ts';
import type { Reader } from '../postgres/database.ts';
import { batchPerSight } from '../postgres/database-batch.ts';
import type { EntryRow, StepRow } from '../rows.ts';
import { named, runIdInSight } from './sight-sql.ts';

/** A step by its id, and keys that are looked up in it, at least one. */
export type StepQuestion = { id: string; keys: string[] };

const byId = batchPerSight('steps_with_latest', selectSteps, {
  weigh: ({ keys }) => keys.length,
  // No key has the character between them.
  identify: ({ id, keys }) => `${id} ${keys.join('\0')}`,
});

/** The step with this id, with its latest entries under these keys, or null. All that ask at one moment share one statement. */
export function findStepWithLatest(db: Reader, question: StepQuestion): Promise<StepRow | null> {
  return byId(db, question);
}

type Row = Omit<StepRow, 'latest'> &
  Pick<EntryRow, 'type' | 'text' | 'iteration' | 'loggedAt'> & {
    n: number;
    /** Null, as all of the entry, where nothing was logged under the key. */
    entryId: bigint | null;
  };

async function selectSteps(db: Reader, questions: StepQuestion[]): Promise<(StepRow | null)[]> {
  const cells = questions.flatMap(({ id, keys }, index) => keys.map((key) => ({ id, key, index })));
  const ids = columnOf(cells, 'uuid', (cell) => cell.id);
  const keys = columnOf(cells, 'text', (cell) => cell.key);
  const rows = await db.select<Row>(Prisma.sql`${named(db, 'find_steps_with_latest')}
SELECT q.n::int, ${stepColumns}, e.id AS "entryId", e.type::text, e.value::text AS text, e.iteration, e.logged_at AS "loggedAt"
FROM unnest(${ids}, ${keys}) WITH ORDINALITY AS q(id, key, n)
JOIN step s ON s.id = q.id AND ${runIdInSight(db, 's.run_id')}
LEFT JOIN latest_entry l ON l.run_id = s.run_id AND l.scope_id = s.id AND l.key = q.key
LEFT JOIN metadata_entry e ON e.run_id = l.run_id AND e.id = l.entry_id`);
  const found: (StepRow | null)[] = questions.map(() => null);
  const latestOf: Map<string, EntryRow | null>[] = [];
  for (const row of rows) {
    const { index, key } = cells[row.n - 1]!;
    let latest = latestOf[index];
    if (latest === undefined) {
      latest = new Map();
      latestOf[index] = latest;
      found[index] = toStep(row, latest);
    }
    latest.set(key, toEntry(row, key));
  }
  return found;
}

function toStep(row: Row, latest: ReadonlyMap<string, EntryRow | null>): StepRow {
  const { runId, id, name, attempt, status, startedAt, endedAt, cachedFromId, superseded, ordinal } = row;
  return { runId, id, name, attempt, status, startedAt, endedAt, cachedFromId, superseded, ordinal, latest };
}

function toEntry({ runId, id, name, entryId, type, text, iteration, loggedAt }: Row, key: string): EntryRow | null {
  if (entryId === null) return null;
  return { runId, id: entryId, scopeId: id, key, type, text, iteration, loggedAt, stepName: name };
}
