import { requireRun } from '../domain/find-run.ts';
import type { Reader } from '../storage/postgres/database.ts';

/** The ids of the runs that these refs mean. @throws NOT_FOUND, AMBIGUOUS. */
export async function findRunIds(db: Reader, refs: readonly string[]): Promise<string[]> {
  const ids: string[] = [];
  for (const ref of refs) ids.push((await requireRun(db, ref)).id);
  return ids;
}
