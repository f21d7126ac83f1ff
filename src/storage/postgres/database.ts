import { PrismaPg } from '@prisma/adapter-pg';
import type pg from 'pg';
import { type Prisma, PrismaClient } from '../../generated/prisma/client.ts';
import type { Clock } from '../../measure/clock.ts';
import { allInSight, type Sight } from '../sight.ts';
import { type AsideLimits, asideLimits } from './aside-limits.ts';
import { type Counts, createCounts } from './counts.ts';
import { openPool } from './pool.ts';
import { rowTypes } from './row-types.ts';

type Model = 'pipelineRun' | 'step' | 'metadataEntry' | 'latestEntry' | 'logRequest' | 'deletedRun' | 'ledgerMark';
type ReadingOfModel = 'findUnique' | 'findFirst' | 'findMany' | 'count';

/** Where the ledger is read from; a replica will do. A function that only reads takes it first. */
export type Reader = {
  /** What of it may be seen. */
  readonly sight: Sight;
  /** What has happened on it. */
  readonly counts: Counts;
  /** The clock of the request that uses it; where there is one, `opened` is the database that all requests share. */
  readonly clock?: Clock;
  readonly opened?: Database;
  /**
   * One statement on the driver beneath Prisma, in a third of the time; for batches, which note on the clock what is waited
   * for. Columns come as `rowTypes` says; lists do not come as Prisma gives them.
   */
  readonly select: Select;
  readonly prisma: Pick<PrismaClient, '$queryRaw'> & {
    readonly [Name in Model]: Pick<PrismaClient[Name], ReadingOfModel>;
  };
};

/** Where the ledger is written: the primary, which can be read too. A function that writes takes it first. */
export type Writer = Reader & {
  readonly prisma: PrismaClient;
  /** How long a statement waits for somebody else's lock. */
  readonly lockTimeoutMs: number;
  /** Connections at most. */
  readonly maxConnections: number;
};

/** An open connection to the ledger's tables. */
export type Database = Writer & {
  readonly prisma: PrismaClient;
  /** The connections under Prisma; what Prisma cannot do (LISTEN, migrations) uses them directly. */
  readonly pool: pg.Pool;
  readonly connectionString: string;
  /** `select` on one of these connections. */
  readonly selectBy: (client: Pick<pg.Pool, 'query'>) => Select;
  readonly aside: AsideLimits;
  /** Tells, in a line, what the operator may want to know. */
  readonly notice: (line: string) => void;
  close(): Promise<void>;
};

/** Inside a transaction: what takes it can only be called there. */
export type Transaction = Prisma.TransactionClient;

/** Where plain statements run: on the database itself or inside a transaction. */
export type Queryable = Pick<Transaction, '$queryRaw' | '$executeRaw'>;

/** Runs a statement and gives its rows, wherever it runs. */
export type Select = <Row>(sql: Prisma.Sql) => Promise<Row[]>;

export type DatabaseOptions = {
  connectionString: string;
  applicationName?: string;
  /** Connections at most; default 10. */
  maxConnections?: number;
  /** How long to wait for a free or new connection; default 5,000. */
  connectTimeoutMs?: number;
  /** After which Postgres cancels a statement; default 12,000. */
  statementTimeoutMs?: number;
  /** How long a statement waits for a lock; default 2,000. */
  lockTimeoutMs?: number;
  /** Whether one statement may take several cores; default: what Postgres is set to. */
  parallel?: boolean;
  /** Questions about many runs. */
  aside?: Partial<AsideLimits>;
  /** Named prepared statements; switch off behind a pooler that does not know them. Default true. */
  preparedStatements?: boolean;
  /** Where it is counted what happens; default: counts of its own. */
  counts?: Counts;
  /** Told of a connection that broke. */
  onConnectionLost?: (error: Error) => void;
  /** Told, in a line, what the operator may want to know. */
  onNotice?: (line: string) => void;
  /** Told of every statement, for tests and debugging. */
  onQuery?: (sql: string) => void;
};

/**
 * Every statement begins with its name in a comment, by which it is found in pg_stat_statements and in logs. Where the
 * comment says `prepared` too, the text never varies, and each connection parses it once, under that name.
 */
const preparedName = /^\/\* (\w+), prepared \*\//;

/** The statements that Prisma makes of calls on its models are named after them. */
const nameModelCalls: NonNullable<Prisma.PrismaClientOptions['comments']>[number] = ({ query }) =>
  query.type === 'single' && query.modelName ? { name: `${query.modelName}.${query.action}` } : {};

/** Opens the pool and Prisma on it. Connects on first use, so it does not fail when the database is away. */
export function openDatabase(options: DatabaseOptions): Database {
  const { statementTimeoutMs = 12_000, connectTimeoutMs = 5_000, lockTimeoutMs = 2_000, maxConnections = 10 } = options;
  const counts = options.counts ?? createCounts();
  const pool = openPool({
    connectionString: options.connectionString,
    applicationName: options.applicationName ?? 'runledger',
    maxConnections,
    connectTimeoutMs,
    statementTimeoutMs,
    lockTimeoutMs,
    parallel: options.parallel,
    counts,
    onLost: options.onConnectionLost ?? (() => {}),
  });
  const nameOf = (sql: string) =>
    (options.preparedStatements === false ? undefined : preparedName.exec(sql)?.[1]) as string;
  const prisma = new PrismaClient({
    adapter: new PrismaPg(pool, { statementNameGenerator: ({ sql }) => nameOf(sql) }),
    comments: [nameModelCalls],
    transactionOptions: { maxWait: connectTimeoutMs, timeout: statementTimeoutMs },
    ...(options.onQuery ? { log: [{ emit: 'event' as const, level: 'query' as const }] } : {}),
  });
  if (options.onQuery) (prisma as PrismaClient<'query'>).$on('query', ({ query }) => options.onQuery?.(query));
  const selectBy =
    (client: Pick<pg.Pool, 'query'>): Select =>
    async <Row>({ text, values }: Prisma.Sql) => {
      options.onQuery?.(text);
      return (await client.query({ name: nameOf(text), text, values, types: rowTypes })).rows as Row[];
    };
  return {
    sight: allInSight,
    counts,
    aside: asideLimits(maxConnections, options.aside),
    prisma,
    select: selectBy(pool),
    selectBy,
    pool,
    lockTimeoutMs,
    maxConnections,
    connectionString: options.connectionString,
    notice: options.onNotice ?? (() => {}),
    async close() {
      await prisma.$disconnect();
      if (!pool.ended) await pool.end();
    },
  };
}

/** Something made once per open database, such as a batch of waiting look-ups, and forgotten with it. */
export function perDatabase<T, Db extends Reader = Reader>(make: (db: Db) => T): (db: Db) => T {
  const made = new WeakMap<Db, T>();
  return (db) => {
    // What is made for all requests must not know the one that asked first.
    const opened = (db.opened ?? db) as Db;
    let value = made.get(opened);
    if (value === undefined) {
      value = make(opened);
      made.set(opened, value);
    }
    return value;
  };
}

/** As `perDatabase`, for what depends on what may be seen: of each database one for every sight. */
export function perSight<T>(make: (db: Reader) => T): (db: Reader) => T {
  const made = perDatabase(() => new WeakMap<Sight, T>());
  return (db) => {
    const bySight = made(db);
    let value = bySight.get(db.sight);
    if (value === undefined) {
      value = make({ ...(db.opened ?? db), sight: db.sight });
      bySight.set(db.sight, value);
    }
    return value;
  };
}
