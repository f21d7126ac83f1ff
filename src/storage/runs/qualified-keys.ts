import { Prisma } from '../../generated/prisma/client.ts';
import type { Reader } from '../postgres/database.ts';
import type { LatestSource } from './latest-source.ts';
import type { RunFilter } from './run-filter.ts';

type Qualified = Extract<LatestSource, { kind: 'qualified' }>;

/**
 * What makes of `step::key` the key of the step alone where no run has an entry of its own under just that name, which
 * hardly any has: then the index has the rows in order, and half of the conditions fall away. Sources of other kinds
 * stay as they are. One statement; none where nothing is qualified.
 */
export async function resolveQualifiedKeys(
  db: Reader,
  sources: LatestSource[],
): Promise<(source: LatestSource) => LatestSource> {
  const literals = [...new Set(sources.filter(isQualified).map(({ literal }) => literal))];
  if (literals.length === 0) return (source) => source;
  const used = literals.map(
    (literal) =>
      Prisma.sql`EXISTS (SELECT FROM latest_entry WHERE filter_scope IS NULL AND key = ${literal} AND scope_id = run_id)`,
  );
  const rows = await db.prisma.$queryRaw<{ used: boolean[] }[]>`/* find_own_qualified_keys */
SELECT ARRAY[${Prisma.join(used)}] AS used`;
  const unused = new Set(literals.filter((_, index) => !rows[0]!.used[index]));
  return (source) =>
    isQualified(source) && unused.has(source.literal) ? { kind: 'step', step: source.step, key: source.key } : source;
}

function isQualified(source: LatestSource): source is Qualified {
  return source.kind === 'qualified';
}

/** The filter with every source replaced. */
export function mapSources(filter: RunFilter, map: (source: LatestSource) => LatestSource): RunFilter {
  switch (filter.kind) {
    case 'all':
    case 'any':
      return { kind: filter.kind, of: filter.of.map((part) => mapSources(part, map)) };
    case 'not':
      return { kind: 'not', of: mapSources(filter.of, map) };
    case 'metadata':
      return { ...filter, source: map(filter.source) };
    default:
      return filter;
  }
}

/** The sources of all conditions of a filter. */
export function sourcesOf(filter: RunFilter): LatestSource[] {
  const sources: LatestSource[] = [];
  mapSources(filter, (source) => {
    sources.push(source);
    return source;
  });
  return sources;
}
