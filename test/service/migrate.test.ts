import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import type pg from 'pg';
import { expect } from 'vitest';
import { MigrationError, migrate } from '../../src/storage/postgres/migrate.ts';
import type { TestDatabase } from '../support/database.ts';
import { startRun } from '../support/ledger.ts';
import { openService } from '../support/service.ts';
import { testAlone } from '../support/test.ts';

const test = testAlone.extend('database', ({ emptyDatabase }) => emptyDatabase);

const folder = new URL('../../prisma/migrations/', import.meta.url);
const names = readdirSync(folder, { withFileTypes: true })
  .filter((entry) => entry.isDirectory())
  .map((entry) => entry.name)
  .sort();
const booked = async (client: pg.Client) =>
  (await client.query('SELECT * FROM _prisma_migrations ORDER BY migration_name')).rows;
const refusal = async (database: TestDatabase): Promise<MigrationError> => {
  const error: unknown = await migrate(database.url).catch((caught: unknown) => caught);
  expect(error).toBeInstanceOf(MigrationError);
  return error as MigrationError;
};

test('an empty database gets all tables, and serves', async ({ database }) => {
  await migrate(database.url);
  const service = await openService({ database });
  await startRun(service, { name: 'first' });
  expect(await service.sql('SELECT name FROM pipeline_run')).toEqual([{ name: 'first' }]);
  await service.close();
});

test('servers that start at once apply each migration once', async ({ database, client }) => {
  await Promise.all(Array.from({ length: 5 }, () => migrate(database.url)));
  expect((await booked(client)).map((row) => row.migration_name)).toEqual(names);
});

test('a database that is up to date is left as it is', async ({ database, client }) => {
  await migrate(database.url);
  const before = await booked(client);
  await migrate(database.url);
  expect(await booked(client)).toEqual(before);
});

test('the books are those of `prisma migrate deploy`', async ({ database, client }) => {
  await migrate(database.url);
  const rows = await booked(client);
  expect(rows).toHaveLength(names.length);
  for (const [index, row] of rows.entries()) {
    const file = readFileSync(new URL(`${names[index]}/migration.sql`, folder));
    expect(row).toEqual({
      id: expect.stringMatching(/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/),
      checksum: createHash('sha256').update(file).digest('hex'),
      finished_at: expect.any(Date),
      migration_name: names[index],
      logs: null,
      rolled_back_at: null,
      started_at: expect.any(Date),
      applied_steps_count: 1,
    });
    expect(row.finished_at.getTime()).toBeGreaterThanOrEqual(row.started_at.getTime());
  }
  const { rows: columns } = await client.query(
    `SELECT column_name AS name, data_type AS type, character_maximum_length AS length, is_nullable AS nullable
     FROM information_schema.columns WHERE table_name = '_prisma_migrations' ORDER BY ordinal_position`,
  );
  expect(columns.map(({ name, type, length, nullable }) => `${name} ${type} ${length} ${nullable}`)).toEqual([
    'id character varying 36 NO',
    'checksum character varying 64 NO',
    'finished_at timestamp with time zone null YES',
    'migration_name character varying 255 NO',
    'logs text null YES',
    'rolled_back_at timestamp with time zone null YES',
    'started_at timestamp with time zone null NO',
    'applied_steps_count integer null NO',
  ]);
});

test('a database newer than the server is refused, naming what it does not know', async ({ database, client }) => {
  await migrate(database.url);
  await client.query(
    `INSERT INTO _prisma_migrations (id, checksum, migration_name, finished_at, applied_steps_count) VALUES ('x', 'y', '29990101000000_future', now(), 1)`,
  );
  const { message } = await refusal(database);
  expect(message).toContain('newer than this server');
  expect(message).toContain('29990101000000_future');
  expect(message).toContain('Start the newer version');
});

test('a migration that was changed after it was applied is refused', async ({ database, client }) => {
  await migrate(database.url);
  await client.query(`UPDATE _prisma_migrations SET checksum = repeat('0', 64)`);
  const { message } = await refusal(database);
  expect(message).toContain(names[0]);
  expect(message).toContain('changed after it was applied');
});

test('a migration that another tool left unfinished is refused, with the way out', async ({ database, client }) => {
  await migrate(database.url);
  await client.query('UPDATE _prisma_migrations SET finished_at = NULL');
  expect((await refusal(database)).message).toContain('prisma migrate resolve');
});

test('a migration that fails is rolled back whole, and can be tried again', async ({ database, client }) => {
  await client.query('CREATE TABLE log_request (mine int)');
  const { message } = await refusal(database);
  expect(message).toContain(names[0]);
  expect(message).toContain('log_request');
  expect(await booked(client)).toEqual([]);
  const { rows } = await client.query(
    `SELECT table_name FROM information_schema.tables WHERE table_schema = 'public' ORDER BY 1`,
  );
  expect(rows.map((row) => row.table_name)).toEqual(['_prisma_migrations', 'log_request']);
  await client.query('DROP TABLE log_request');
  await migrate(database.url);
  expect((await booked(client)).map((row) => row.migration_name)).toEqual(names);
});

test('what was rolled back by `prisma migrate resolve` is applied again', async ({ database, client }) => {
  await client.query('CREATE TABLE log_request (mine int)');
  await refusal(database);
  await client.query('DROP TABLE log_request');
  await client.query(
    `INSERT INTO _prisma_migrations (id, checksum, migration_name, rolled_back_at) VALUES ('x', 'y', $1, now())`,
    [names[0]],
  );
  await migrate(database.url);
  expect(await booked(client)).toHaveLength(names.length + 1);
});

test('a database that is not in UTF-8 is refused', async ({ database, client }) => {
  const other = new URL(database.url);
  const name = `${other.pathname.slice(1)}_sql_ascii`;
  await client.query(`CREATE DATABASE ${name} TEMPLATE template0 ENCODING 'SQL_ASCII' LOCALE_PROVIDER libc LOCALE 'C'`);
  other.pathname = `/${name}`;
  const error: unknown = await migrate(other.href).catch((caught: unknown) => caught);
  expect(error).toBeInstanceOf(MigrationError);
  expect(String(error)).toContain('SQL_ASCII');
  await client.query(`DROP DATABASE ${name} WITH (FORCE)`);
});
