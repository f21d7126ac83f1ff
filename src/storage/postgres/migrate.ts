import { createHash, randomUUID } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import pg from 'pg';

/** The database cannot be used with this version of the service; the message says what to do. */
export class MigrationError extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'MigrationError';
  }
}

type Migration = { name: string; sql: string; checksum: string };

const folder = fileURLToPath(new URL('../../../prisma/migrations/', import.meta.url));
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
 * `prisma migrate deploy` does, so that either can follow the other. Servers that start together wait for each other.
 * Throws MigrationError when the database is newer than this server, was changed by hand, or is older than PostgreSQL 15.
 */
export async function migrate(connectionString: string): Promise<void> {
  const migrations = await readMigrations();
  const client = new pg.Client({
    connectionString,
    options: '-c TimeZone=UTC',
    application_name: 'runledger migrations',
    connectionTimeoutMillis: 10_000,
  });
  client.on('error', () => {});
  await client.connect();
  try {
    await checkServer(client);
    await client.query('SELECT pg_advisory_lock($1)', [lockId]);
    await client.query(bookkeeping);
    for (const migration of await pending(client, migrations)) await apply(client, migration);
  } finally {
    await client.end();
  }
}

async function readMigrations(): Promise<Migration[]> {
  const entries = await readdir(folder, { withFileTypes: true });
  const names = entries.filter((entry) => entry.isDirectory()).map((entry) => entry.name);
  return Promise.all(
    names.sort().map(async (name) => {
      const sql = await readFile(`${folder}${name}/migration.sql`, 'utf8');
      return { name, sql, checksum: createHash('sha256').update(sql).digest('hex') };
    }),
  );
}

async function checkServer(client: pg.Client): Promise<void> {
  const { rows } = await client.query<{ version: string; zone: string; encoding: string }>(
    `SELECT current_setting('server_version_num') AS version, current_setting('TimeZone') AS zone, current_setting('server_encoding') AS encoding`,
  );
  const { version, zone, encoding } = rows[0]!;
  if (Number(version) < 150_000) {
    throw new MigrationError(
      `Runledger needs PostgreSQL 15 or newer; this server is ${version.slice(0, 2)}. Upgrade it.`,
    );
  }
  if (zone !== 'UTC') {
    throw new MigrationError(
      `The session's time zone is ${zone} although UTC was asked for; a pooler in between may drop the startup option. Set it with ALTER ROLE … SET TimeZone = 'UTC'.`,
    );
  }
  if (encoding !== 'UTF8') {
    throw new MigrationError(
      `The database's encoding is ${encoding}; Runledger needs UTF8. Create the database with ENCODING 'UTF8'.`,
    );
  }
}

async function pending(client: pg.Client, migrations: Migration[]): Promise<Migration[]> {
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

async function apply(client: pg.Client, migration: Migration): Promise<void> {
  await client.query('BEGIN');
  try {
    await client.query(migration.sql);
    await client.query(
      `INSERT INTO "_prisma_migrations" (id, checksum, migration_name, started_at, finished_at, applied_steps_count)
       VALUES ($1, $2, $3, now(), clock_timestamp(), 1)`,
      [randomUUID(), migration.checksum, migration.name],
    );
    await client.query('COMMIT');
  } catch (error) {
    await client.query('ROLLBACK');
    throw new MigrationError(`The migration ${migration.name} failed and was rolled back: ${(error as Error).message}`);
  }
}
