import { type Database, perDatabase } from '../postgres/database.ts';
import { type ChangePage, type ChangeRow, listChanges } from './list.ts';
import { type Ears, listenForChanges } from './listen.ts';
import { readWatermark } from './watermark.ts';

// One reader of what happens now, for all followers of this process:
//
//   idle ──attach──▶ reading ◀──▶ waiting (for a notification, or the next look)
//     ▲                 │
//     └── no follower ──┴── failed: the followers read by themselves, and meet the failure there
//
// A follower attaches only between two readings, and only where it has come as far as the reader, so it misses nothing.

/** Who is handed what happens to some runs, or to all (null). */
export type Follower = {
  runIds: ReadonlySet<string> | null;
  /** What happened, in order, of all runs that anybody follows; and up to where that is all. */
  take(page: ChangePage): void;
  /** The reader has failed: it hands out nothing any more. */
  dropped(): void;
};

type Tail = {
  followers: Set<Follower>;
  /** All up to here has been handed out; null while idle. */
  position: bigint | null;
  /** While it reads: until that is over. */
  reading: Promise<void> | null;
  isFollowing: boolean;
  ring: () => void;
  ears: Ears | null;
};

const pageSize = 500;
/** Followers together may ask for so many runs one by one; with more it is less work to read all. */
const maxRunsApart = 1_000;
/** Between two looks: what happens in this time is read together. */
const momentMs = 20;

const tailOf = perDatabase<Tail, Database>(() => ({
  followers: new Set(),
  position: null,
  reading: null,
  isFollowing: false,
  ring: () => {},
  ears: null,
}));

/**
 * Attaches a follower that has come up to `position`, if the reader has come no further; else gives the position up to
 * which the follower has to read by itself first. Call the function that is given to detach.
 */
export async function attach(db: Database, follower: Follower, position: bigint): Promise<bigint | (() => void)> {
  const tail = tailOf(db);
  if (tail.position === null && tail.reading === null) tail.reading = start(db, tail);
  while (tail.reading) await tail.reading;
  if (tail.position === null) return readWatermark(db)();
  if (position < tail.position) return tail.position;
  tail.followers.add(follower);
  if (tail.ears === null) tail.ears = listenForChanges(db, () => tail.ring());
  if (!tail.isFollowing) void follow(db, tail);
  return () => {
    tail.followers.delete(follower);
    if (tail.followers.size === 0) tail.ring();
  };
}

async function start(db: Database, tail: Tail): Promise<void> {
  try {
    tail.position = await readWatermark(db)();
  } finally {
    tail.reading = null;
  }
}

async function follow(db: Database, tail: Tail): Promise<void> {
  tail.isFollowing = true;
  while (tail.followers.size > 0) {
    const rung = nextRing(tail);
    const reading = readOn(db, tail);
    tail.reading = reading.finally(() => {
      tail.reading = null;
    });
    await tail.reading;
    await new Promise((resolve) => setTimeout(resolve, momentMs));
    await rung;
  }
  tail.ears?.close();
  tail.ears = null;
  tail.position = null;
  tail.isFollowing = false;
}

async function readOn(db: Database, tail: Tail): Promise<void> {
  try {
    const upTo = await readWatermark(db)();
    while (tail.followers.size > 0 && tail.position! < upTo) {
      const page = await listChanges(db, { runIds: runsOf(tail), after: tail.position!, upTo, take: pageSize });
      tail.position = page.position;
      for (const follower of tail.followers) follower.take(page);
    }
  } catch {
    const dropped = [...tail.followers];
    tail.followers.clear();
    for (const follower of dropped) follower.dropped();
    tail.ring();
  }
}

/** The runs that are followed; null where somebody follows all, or there are too many to ask for each. */
function runsOf({ followers }: Tail): string[] | null {
  const runs = new Set<string>();
  for (const { runIds } of followers) {
    if (runIds === null) return null;
    for (const id of runIds) runs.add(id);
    if (runs.size > maxRunsApart) return null;
  }
  return [...runs];
}

/** Resolves at the first ring after this call: something has happened, or it is time to look by itself. */
function nextRing(tail: Tail): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(() => tail.ring(), tail.ears?.lookAgainMs() ?? 0);
    tail.ring = () => {
      clearTimeout(timer);
      tail.ring = () => {};
      resolve();
    };
  });
}

/** Whether it is of a run that is followed. */
export function isFollowed({ runIds }: Pick<Follower, 'runIds'>, change: ChangeRow): boolean {
  return runIds === null || runIds.has(change.runId);
}
