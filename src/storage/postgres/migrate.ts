import { randomUUID } from 'node:crypto';
import pg from 'pg';
import { connectionOptions } from './connection-options.ts';
import { MigrationError } from './migration-error.ts';
import { type Migration, readMigrations } from './migration-files.ts';
import { checkServer, type ServerFacts } from './server-check.ts';

export { MigrationError } from './migration-error.ts';

export type MigrateOptions = {
  /** Told, in a line, what the operator may want to know. */
  notice?: (line: string) => void;
  /** How long to wait for another server that is migrating; default 300,000. */
  lockTimeoutMs?: number;
  /**
   * How long to wait for a lock on a table, behind which everybody else waits too; default as long as for another server.
   */
  tableLockTimeoutMs?: number;
  /** Aborts when the service is told to stop: the wait ends. */
  signal?: AbortSignal;
};

/** Any number will do, as long as every version of the service takes the same. */
const lockId = 7_286_518_341n;

const bookkeeping = `CREATE TABLE IF NOT EXISTS "_prisma_migrations" (
  "id" VARCHAR(36) PRIMARY KEY NOT NULL,
  "checksum" VARCHAR(64) NOT NULL,
  "finished_at" TIMESTAMPTZ,
  "migration_name" VARCHAR(255) NOT NULL,
  "logs" TEXT,
  "rolled_back_at" TIMESTAMPTZ,
  "started_at" TIMESTAMPTZ NOT NULL DEFAULT now(),
  "applied_steps_count" INTEGER NOT NULL DEFAULT 0
)`;

/**
 * Brings the tables up to date: applies what is missing of prisma/migrations, each in a transaction, and books it as
 * `prisma migrate deploy` does, so that either can follow the other. Where nothing is missing nothing is changed, and no
 * right to change is needed. Servers that start together wait for each other, by a lock that ends with the transaction:
 * one of a session would stay behind in a pooler.
 * @throws MigrationError when the database is newer than this server, was changed by hand, is older than PostgreSQL 15, or
 *   may not be changed by this role.
 */
export async function migrate(connectionString: string, options: MigrateOptions = {}): Promise<void> {
  const migrations = await readMigrations();
  await withSession(connectionString, options, async (client, { isReadOnly, role }) => {
    for (let missing = await pending(client, migrations); missing.length > 0; ) {
      if (isReadOnly)
        throw new MigrationError(
          `The tables must be brought up to date (${missing[0]!.name}), but the database is read-only. Start the service on the primary first.`,
        );
      missing = await applyNext(client, migrations, role, options);
    }
  });
}

/** What `migrate` would apply, in order. Changes nothing, and waits for nobody. @throws MigrationError as `migrate` does. */
export async function listPending(connectionString: string, options: MigrateOptions = {}): Promise<Migration[]> {
  const migrations = await readMigrations();
  return withSession(connectionString, options, (client) => pending(client, migrations));
}

async function withSession<T>(
  connectionString: string,
  options: MigrateOptions,
  work: (client: pg.Client, facts: ServerFacts) => Promise<T>,
): Promise<T> {
  const timeouts = { statementTimeoutMs: 3_600_000, lockTimeoutMs: options.lockTimeoutMs ?? 300_000 };
  const client = new pg.Client({
    ...connectionOptions(connectionString, 'runledger migrations', timeouts),
    connectionTimeoutMillis: 10_000,
  });
  client.on('error', () => {});
  // Whatever the session waits for, the connection can always be cut.
  const cut = () => (client as unknown as { connection: { stream: { destroy(): void } } }).connection.stream.destroy();
  options.signal?.throwIfAborted();
  options.signal?.addEventListener('abort', cut);
  try {
    await client.connect();
    return await work(client, await checkServer(client, options.notice ?? (() => {})));
  } catch (error) {
    options.signal?.throwIfAborted();
    throw error;
  } finally {
    options.signal?.removeEventListener('abort', cut);
    await client.end().catch(() => {});
  }
}

