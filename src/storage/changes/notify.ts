import { perDatabase, type Reader, type Writer } from '../postgres/database.ts';

/** The channel on which servers tell each other in which runs something was logged. */
export const channel = 'runledger_logged';

/** A notification takes a lock of the whole database at commit, so there are few: one a run and this long. */
const intervalMs = 250;

type Listener = (runId: string) => void;

type Announcer = { listeners: Set<Listener>; pending: Set<string>; timer: NodeJS.Timeout | null };

const announcer = perDatabase<Announcer>(() => ({ listeners: new Set(), pending: new Set(), timer: null }));

/**
 * Tells who follows these runs that something was logged: at once in this process, within a quarter of a second in
 * others. May be lost with the process or the connection; followers look from time to time without being told.
 */
export function notifyChanges(db: Writer, runIds: Iterable<string>): void {
  const state = announcer(db);
  for (const runId of runIds) {
    state.pending.add(runId);
    for (const listener of state.listeners) listener(runId);
  }
  state.timer ??= notifyLater(db, state);
}

function notifyLater(db: Writer, state: Announcer) {
  return setTimeout(() => void notify(db, state), intervalMs).unref();
}

async function notify(db: Writer, state: Announcer): Promise<void> {
  const runIds = [...state.pending];
  state.pending.clear();
  try {
    await db.prisma
      .$queryRaw`/* notify_logged, prepared */ SELECT pg_notify(${channel}, run_id)::text FROM unnest(${runIds}::text[]) AS run_id`;
  } catch {
    // The database is away; followers will look by themselves.
  } finally {
    state.timer = state.pending.size > 0 ? notifyLater(db, state) : null;
  }
}

/** Is told of every run in which this process logs something, until it is called off. */
export function onLocalChanges(db: Reader, listener: Listener): () => void {
  const { listeners } = announcer(db);
  listeners.add(listener);
  return () => void listeners.delete(listener);
}
