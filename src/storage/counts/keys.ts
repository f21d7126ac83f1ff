import type { Reader } from '../postgres/database.ts';
import type { MetadataType } from '../rows.ts';

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

/** The keys in use, by key, from the counters: a walk of the index from the first of the page to the last. */
export async function listMetadataKeys(
  db: Reader,
  { pipeline, qualified, range, after, take }: MetadataKeyQuestion,
): Promise<MetadataKeyRow[]> {
  const from = range?.from ?? '';
  const before = range?.before ?? null;
  return db.prisma.$queryRaw<MetadataKeyRow[]>`/* list_metadata_keys, prepared */
SELECT key, array_agg(type::text ORDER BY runs DESC, type) AS types, sum(runs)::int AS runs, max(last_logged_at) AS "lastLoggedAt"
FROM key_count
WHERE pipeline = ${pipeline} AND qualified = ${qualified} AND key >= ${from} AND key > ${after ?? ''}
  AND (${before}::text IS NULL OR key < ${before}) AND runs > 0
GROUP BY pipeline, qualified, key ORDER BY pipeline, qualified, key LIMIT ${take}::int`;
}
