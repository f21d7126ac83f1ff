import pg from 'pg';
import { connectionOptions } from '../postgres/connection-options.ts';
import { type Database, perDatabase } from '../postgres/database.ts';
import { channel, onLocalChanges } from './notify.ts';

type Wakeup = () => void;

/** How long to wait before a lost connection is opened again. */
const reconnectMs = 1_000;

type Ears = { sleepers: Map<string, Set<Wakeup>>; stop: (() => void) | null };

const ears = perDatabase<Ears>(() => ({ sleepers: new Map(), stop: null }));

/**
 * Calls `wake` whenever something was logged in the run, by this server or, through the database, by another; until it
 * is called off. The connection that listens is open while anybody wants to know.
 */
export function onChanges(db: Database, runId: string, wake: Wakeup): () => void {
  const state = ears(db);
  const sleepers = state.sleepers.get(runId) ?? new Set();
  state.sleepers.set(runId, sleepers.add(wake));
  state.stop ??= startListening(db, (logged) => {
    for (const wakeup of state.sleepers.get(logged) ?? []) wakeup();
  });
  return () => {
    sleepers.delete(wake);
    if (sleepers.size === 0) state.sleepers.delete(runId);
    if (state.sleepers.size === 0) {
      state.stop?.();
      state.stop = null;
    }
  };
}

function startListening(db: Database, tell: (runId: string) => void): () => void {
  let stopped = false;
  let client: pg.Client | null = null;
  let timer: NodeJS.Timeout | undefined;
  const offAnnounced = onLocalChanges(db, tell);

  const connect = async () => {
    const opened = new pg.Client({
      ...connectionOptions(db.connectionString, 'runledger followers'),
      connectionTimeoutMillis: 5_000,
    });
    client = opened;
    let lost = false;
    const lose = () => {
      if (lost) return;
      lost = true;
      opened.end().catch(() => {});
      if (!stopped) timer = setTimeout(connect, reconnectMs).unref();
    };
    opened.on('error', lose);
    opened.on('end', lose);
    opened.on('notification', ({ payload }) => payload && tell(payload));
    try {
      await opened.connect();
      await opened.query(`LISTEN ${channel}`);
    } catch {
      lose();
    }
    if (stopped) lose();
  };
  void connect();

  return () => {
    stopped = true;
    clearTimeout(timer);
    offAnnounced();
    client?.end().catch(() => {});
  };
}
