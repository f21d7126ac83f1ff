import { newUuid } from '@runledger/client/internal/uuid';
import pg from 'pg';
import { connectionOptions } from '../postgres/connection-options.ts';
import type { Database } from '../postgres/database.ts';
import { channel, isOwnNotification, onLocalChanges, sendNotification } from './notify.ts';

/** How long to wait before a lost connection is opened again. */
const reconnectMs = 1_000;
/** How long our own notification may be on its way before it counts as lost. */
const echoMs = 3_000;
/** Where notifications arrive, whoever listens still looks so often by itself: one may be lost. */
const heardLookMs = 2_000;
/** Where they do not arrive, as behind a pooler in transaction mode. */
const deafLookMs = 250;

export type Ears = {
  /** How long to wait for the next look without being told. */
  lookAgainMs(): number;
  close(): void;
};

/**
 * Calls `wake` whenever something has happened by this server or, through the database, by another. Whether notifications
 * arrive at all is tried with one of our own.
 */
export function listenForChanges(db: Database, wake: () => void): Ears {
  let closed = false;
  let client: pg.Client | null = null;
  let timer: NodeJS.Timeout | undefined;
  let lookAgainMs = heardLookMs;
  const off = onLocalChanges(db, wake);

  const listen = async (opened: pg.Client): Promise<void> => {
    const echo = newUuid();
    let late: NodeJS.Timeout | undefined;
    const heard = new Promise<boolean>((resolve) => {
      opened.on('notification', ({ payload }) => {
        if (payload === echo) resolve(true);
        else if (!isOwnNotification(db, payload)) wake();
      });
      late = setTimeout(() => resolve(false), echoMs).unref();
    });
    await opened.connect();
    await opened.query(`LISTEN ${channel}`);
    await sendNotification(db, echo);
    const arrives = await heard;
    clearTimeout(late);
    lookAgainMs = arrives ? heardLookMs : deafLookMs;
    if (!arrives && !closed) noteDeaf(db);
  };

  const connect = () => {
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
      if (!closed) timer = setTimeout(connect, reconnectMs).unref();
    };
    opened.on('error', lose);
    opened.on('end', lose);
    listen(opened).then(() => closed && lose(), lose);
  };
  connect();

  return {
    lookAgainMs: () => lookAgainMs,
    close() {
      closed = true;
      clearTimeout(timer);
      off();
      client?.end().catch(() => {});
    },
  };
}

const told = new WeakSet<Database>();

function noteDeaf(db: Database): void {
  if (told.has(db)) return;
  told.add(db);
  db.notice(
    `Notifications of the database do not arrive (a pooler in transaction mode does not pass them on), so followers look for changes every ${deafLookMs} ms instead.`,
  );
}
