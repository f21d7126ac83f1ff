import { countRunFacets, type RunFacetRow, readRunFacets as readCounted } from '../storage/counts/runs.ts';
import type { Reader, Writer } from '../storage/postgres/database.ts';
import type { RunFilter } from '../storage/runs/run-filter.ts';
import { refreshCounts } from './refresh-counts.ts';

/** How the runs that pass a filter divide. Of all runs the counters of the primary tell it; others are looked at one by one. */
export async function readRunFacets(db: Reader, primary: Writer, filter: RunFilter): Promise<RunFacetRow> {
  const isOfAll = filter.kind === 'all' && filter.of.length === 0 && db.sight.of === 'all';
  if (!isOfAll) return countRunFacets(db, filter);
  await refreshCounts(primary);
  return readCounted(primary);
}
