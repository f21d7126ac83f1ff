import { Prisma } from '../../generated/prisma/client.ts';
import type { Reader } from '../postgres/database.ts';
import { firstCharacters, isCutText, latestRows } from './latest-source.ts';
import { indexedTest, type MetadataTest, type RunFilter } from './run-filter.ts';

/**
 * The ids of the few runs that can pass the filter at all, as a query, where one of its conditions has only few; else
 * null. The planner cannot tell: its statistics of numbers and texts are of all keys together. One statement, and none
 * where no condition on metadata must hold.
 */
export async function findSelectiveRuns(db: Reader, filter: RunFilter): Promise<Prisma.Sql | null> {
  const matches = candidates(filter, !hasPlainCondition(filter));
  if (matches.length === 0) return null;
  const counts = matches.map((ids) => Prisma.sql`(SELECT count(*)::int FROM (${ids} LIMIT ${manyMatches}::int) m)`);
  const rows = await db.prisma.$queryRaw<{ runs: number; counts: number[] }[]>`/* count_candidates */
SELECT reltuples::float8 AS runs, ARRAY[${Prisma.join(counts)}] AS counts FROM pg_class WHERE oid = 'pipeline_run'::regclass`;
  const { runs, counts: found } = rows[0]!;
  const least = Math.min(...found);
  if (least === manyMatches || least > matches.length * few(runs)) return null;
  return Prisma.sql`SELECT DISTINCT m.run_id FROM (${matches[found.indexOf(least)]}) m`;
}

/** Counting ends here: so many are never few. */
const manyMatches = 5_000;

/**
 * How many of so many runs are few. M matches cost M look-ups and a sort; walking N runs in their order until there is a
 * page of 50 costs 50 × N ÷ M: the same at √(50 × N). Of several conditions each may have more: the more there are, the
 * fewer runs pass them all, and the longer is the walk. What the statistics do not know yet is taken for 1,000 runs.
 */
function few(runs: number) {
  return Math.sqrt(50 * Math.max(runs, 1_000));
}

/** Whether something besides metadata must hold, which may find the runs sooner than reading all entries of a key. */
function hasPlainCondition(filter: RunFilter): boolean {
  if (filter.kind === 'all') return filter.of.some(hasPlainCondition);
  return !['any', 'not', 'metadata', 'nameContains'].includes(filter.kind);
}

/**
 * Queries each of which gives the ids of all runs that can pass the filter; none where none can tell. Without `mayScan`
 * only those that the index bounds; with it also those that read all entries of their key there.
 */
function candidates(filter: RunFilter, mayScan: boolean): Prisma.Sql[] {
  if (filter.kind === 'all') return filter.of.flatMap((part) => candidates(part, mayScan));
  if (filter.kind === 'any') {
    const parts = filter.of.map((part) => candidates(part, mayScan)[0]);
    return parts.length > 0 && parts.every((part) => part !== undefined)
      ? [Prisma.join(parts, ' UNION ALL ', '(', ')')]
      : [];
  }
  if (filter.kind !== 'metadata' || !filter.exists) return [];
  const { source, path, tests } = filter;
  const isBounded = path.length > 0 || tests.length === 0 || tests.some(({ test }) => bounding.has(test));
  if (!isBounded && !mayScan) return [];
  // What stands at a path is in no index, but the key is.
  const held = path.length === 0 && tests.length > 0 ? tests.map(candidateTest) : [Prisma.sql`true`];
  return [Prisma.sql`SELECT l.run_id FROM ${latestRows(source)} l WHERE ${Prisma.join(held, ' AND ')}`];
}

/** Tests whose matches stand together in the index. */
const bounding = new Set<MetadataTest['test']>(['equals', 'compare', 'startsWith']);

/** The test, or of a text what can be told from its beginning, which is in the index: whatever passes passes this too. */
function candidateTest(test: MetadataTest): Prisma.Sql {
  if (test.test === 'startsWith')
    return Prisma.sql`(l.sort_class = 1 AND l.sort_text ^@ ${firstCharacters(test.text)})`;
  if (test.test === 'contains')
    return Prisma.sql`(l.sort_class = 1 AND (strpos(l.sort_text, ${test.text}) > 0 OR ${isCutText}))`;
  if (test.test === 'has') return Prisma.sql`l.type IN ('LIST', 'SET', 'TUPLE')`;
  return indexedTest(test);
}
