import pg from 'pg';
import { transact } from '../postgres/client-transaction.ts';
import { connectionOptions } from '../postgres/connection-options.ts';
import { MigrationError } from '../postgres/migration-error.ts';
import { retryRolledBack } from '../postgres/retry.ts';
import { checkAll, copyAll, deleteGone, isRewritten, noteEnd, type Pace } from './copy.ts';
import { gone, lockId, predecessor, successor, table } from './names.ts';
import { preparation, undoing } from './prepare.ts';
import { hasOwnSequence, readShape, type Shape } from './shape.ts';
import { swap } from './swap.ts';

export type PartitionOptions = Pick<Pace, 'pause' | 'signal'> & {
  parts: number;
  /** Blocks of one piece; default 1,024. */
  blocks?: number;
  /** Prints the SQL that would begin it, and does nothing. */
  dryRun: boolean;
  /** How long to wait for a lock behind which everybody else waits too. */
  lockTimeoutMs: number;
  print: (line: string) => void;
};

type LockOptions = Pick<PartitionOptions, 'lockTimeoutMs' | 'print' | 'signal'>;

/** 8 MB, some ten thousands of entries, which take about a second. */
const blocksOfAPiece = 1_024;
/** How often a lock is tried for, and how long everybody may go on meanwhile. */
const lockTries = 100;
const lockPauseMs = 500;
const longestLookMs = 500;

/**
 * Partitions the entries by hash of their run, while the service works: a partitioned table is made beside them, triggers tell it of
 * all that is written, what was there before is copied in pieces and compared, and at last the two change names. What was done stays
 * done when it is broken off; called again it goes on. The old table stays, under another name.
 * @throws MigrationError with what to do.
 */
export async function partitionEntries(connectionString: string, options: PartitionOptions): Promise<void> {
  const { parts, dryRun, print } = options;
  await asOnlyOne(connectionString, async (client) => {
    const shape = await readShape(client, table);
    if (!shape)
      throw new MigrationError('There are no tables yet. Start the service once, or run "runledger migrate".');
    if (shape.isPartitioned) return print(`The entries are partitioned already, into ${shape.parts}.`);
    if (await hasOwnSequence(client, table))
      throw new MigrationError('The tables must be brought up to date first: "runledger migrate".');
    const begun = await readShape(client, successor);
    if (dryRun) return describe(client, shape, begun, options);
    if (!begun) {
      if (await readShape(client, predecessor))
        throw new MigrationError(`A table ${predecessor} of an earlier time is in the way. Drop it, or rename it.`);
      await runAll(client, options, preparation(shape, parts));
      await noteEnd(client);
    } else goesOn(shape, begun, parts, print);
    if (await isRewritten(client)) await noteEnd(client);
    const pace: Pace = { ...options, blocks: options.blocks ?? blocksOfAPiece, onProgress: reportProgress(print) };
    await copyAll(client, shape, pace);
    await retryRolledBack(() => transact(client, () => deleteGone(client)));
    // It is looked through once more while everybody waits.
    await client.query(`VACUUM ${gone}`);
    await client.query(`ANALYZE ${successor}`);
    await checkAll(client, shape, pace);
    if (await isRewritten(client)) throw new MigrationError('The table was written anew meanwhile. Call it again.');
    await waitForOlder(client, options);
    await tryForLock(options, () => swap(client, options.lockTimeoutMs));
    print(
      `The entries are partitioned into ${begun?.parts ?? parts}. The old table is still there: DROP TABLE ${predecessor} gives its space back.`,
    );
  });
}

/** Takes away what a command that was broken off has made. The entries are as they were. */
export async function abortPartitioning(connectionString: string, options: LockOptions): Promise<void> {
  await asOnlyOne(connectionString, async (client) => {
    if (!(await readShape(client, successor))) return options.print('Nothing has been begun.');
    await runAll(client, options, undoing);
    options.print('What was begun is gone. The entries are as they were.');
  });
}

async function asOnlyOne(connectionString: string, work: (client: pg.Client) => Promise<void>): Promise<void> {
  const client = new pg.Client({
    ...connectionOptions(connectionString, 'runledger partition', { statementTimeoutMs: 0, lockTimeoutMs: 0 }),
    connectionTimeoutMillis: 10_000,
  });
  client.on('error', () => {});
  await client.connect();
  try {
    const { rows } = await client.query<{ locked: boolean }>('SELECT pg_try_advisory_lock($1) AS locked', [lockId]);
    if (!rows[0]!.locked) throw new MigrationError('Another command is partitioning this database.');
    await work(client);
  } finally {
    await client.end().catch(() => {});
  }
}

