import { countPipelines, type PipelineRow, listPipelines as selectPipelines } from '../storage/counts/runs.ts';
import type { Writer } from '../storage/postgres/database.ts';
import { mayBeInName, normalizeName } from './names.ts';
import { refreshCounts } from './refresh-counts.ts';
import { textRange } from './text-range.ts';

/** The pipelines, by name, and how many there are; a beginning that no name can have finds none. */
export async function listPipelines(
  db: Writer,
  { prefix, after, take }: { prefix?: string | null | undefined; after: string | null; take: number },
): Promise<{ rows: PipelineRow[]; count: () => Promise<number> }> {
  const start = normalizeName(prefix ?? '');
  if (!mayBeInName(start)) return { rows: [], count: async () => 0 };
  await refreshCounts(db);
  const range = start === '' ? null : textRange(start);
  return { rows: await selectPipelines(db, { range, after, take }), count: () => countPipelines(db, range) };
}
