import { badInput } from '../errors.ts';
import { listLogged, readWatermark } from '../storage/changes/list.ts';
import { onChanges } from '../storage/changes/listen.ts';
import { findEntryById } from '../storage/entries/find.ts';
import type { Database } from '../storage/postgres/database.ts';
import type { EntryRow, LatestListRow } from '../storage/rows.ts';
import { findRunById } from '../storage/runs/runs.ts';
import { parseEntryId } from './entry-id.ts';
import { requireRun } from './find-run.ts';
import { matchKeys } from './list-latest.ts';

/** Entries read at once; a reader that takes none costs no more than this. */
const pageSize = 200;
/** Followers look this often without being told: a notification may be lost. */
const lookAgainMs = 2_000;

export type FollowRun = {
  ref: string;
  keys?: string[] | null | undefined;
  after?: string | number | bigint | null | undefined;
};

/**
 * Every entry logged to the run or its steps from now on, or since the entry `after`: each once, in order of id, also
 * while many writers commit at once and when another server wrote it. Ends when the run is deleted or `ended` aborts.
 * Holds no more than one page, however slowly it is read.
 * @throws BAD_USER_INPUT when `after` is not the id of an entry's id; NOT_FOUND, AMBIGUOUS.
 */
export async function followRun(
  db: Database,
  { ref, keys, after }: FollowRun,
  ended: AbortSignal,
): Promise<AsyncIterableIterator<EntryRow>> {
  const run = await requireRun(db, ref);
  // From now on: behind the ids that are decided now. The last one that can be seen may have a late one before it.
  const start = after == null ? await readWatermark(db)() : await requireEntryId(db, String(after));
  return iterate(db, run.id, start, matchKeys(keys), ended);
}

async function requireEntryId(db: Database, text: string): Promise<bigint> {
  const id = parseEntryId(text);
  if (id !== null && (await findEntryById(db.prisma, id))) return id;
  throw badInput(
    `after: ${JSON.stringify(text.slice(0, 60))} is not the id of an entry. Give the id of the last entry you saw, or leave it out.`,
  );
}

function iterate(
  db: Database,
  runId: string,
  start: bigint,
  isWanted: (entry: LatestListRow) => boolean,
  ended: AbortSignal,
): AsyncIterableIterator<EntryRow> {
  const closing = new AbortController();
  const close = () => closing.abort();
  ended.addEventListener('abort', close, { once: true });
  const bell = openBell(db, runId, closing.signal);
  let position = start;
  let page: LatestListRow[] = [];

  const nextEntry = async (): Promise<EntryRow | null> => {
    while (!closing.signal.aborted) {
      for (let entry = page.shift(); entry; entry = page.shift()) if (isWanted(entry)) return entry;
      const rung = bell.next();
      const upTo = await readWatermark(db)();
      page = upTo > position ? await listLogged(db, { runId, after: position, upTo, take: pageSize }) : [];
      position = page.length < pageSize && upTo > position ? upTo : (page.at(-1)?.id ?? position);
      if (page.length > 0) continue;
      if (!(await findRunById(db, runId))) break;
      await rung;
    }
    return null;
  };

  const finish = (): IteratorResult<EntryRow> => {
    close();
    ended.removeEventListener('abort', close);
    return { done: true, value: undefined };
  };

  return {
    [Symbol.asyncIterator]() {
      return this;
    },
    async next() {
      try {
        const value = await nextEntry();
        return value ? { done: false, value } : finish();
      } catch (error) {
        finish();
        throw error;
      }
    },
    async return() {
      return finish();
    },
  };
}

/** Rings when something was logged, when it is time to look again, and when it is over. */
function openBell(db: Database, runId: string, over: AbortSignal) {
  let ring: () => void = () => {};
  const off = onChanges(db, runId, () => ring());
  over.addEventListener(
    'abort',
    () => {
      off();
      ring();
    },
    { once: true },
  );
  return {
    /** Resolves at the first ring after this call. */
    next(): Promise<void> {
      return new Promise((resolve) => {
        const timer = setTimeout(() => ring(), lookAgainMs);
        ring = () => {
          clearTimeout(timer);
          ring = () => {};
          resolve();
        };
        if (over.aborted) ring();
      });
    },
  };
}
