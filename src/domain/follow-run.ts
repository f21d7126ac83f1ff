import { badInput } from '../errors.ts';
import { readWatermark } from '../storage/changes/watermark.ts';
import { findEntryById } from '../storage/entries/find.ts';
import type { Database } from '../storage/postgres/database.ts';
import type { EntryRow } from '../storage/rows.ts';
import { findRunById } from '../storage/runs/runs.ts';
import { parseEntryId } from './entry-id.ts';
import { requireRun } from './find-run.ts';
import { follow } from './follow.ts';
import { matchKeys } from './list-latest.ts';

export type FollowRun = {
  ref: string;
  keys?: string[] | null | undefined;
  after?: string | number | bigint | null | undefined;
};

/**
 * Every entry logged to the run or its steps from now on, or since the entry `after`: each once, in order of id, also
 * while many writers commit at once and when another server wrote it. Ends when the run is deleted or `ended` aborts.
 * @throws BAD_USER_INPUT when `after` is not the id of an entry; NOT_FOUND, AMBIGUOUS.
 */
export async function followRun(
  db: Database,
  { ref, keys, after }: FollowRun,
  ended: AbortSignal,
): Promise<AsyncIterableIterator<EntryRow>> {
  const run = await requireRun(db, ref);
  // From now on: behind the ids that are decided now. The last one that can be seen may have a late one before it.
  const start = after == null ? await readWatermark(db)() : await requireEntryId(db, String(after));
  const isWanted = matchKeys(keys);
  // Deleted before the start, its deletion would never be seen.
  const isGone = (await findRunById(db, run.id)) === null;
  return follow(
    db,
    {
      runIds: new Set([run.id]),
      after: start,
      pick: (change) => (change.kind === 'ENTRY' && isWanted(change.entry) ? change.entry : null),
      isLast: (change) => change.kind === 'DELETION',
    },
    isGone ? AbortSignal.abort() : ended,
  );
}

async function requireEntryId(db: Database, text: string): Promise<bigint> {
  const id = parseEntryId(text);
  if (id !== null && (await findEntryById(db, id))) return id;
  throw badInput(
    `after: ${JSON.stringify(text.slice(0, 60))} is not the id of an entry. Give the id of the last entry you saw, or leave it out.`,
  );
}
