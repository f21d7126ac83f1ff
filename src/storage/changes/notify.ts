import { newUuid } from '@runledger/client/internal/uuid';
import { perDatabase, type Reader, type Writer } from '../postgres/database.ts';

/** The channel on which servers tell each other that something has happened. */
export const channel = 'runledger_changed';

/** A notification takes a lock of the whole database at commit, so there are few: one a server and this long. */
const intervalMs = 250;

type Announcer = { id: string; listeners: Set<() => void>; isPending: boolean; timer: NodeJS.Timeout | null };

const announcer = perDatabase<Announcer>(() => ({
  id: newUuid(),
  listeners: new Set(),
  isPending: false,
  timer: null,
}));

/**
 * Tells who follows that something has happened: at once in this process, within a quarter of a second in others. May be
 * lost with the process or the connection; followers look from time to time without being told.
 */
export function notifyChanges(db: Writer): void {
  const state = announcer(db);
  state.isPending = true;
  for (const listener of state.listeners) listener();
  state.timer ??= notifyLater(db, state);
}

function notifyLater(db: Writer, state: Announcer) {
  return setTimeout(() => void notify(db, state), intervalMs).unref();
}

async function notify(db: Writer, state: Announcer): Promise<void> {
  state.isPending = false;
  try {
    await sendNotification(db, state.id);
  } catch {
    // The database is away; followers will look by themselves.
  } finally {
    state.timer = state.isPending ? notifyLater(db, state) : null;
  }
}

/** Tells all servers at once. */
export async function sendNotification(db: Reader, payload: string): Promise<void> {
  await db.prisma.$queryRaw`/* notify_changes, prepared */ SELECT pg_notify(${channel}, ${payload})::text`;
}

/** Is told of whatever this process changes, until it is called off. */
export function onLocalChanges(db: Reader, listener: () => void): () => void {
  const { listeners } = announcer(db);
  listeners.add(listener);
  return () => void listeners.delete(listener);
}

/** Whether a notification is one of this process, which has told its followers already. */
export function isOwnNotification(db: Reader, payload: string | undefined): boolean {
  return payload === announcer(db).id;
}
