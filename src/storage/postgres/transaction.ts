import type { Prisma } from '../../generated/prisma/client.ts';
import { timed, waitOn } from '../../measure/clock.ts';
import { transact } from './client-transaction.ts';
import { type Database, perDatabase, type Select, type Transaction, type Writer } from './database.ts';
import { retryRolledBack } from './retry.ts';
import { createSemaphore } from './semaphore.ts';

/**
 * Runs `work` in one transaction; a throw rolls all of it back. Rolled back because of others, it is done again: `work`
 * may run several times, and must not change anything but the database before it is over.
 */
export function inTransaction<T>(db: Writer, work: (transaction: Transaction) => Promise<T>): Promise<T> {
  return inTurn(db, () => db.prisma.$transaction(work));
}

/** The same for statements on the driver beneath Prisma. */
export function selectInTransaction<T>(db: Writer, work: (select: Select) => Promise<T>): Promise<T> {
  const { pool, selectBy } = (db.opened ?? db) as Database;
  const onClient = async () => {
    const client = await pool.connect();
    try {
      return await transact(client, () => work(selectBy(client)));
    } finally {
      // One that broke is not used again: the pool sees that by itself.
      client.release();
    }
  };
  return inTurn(db, () => timed(db.clock, 'transaction', onClient));
}

async function inTurn<T>(db: Writer, transaction: () => Promise<T>): Promise<T> {
  const stopWaiting = waitOn(db.clock);
  try {
    return await transactionTurn(db)(() => {
      stopWaiting();
      return retryRolledBack(transaction);
    });
  } finally {
    stopWaiting();
  }
}

/** Transactions may wait for locks; some connections are always left for look-ups and the group commit, which do not. */
const transactionTurn = perDatabase((db: Writer) =>
  createSemaphore(Math.max(1, db.maxConnections - 4), 2 * db.lockTimeoutMs),
);

/** The same as `Database.select`, within a transaction of Prisma. */
export function selectIn(transaction: Transaction): Select {
  return <Row>(sql: Prisma.Sql) => transaction.$queryRaw<Row[]>(sql);
}
