import { notifyChanges } from '../storage/changes/notify.ts';
import type { LedgerResult } from '../storage/entries/append.ts';
import type { Writer } from '../storage/postgres/database.ts';
import { reviveCrashed } from '../storage/runs/crashes.ts';

type Written = Extract<LedgerResult, { outcome: 'written' }>;

/**
 * Takes the end back of what was taken for dead and has been logged to since. Not waited for: the entries are committed
 * whatever becomes of it, and the next word of the process says it again.
 */
export function reviveTargets(db: Writer, results: readonly LedgerResult[]): void {
  const crashed = results.filter((result): result is Written => result.outcome === 'written' && result.crashed);
  if (crashed.length === 0) return;
  const idsOf = (isRun: boolean) =>
    crashed.filter(({ runId, scopeId }) => (runId === scopeId) === isRun).map(({ scopeId }) => scopeId);
  reviveCrashed(db, { runIds: idsOf(true), stepIds: idsOf(false) }).then(
    () => notifyChanges(db),
    () => {},
  );
}
