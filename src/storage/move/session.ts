import pg from 'pg';
import { connectionOptions } from '../postgres/connection-options.ts';

/** A session that may take its time: nothing in it is waited for by a request. */
export type Session = pg.Client;

/**
 * Opens a session of its own, outside the pool. It waits `lockTimeoutMs` for somebody else's lock; statements, and the pauses
 * between them, take as long as they take, as whoever reads the file may be slow.
 */
export async function openSession(connectionString: string, lockTimeoutMs: number): Promise<Session> {
  const session = new pg.Client({
    ...connectionOptions(connectionString, 'runledger move'),
    connectionTimeoutMillis: 10_000,
  });
  // A connection that is lost is told by the statement that runs on it.
  session.on('error', () => {});
  await session.connect();
  await session.query(
    `SET statement_timeout = 0; SET idle_in_transaction_session_timeout = 0; SET lock_timeout = ${lockTimeoutMs}`,
  );
  return session;
}