/** Applies the first migration that is missing, if one still is once the lock is ours; gives those missing after it. */
async function applyNext(
  client: pg.Client,
  migrations: Migration[],
  role: string,
  { notice = () => {}, tableLockTimeoutMs }: MigrateOptions,
): Promise<Migration[]> {
  await client.query('BEGIN');
  let migration: Migration | undefined;
  try {
    const { rows } = await client.query<{ locked: boolean }>('SELECT pg_try_advisory_xact_lock($1) AS locked', [
      lockId,
    ]);
    if (!rows[0]!.locked) {
      notice('Another server is bringing the tables up to date; waiting for it.');
      await client.query('SELECT pg_advisory_xact_lock($1)', [lockId]);
    }
    // The books first, by themselves: they are to stay when a migration fails.
    const areThere = await hasBooks(client);
    if (!areThere) await client.query(bookkeeping);
    const missing = await pending(client, migrations);
    migration = areThere ? missing[0] : undefined;
    if (migration) {
      if (tableLockTimeoutMs !== undefined) await client.query(`SET LOCAL lock_timeout = ${tableLockTimeoutMs}`);
      await apply(client, migration);
      notice(`Applied ${migration.name}.`);
    }
    await client.query('COMMIT');
    return missing.slice(migration ? 1 : 0);
  } catch (error) {
    await client.query('ROLLBACK').catch(() => {});
    throw explain(error as Error & { code?: string }, migration, role);
  }
}

async function apply(client: pg.Client, { name, sql, checksum }: Migration): Promise<void> {
  await client.query(sql);
  await client.query(
    `INSERT INTO "_prisma_migrations" (id, checksum, migration_name, started_at, finished_at, applied_steps_count)
     VALUES ($1, $2, $3, now(), clock_timestamp(), 1)`,
    [randomUUID(), checksum, name],
  );
}

/** A refusal by Postgres becomes a MigrationError; that the connection was lost stays what it is. */
function explain(error: Error & { code?: string }, migration: Migration | undefined, role: string): Error {
  if (error instanceof MigrationError || !/^[0-9A-Z]{5}$/.test(error.code ?? '') || /^(08|57P)/.test(error.code!)) {
    return error;
  }
  if (error.code === '42501') {
    return new MigrationError(
      `The tables must be made, or brought up to date, and the role "${role}" may not: ${error.message}. Start the service once with DATABASE_URL of a role that owns them (or GRANT CREATE ON SCHEMA public).`,
    );
  }
  if (error.code === '55P03' && migration) {
    return new MigrationError(
      `The migration ${migration.name} needs a lock that somebody else holds, and did not get it in time; nothing was changed. Look for long transactions in pg_stat_activity, then try again.`,
    );
  }
  if (error.code === '55P03') {
    return new MigrationError(
      'Another server has been bringing the tables up to date for too long. Look what it waits for, then start again.',
    );
  }
  return new MigrationError(`The migration ${migration?.name ?? 'table'} failed and was rolled back: ${error.message}`);
}

/** The migrations that are not applied yet. @throws MigrationError where the books do not agree with the files. */
async function pending(client: pg.Client, migrations: Migration[]): Promise<Migration[]> {
  if (!(await hasBooks(client))) return migrations;
  const { rows } = await client.query<{ migration_name: string; checksum: string; finished: boolean }>(
    `SELECT migration_name, checksum, finished_at IS NOT NULL AS finished FROM "_prisma_migrations" WHERE rolled_back_at IS NULL`,
  );
  const known = new Map(migrations.map((migration) => [migration.name, migration]));
  for (const row of rows) {
    const migration = known.get(row.migration_name);
    if (!migration) {
      throw new MigrationError(
        `The database is newer than this server: it has the migration ${row.migration_name}, which this version does not know. Start the newer version of Runledger.`,
      );
    }
    if (!row.finished) {
      throw new MigrationError(
        `The migration ${row.migration_name} was begun by another tool and never finished. Repair it with "prisma migrate resolve", then start again.`,
      );
    }
    if (row.checksum !== migration.checksum) {
      throw new MigrationError(
        `The migration ${row.migration_name} in the database is not the one in this version: its file was changed after it was applied.`,
      );
    }
  }
  const applied = new Set(rows.map((row) => row.migration_name));
  return migrations.filter((migration) => !applied.has(migration.name));
}

async function hasBooks(client: pg.Client): Promise<boolean> {
  const { rows } = await client.query<{ found: boolean }>(
    `SELECT to_regclass('"_prisma_migrations"') IS NOT NULL AS found`,
  );
  return rows[0]!.found;
}
