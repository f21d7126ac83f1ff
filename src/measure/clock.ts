/** What was done for a request, and when; in milliseconds of `performance.now()`. */
type Piece = { name: string; queuedAt: number; begunAt: number; endedAt: number };

/**
 * Where the time of one request goes. Several things may be under way for it at once; a moment counts as the database's
 * while any statement runs, else as waiting while anything waits for its turn, else as neither.
 */
export type Clock = {
  readonly startedAt: number;
  /** Up to when the time is accounted for. */
  at: number;
  waiting: number;
  working: number;
  waitingMs: number;
  databaseMs: number;
  /** What was done, one by one; null where nobody wants to know. */
  pieces: Piece[] | null;
};

export function startClock(now = performance.now()): Clock {
  return { startedAt: now, at: now, waiting: 0, working: 0, waitingMs: 0, databaseMs: 0, pieces: null };
}

/** Something of the request waits for its turn. */
export function beginWaiting(clock: Clock, now: number): void {
  advance(clock, now);
  clock.waiting += 1;
}

/** It waits no longer, and its statement runs. */
export function beginWork(clock: Clock, now: number): void {
  advance(clock, now);
  clock.waiting -= 1;
  clock.working += 1;
}

/** Its statement was answered. */
export function endWork(clock: Clock, now: number): void {
  advance(clock, now);
  clock.working -= 1;
}

/** Something of the request waits until what is given back is first called. */
export function waitOn(clock: Clock | undefined): () => void {
  if (!clock) return () => {};
  beginWaiting(clock, performance.now());
  let isOver = false;
  return () => {
    if (isOver) return;
    isOver = true;
    advance(clock, performance.now());
    clock.waiting -= 1;
  };
}

/** What a clock says in the end. */
export type ClockReading = Pick<Clock, 'waitingMs' | 'databaseMs' | 'pieces'>;

/** What was done elsewhere for the request meanwhile, by a clock that is `offsetMs` behind: all of that time is accounted for. */
export function addReading(clock: Clock, { waitingMs, databaseMs, pieces }: ClockReading, offsetMs: number): void {
  clock.at = performance.now();
  clock.waitingMs += waitingMs;
  clock.databaseMs += databaseMs;
  for (const { name, queuedAt, begunAt, endedAt } of pieces ?? [])
    clock.pieces?.push({
      name,
      queuedAt: queuedAt + offsetMs,
      begunAt: begunAt + offsetMs,
      endedAt: endedAt + offsetMs,
    });
}

/** Accounts for the time up to now. */
export function advance(clock: Clock, now: number): void {
  if (clock.working > 0) clock.databaseMs += now - clock.at;
  else if (clock.waiting > 0) clock.waitingMs += now - clock.at;
  clock.at = now;
}

/** Work on the database that waits for nothing but a connection. */
export async function timed<T>(clock: Clock | undefined, name: string, work: () => PromiseLike<T>): Promise<T> {
  if (!clock) return work();
  const begunAt = performance.now();
  beginWaiting(clock, begunAt);
  beginWork(clock, begunAt);
  try {
    return await work();
  } finally {
    const endedAt = performance.now();
    endWork(clock, endedAt);
    clock.pieces?.push({ name, queuedAt: begunAt, begunAt, endedAt });
  }
}
