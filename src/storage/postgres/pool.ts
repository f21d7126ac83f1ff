import pg from 'pg';
import { createOverdue } from '../../measure/overdue.ts';
import { connectionOptions, type SessionLimits } from './connection-options.ts';
import type { Counts } from './counts.ts';
import { isConnectionLost } from './failures.ts';
import { sendCounted } from './statement-counts.ts';

export type PoolOptions = SessionLimits & {
  connectionString: string;
  /** By which the database knows them. */
  applicationName: string;
  maxConnections: number;
  connectTimeoutMs: number;
  counts: Counts;
  /** Told of a connection that broke, in use or idle. */
  onLost: (error: Error) => void;
};

/** Longer than the server's own deadline: it only speaks when the connection is dead. */
const graceMs = 1_000;
/** How often it is looked for answers that never came. */
const tickMs = 250;

/**
 * Opens the pool. After one connection is found dead, by an answer that never came, the idle ones are dropped too: what
 * swallowed the one answer has most likely swallowed them all, and each would be found out only by another that is lost.
 */
export function openPool({
  connectionString,
  applicationName,
  maxConnections,
  connectTimeoutMs,
  counts,
  onLost,
  ...timeouts
}: PoolOptions): pg.Pool {
  const pool = new pg.Pool({
    ...connectionOptions(connectionString, applicationName, timeouts),
    max: maxConnections,
    connectionTimeoutMillis: connectTimeoutMs,
    idleTimeoutMillis: 60_000,
  });
  const idle = new Set<pg.PoolClient>();
  // Not the driver's `query_timeout`: that takes a timer for each statement, and keeps its answer until V8 collects everything.
  const overdue = createOverdue(timeouts.statementTimeoutMs + graceMs, tickMs);
  const failed = (error: Error, client?: pg.PoolClient) => {
    if (!isConnectionLost(error)) return;
    counts.connectionsLost += 1;
    onLost(error);
    if (client) destroy(client);
    for (const other of idle) destroy(other);
  };
  pool.on('connect', (client) => {
    // Prisma's transactions hold a client of their own; what the pool sends by itself is seen below.
    const send = (values: unknown[]) => Reflect.apply(pg.Client.prototype.query, client, values) as unknown;
    const hangUp = () => destroy(client);
    client.query = ((...values: unknown[]) => {
      const awaited = overdue.begin(hangUp);
      const ended = () => overdue.end(awaited);
      return observe(sendCounted(counts, values, send, ended), (error) => failed(error, client));
    }) as never;
  });
  pool.on('acquire', (client) => idle.delete(client));
  pool.on('release', (error, client) => {
    if (!error) idle.add(client);
  });
  pool.on('remove', (client) => idle.delete(client));
  // An idle connection that breaks is replaced by the pool; without a listener it would end the process.
  pool.on('error', (error) => {
    counts.connectionsLost += 1;
    onLost(error);
  });
  const connect = pool.connect.bind(pool) as (callback: ConnectCallback) => void;
  pool.connect = ((callback?: ConnectCallback) => {
    if (callback) return connect((error, ...rest) => callback(error && notSent(error), ...rest));
    return (connect as unknown as () => Promise<pg.PoolClient>)().catch((error) => Promise.reject(notSent(error)));
  }) as never;
  const query = pool.query.bind(pool) as (...values: unknown[]) => unknown;
  pool.query = ((...values: unknown[]) => observe(query(...values), (error) => failed(error))) as never;
  return pool;
}

type ConnectCallback = (error: Error | undefined, ...rest: unknown[]) => void;

/** A connection that breaks while it is opened has carried nothing yet, unlike one that breaks in use. */
function notSent(error: Error & { code?: string }): Error {
  if (/^[0-9A-Z]{5}$/.test(error.code ?? '') && error.code !== 'EPIPE') return error;
  return new Error(`Can't reach database server: ${error.message || error.code}`, { cause: error });
}

function observe(result: unknown, onError: (error: Error) => void): unknown {
  if (result instanceof Promise) result.catch(onError);
  return result;
}

/** Ends a connection without asking the other side, which may not answer. */
function destroy(client: pg.PoolClient): void {
  (client as unknown as { connection: { stream: { destroy(): void } } }).connection.stream.destroy();
}
