import type { Reader } from '../postgres/database.ts';
import type { MetadataType } from '../rows.ts';

export type MetadataKeyRow = { key: string; types: MetadataType[]; runs: number; lastLoggedAt: Date };

export type MetadataKeyQuestion = {
  pipeline: string | null;
  /** Keys from this one on and before that; null for all. */
  range: { from: string; before: string | null } | null;
  take: number;
};

/**
 * The keys in use and what the latest values under them are, by key, told from the latest entries of runs: it walks the
 * index from key to key, and of each key counts its rows there, but never looks at the history.
 */
export async function listMetadataKeys(
  db: Reader,
  { pipeline, range, take }: MetadataKeyQuestion,
): Promise<MetadataKeyRow[]> {
  const from = range?.from ?? '';
  const before = range?.before ?? null;
  return db.prisma.$queryRaw<MetadataKeyRow[]>`/* list_metadata_keys, prepared */
WITH RECURSIVE known AS (
  (SELECT key FROM latest_entry WHERE filter_scope = '' AND key >= ${from} AND (${before}::text IS NULL OR key < ${before}) ORDER BY key LIMIT 1)
  UNION ALL
  SELECT (SELECT l.key FROM latest_entry l WHERE l.filter_scope = '' AND l.key > known.key AND (${before}::text IS NULL OR l.key < ${before})
    ORDER BY l.key LIMIT 1)
  FROM known WHERE known.key IS NOT NULL
)
SELECT known.key, used.types, used.runs, used."lastLoggedAt"
FROM known CROSS JOIN LATERAL (
  SELECT array_agg(type::text ORDER BY runs DESC, type) AS types, sum(runs)::int AS runs, max(last) AS "lastLoggedAt"
  FROM (
    SELECT l.type, count(*) AS runs, max(l.logged_at) AS last FROM latest_entry l
    WHERE l.filter_scope = '' AND l.key = known.key
      AND (${pipeline}::text IS NULL OR EXISTS (SELECT FROM pipeline_run r WHERE r.id = l.run_id AND r.pipeline = ${pipeline}))
      AND NOT EXISTS (SELECT FROM deleted_run d WHERE d.run_id = l.run_id)
    GROUP BY l.type
  ) typed
) used
WHERE known.key IS NOT NULL AND used.runs > 0
LIMIT ${take}`;
}