async function describe(
  client: pg.Client,
  shape: Shape,
  begun: Shape | null,
  { parts, print }: PartitionOptions,
): Promise<void> {
  if (begun) return print('It has been begun, and would go on.');
  const { rows } = await client.query<{ rows: string; size: string }>(
    `SELECT greatest(reltuples, 0)::bigint AS rows, pg_size_pretty(pg_total_relation_size(oid)) AS size FROM pg_class WHERE oid = '${table}'::regclass`,
  );
  print(`-- About ${rows[0]!.rows} entries, ${rows[0]!.size} with indexes: as much again is needed on disk.`);
  for (const statement of preparation(shape, parts)) print(`${statement};`);
  print('-- Then the entries are copied and compared in pieces, and the tables change names.');
}

function goesOn(shape: Shape, begun: Shape, parts: number, print: (line: string) => void): void {
  const columns = ({ columns: all }: Shape) => JSON.stringify(all);
  if (columns(shape) !== columns(begun) || shape.indexes.length !== begun.indexes.length)
    throw new MigrationError(
      'A migration has changed the table since this was begun. Take away what was made with --abort, then call it again.',
    );
  if (begun.parts !== parts)
    throw new MigrationError(
      `It was begun with ${begun.parts} parts. Call it with --parts ${begun.parts}, or begin anew after --abort.`,
    );
  print('It was begun before; it goes on.');
}

/** Runs all of the statements, or none, as soon as the lock that they need is free. */
function runAll(client: pg.Client, options: LockOptions, statements: readonly string[]): Promise<void> {
  const work = async () => {
    for (const statement of statements) await client.query(statement);
  };
  return tryForLock(options, () => transact(client, work, options.lockTimeoutMs));
}

/** Tries for a lock again and again, each time for a short while: who waits for it holds up all who come behind. */
async function tryForLock({ print, signal }: LockOptions, work: () => Promise<void>): Promise<void> {
  for (let tries = 1; ; tries += 1) {
    signal.throwIfAborted();
    try {
      return await work();
    } catch (error) {
      const { code } = error as { code?: string };
      if (code !== '55P03' && code !== '40P01') throw error;
      if (tries === lockTries)
        throw new MigrationError(
          'The table is in use all the time, and the lock that is needed for a moment was not to be had. Look for long transactions in pg_stat_activity, then call it again: what is done stays done.',
        );
      if (tries === 1) print('Somebody uses the table; trying again until it is free for a moment.');
      await new Promise((resolve) => setTimeout(resolve, lockPauseMs));
    }
  }
}

/**
 * Who began to look before the copy was whole would find it empty: a dump, or an export, under its one snapshot. A transaction
 * that only looks has no id, but like all it holds a lock on its virtual one. Vacuuming looks at no row as of then.
 */
async function waitForOlder(client: pg.Client, { print, signal }: PartitionOptions): Promise<void> {
  const { rows } = await client.query<{ id: string }>(
    `SELECT l.virtualxid AS id FROM pg_locks l JOIN pg_stat_activity a ON a.pid = l.pid
     WHERE l.locktype = 'virtualxid' AND a.datname = current_database() AND a.usesysid IS NOT NULL AND a.pid <> pg_backend_pid()`,
  );
  const older = rows.map(({ id }) => id);
  for (let pause = 5, isSaid = false; ; pause = Math.min(longestLookMs, pause * 2)) {
    signal.throwIfAborted();
    const found = await client.query("SELECT FROM pg_locks WHERE locktype = 'virtualxid' AND virtualxid = ANY($1)", [
      older,
    ]);
    if (found.rowCount === 0) return;
    if (pause === longestLookMs && !isSaid) {
      isSaid = true;
      print('Waiting for a transaction that began before all was copied.');
    }
    await new Promise((resolve) => setTimeout(resolve, pause));
  }
}

function reportProgress(print: (line: string) => void): Pace['onProgress'] {
  let said = '';
  return (what, share) => {
    const line = `${Math.floor(share * 20) * 5} % ${what}`;
    if (line !== said) print(line);
    said = line;
  };
}
