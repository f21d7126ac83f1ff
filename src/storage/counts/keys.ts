import { Prisma } from '../../generated/prisma/client.ts';
import { askAside } from '../postgres/aside.ts';
import type { Reader } from '../postgres/database.ts';
import type { MetadataType } from '../rows.ts';
import { pipelineInSight } from '../runs/sight-sql.ts';
import { isPipelineInSight } from '../sight.ts';

export type MetadataKeyRow = { key: string; types: MetadataType[]; runs: number; lastLoggedAt: Date };

export type MetadataKeyQuestion = {
  /** A pipeline; '' for all. */
  pipeline: string;
  qualified: boolean;
  /** Keys from this one on and before that; null for all. */
  range: { from: string; before: string | null } | null;
  after: string | null;
  take: number;
};

/**
 * The keys in use, by key, from the counters: a walk of the index from the first of the page to the last; of some pipelines
 * in sight a walk of each of theirs, and of one run its latest values.
 */
export function listMetadataKeys(db: Reader, question: MetadataKeyQuestion): Promise<MetadataKeyRow[]> {
  const ask = (aside: Reader) => selectKeys(aside, question);
  return askAside(db, { name: 'metadata_keys', key: JSON.stringify(question), isDear: false, ask });
}

async function selectKeys(db: Reader, question: MetadataKeyQuestion): Promise<MetadataKeyRow[]> {
  const { pipeline, qualified, range, after, take } = question;
  if (db.sight.of === 'run') return listKeysOfRun(db, db.sight.runId, question);
  const isNarrow = db.sight.of === 'pipelines';
  const counted =
    db.sight.of === 'pipelines' && pipeline === ''
      ? Prisma.sql`pipeline <> '' AND ${pipelineInSight(db.sight, Prisma.raw('pipeline'))}`
      : Prisma.sql`pipeline = ${isNarrow && !isPipelineInSight(db.sight, pipeline) ? null : pipeline}`;
  return db.prisma.$queryRaw<
    MetadataKeyRow[]
  >`${Prisma.raw(`/* list_metadata_keys${isNarrow ? '_in_sight' : ', prepared'} */`)}
SELECT key, array_agg(type::text ORDER BY runs DESC, type) AS types, sum(runs)::int AS runs, max(last) AS "lastLoggedAt"
FROM (
  SELECT key, type, sum(runs) AS runs, max(last_logged_at) AS last FROM key_count
  WHERE ${counted} AND qualified = ${qualified} AND ${keysWithin(range, after)} AND runs > 0
  GROUP BY key, type
) typed
GROUP BY key ORDER BY key LIMIT ${take}::int`;
}

function keysWithin(range: MetadataKeyQuestion['range'], after: string | null): Prisma.Sql {
  const before = range?.before ?? null;
  return Prisma.sql`key >= ${range?.from ?? ''} AND key > ${after ?? ''} AND (${before}::text IS NULL OR key < ${before})`;
}

async function listKeysOfRun(
  db: Reader,
  runId: string,
  { pipeline, qualified, range, after, take }: MetadataKeyQuestion,
): Promise<MetadataKeyRow[]> {
  return db.prisma.$queryRaw<MetadataKeyRow[]>`/* list_metadata_keys_of_run */
SELECT key, ARRAY[max(type)] AS types, 1 AS runs, max(logged_at) AS "lastLoggedAt" FROM (
  SELECT CASE WHEN ${qualified} AND l.scope_id <> l.run_id THEN l.filter_scope || '::' || l.key ELSE l.key END AS key,
    l.type::text, l.logged_at
  FROM latest_entry l JOIN pipeline_run r ON r.id = l.run_id
  WHERE l.run_id = ${runId}::uuid AND ${pipeline} IN ('', r.pipeline)
    AND CASE WHEN ${qualified} THEN l.scope_id = l.run_id OR l.filter_scope <> '' ELSE l.filter_scope = '' END
) used
WHERE ${keysWithin(range, after)} GROUP BY key ORDER BY key LIMIT ${take}::int`;
}
