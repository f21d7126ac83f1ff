import { PrismaPg } from '@prisma/adapter-pg';
import pg from 'pg';
import { type Prisma, PrismaClient } from '../generated/prisma/client.ts';
import { retryContention } from './contention.ts';

/** An open connection to the ledger's tables. Every function of this layer takes it first. */
export type Database = {
  readonly prisma: PrismaClient;
  /** The connections under Prisma; only what Prisma cannot do (LISTEN, migrations) uses them directly. */
  readonly pool: pg.Pool;
  readonly connectionString: string;
  close(): Promise<void>;
};

/** Inside a transaction: what takes it can only be called there. */
export type Transaction = Prisma.TransactionClient;

/** Where plain statements run: on the database itself or inside a transaction. */
export type Queryable = Pick<Transaction, '$queryRaw' | '$executeRaw'>;

export type DatabaseOptions = {
  connectionString: string;
  /** Connections at most; default 10. */
  maxConnections?: number;
  /** How long to wait for a free or new connection; default 5,000. */
  connectTimeoutMs?: number;
  /** After which Postgres cancels a statement; default 30,000. */
  statementTimeoutMs?: number;
  /** Named prepared statements; switch off behind a pooler that does not know them. Default true. */
  preparedStatements?: boolean;
  /** Told of every statement, for tests and debugging. */
  onQuery?: (sql: string) => void;
};

/** Statements that begin with their name in a comment are prepared once per connection, under that name. */
const statementName = /^\s*\/\* (\w+) \*\//;

/**
 * Opens the pool and Prisma on it. Connects on first use, so it does not fail when the database is away.
 * Sessions run in UTC: Prisma reads and writes timestamps wrongly in any other zone.
 */
export function openDatabase(options: DatabaseOptions): Database {
  const statementTimeoutMs = options.statementTimeoutMs ?? 30_000;
  const pool = new pg.Pool({
    connectionString: options.connectionString,
    options: '-c TimeZone=UTC',
    application_name: 'runledger',
    max: options.maxConnections ?? 10,
    connectionTimeoutMillis: options.connectTimeoutMs ?? 5_000,
    idleTimeoutMillis: 60_000,
    statement_timeout: statementTimeoutMs,
    // Longer than the server's own deadline: it only speaks when the connection is dead.
    query_timeout: statementTimeoutMs + 5_000,
    keepAlive: true,
  });
  // An idle connection that breaks is replaced by the pool; without a listener it would end the process.
  pool.on('error', () => {});
  const adapter = new PrismaPg(pool, {
    statementNameGenerator: (query) =>
      (options.preparedStatements === false ? undefined : statementName.exec(query.sql)?.[1]) as string,
  });
  const prisma = new PrismaClient({
    adapter,
    transactionOptions: { maxWait: options.connectTimeoutMs ?? 5_000, timeout: statementTimeoutMs },
    ...(options.onQuery ? { log: [{ emit: 'event' as const, level: 'query' as const }] } : {}),
  });
  if (options.onQuery) {
    const { onQuery } = options;
    (prisma as PrismaClient<'query'>).$on('query', (event) => onQuery(event.query));
  }
  return {
    prisma,
    pool,
    connectionString: options.connectionString,
    async close() {
      await prisma.$disconnect();
      if (!pool.ended) await pool.end();
    },
  };
}

/**
 * Runs `work` in one transaction; a throw rolls all of it back. Rolled back because of others, it is done again: `work`
 * may run several times, and must not change anything but the database before it is over.
 */
export function inTransaction<T>(db: Database, work: (transaction: Transaction) => Promise<T>): Promise<T> {
  return retryContention(() => db.prisma.$transaction(work));
}

/** Something made once per open database, such as a batch of waiting look-ups, and forgotten with it. */
export function perDatabase<T>(make: (db: Database) => T): (db: Database) => T {
  const made = new WeakMap<Database, T>();
  return (db) => {
    let value = made.get(db);
    if (value === undefined) {
      value = make(db);
      made.set(db, value);
    }
    return value;
  };
}
