import { isTallied, tally } from '../storage/counts/tally.ts';
import { perDatabase, type Writer } from '../storage/postgres/database.ts';

/** How long a question waits for the counters; they may lag behind writers by some seconds. */
const patienceMs = 2_000;
/** Counting takes at most one part in ten of the time, or rests for so long, however often it is asked for. */
const longestRestMs = 500;

type Counting = {
  /** A count that has not begun: it will see all that is there now. */
  next: Promise<void> | null;
  /** One that has begun. */
  running: Promise<void>;
  restUntil: number;
};

const counting = perDatabase<Counting>(() => ({ next: null, running: Promise.resolve(), restUntil: 0 }));

/**
 * Before a question that is answered from the counters: counts what has happened since, unless that takes too long. All
 * that ask meanwhile wait for the same count, and counts have rests between them, so that writers do not feel it. Where it
 * cannot be counted (a read-only database), what is counted is what there is.
 */
export async function refreshCounts(db: Writer): Promise<void> {
  try {
    if (await isTallied(db)) return;
  } catch {
    // The question itself will say what is wrong with the database.
    return;
  }
  const state = counting(db);
  state.next ??= countNext(db, state);
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, patienceMs);
  });
  await Promise.race([state.next, late]);
  clearTimeout(timer);
}

async function countNext(db: Writer, state: Counting): Promise<void> {
  await state.running;
  const wait = state.restUntil - Date.now();
  if (wait > 0) await new Promise((resolve) => setTimeout(resolve, wait));
  state.next = null;
  state.running = countNow(db, state);
  await state.running;
}

async function countNow(db: Writer, state: Counting): Promise<void> {
  const start = Date.now();
  // What fails is tried again by the next who asks, and by the upkeep.
  await tally(db).catch(() => {});
  state.restUntil = Date.now() + Math.min(longestRestMs, 9 * (Date.now() - start));
}
