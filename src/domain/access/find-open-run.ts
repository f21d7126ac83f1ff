import { perDatabase, type Reader } from '../../storage/postgres/database.ts';
import type { RunRow } from '../../storage/rows.ts';
import { findRunById } from '../../storage/runs/runs.ts';
import { allInSight } from '../../storage/sight.ts';

/** How long it may be known of a run that it is open. */
const knownMs = 2_000;
const maxKnown = 10_000;

const known = perDatabase(() => new Map<string, { run: RunRow; until: number }>());

/** A run that has not ended: what a run token lasts as long as. May be out of date by two seconds. */
export async function findOpenRun(db: Reader, runId: string): Promise<RunRow | null> {
  const runs = known(db);
  const cached = runs.get(runId);
  if (cached && cached.until > Date.now()) return cached.run;
  const run = await findRunById({ ...(db.opened ?? db), sight: allInSight }, runId);
  // One that was taken for dead may come back, and is to be able to say so.
  if (!run || (run.status !== 'RUNNING' && run.status !== 'CRASHED')) {
    runs.delete(runId);
    return null;
  }
  if (runs.size >= maxKnown) runs.clear();
  runs.set(runId, { run, until: Date.now() + knownMs });
  return run;
}
