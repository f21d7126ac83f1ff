import type { ChangePage, ChangeRow } from '../storage/changes/list.ts';
import { listChanges } from '../storage/changes/list.ts';
import { attach, type Follower, isFollowed } from '../storage/changes/tail.ts';
import type { Database } from '../storage/postgres/database.ts';
import { isInSight } from '../storage/sight.ts';

/** Read at once while catching up; a reader that takes none costs no more than this. */
const pageSize = 200;
/** Waiting for the reader at most; a follower that is slower reads by itself, from where it is, until it has caught up. */
const maxWaiting = 1_000;

export type Follow<Item> = {
  /** Null for all runs. */
  runIds: ReadonlySet<string> | null;
  after: bigint;
  /** What the reader is given for a change; null for nothing. */
  pick: (change: ChangeRow) => Promise<Item | null> | Item | null;
  /** Whether nothing comes after this change. */
  isLast?: (change: ChangeRow) => boolean;
};

/**
 * What is picked of all that happens behind `after`, each once and in order, until `isLast` or `ended`. Holds no more than
 * some pages, however slowly it is read.
 */
export function follow<Item>(
  db: Database,
  { runIds, after, pick, isLast }: Follow<Item>,
  ended: AbortSignal,
): AsyncIterableIterator<Item> {
  const changes = openChanges(db, runIds, after);
  let isOver = false;
  const close = () => {
    isOver = true;
    changes.close();
    ended.removeEventListener('abort', close);
  };
  if (ended.aborted) close();
  else ended.addEventListener('abort', close, { once: true });

  const next = async (): Promise<IteratorResult<Item>> => {
    while (!isOver) {
      const change = await changes.next();
      if (change === null) break;
      const item = await pick(change);
      if (isLast?.(change)) close();
      if (item !== null) return { done: false, value: item };
    }
    close();
    return { done: true, value: undefined };
  };
  return {
    [Symbol.asyncIterator]() {
      return this;
    },
    next: () =>
      next().catch((error) => {
        close();
        throw error;
      }),
    async return() {
      close();
      return { done: true, value: undefined };
    },
  };
}

/** The changes one by one; null once it is closed. Reads pages itself until it has caught up with the common reader. */
function openChanges(db: Database, runIds: ReadonlySet<string> | null, after: bigint) {
  let position = after;
  let waiting: ChangeRow[] = [];
  let detach: (() => void) | null = null;
  let isClosed = false;
  let wake = () => {};

  const isSeen = ({ runId, pipeline }: ChangeRow) => isInSight(db.sight, { id: runId, pipeline });
  const leave = () => {
    detach?.();
    detach = null;
    wake();
  };
  const follower: Follower = {
    runIds,
    take({ rows, position: end }: ChangePage) {
      const wanted = rows.filter((change) => change.id > position && isFollowed({ runIds }, change) && isSeen(change));
      if (waiting.length + wanted.length > maxWaiting) {
        // What is dropped here is read again: the position is that of the last change that was handed on.
        waiting = [];
        leave();
        return;
      }
      if (waiting.length + wanted.length === 0 && end > position) position = end;
      waiting.push(...wanted);
      wake();
    },
    dropped() {
      detach = null;
      wake();
    },
  };

  const readOn = async (): Promise<void> => {
    const reached = await attach(db, follower, position);
    if (typeof reached === 'function') {
      detach = reached;
      if (isClosed) leave();
      return;
    }
    const page = await listChanges(db, {
      runIds: runIds === null ? null : [...runIds],
      after: position,
      upTo: reached,
      take: pageSize,
    });
    const seen = page.rows.filter(isSeen);
    waiting.push(...seen);
    if (seen.length === 0 && page.position > position) position = page.position;
  };

  return {
    async next(): Promise<ChangeRow | null> {
      while (!isClosed) {
        const change = waiting.shift();
        if (change) {
          position = change.id;
          return change;
        }
        if (detach === null) await readOn();
        else {
          await new Promise<void>((resolve) => {
            wake = resolve;
          });
        }
      }
      return null;
    },
    close() {
      isClosed = true;
      waiting = [];
      leave();
    },
  };
}
