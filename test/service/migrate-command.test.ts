import { createHash, randomUUID } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { expect } from 'vitest';
import type { TestDatabase } from '../support/database.ts';
import { runCommand, startServiceProcess } from '../support/service-process.ts';
import { testAlone } from '../support/test.ts';
import { until } from '../support/until.ts';

// `runledger migrate`, as an operator runs it before new servers are started.

const test = testAlone.extend('database', ({ emptyDatabase }) => emptyDatabase);

const folder = new URL('../../prisma/migrations/', import.meta.url);
const names = readdirSync(folder, { withFileTypes: true })
  .filter((entry) => entry.isDirectory())
  .map((entry) => entry.name)
  .sort();

const migrate = ({ url }: Pick<TestDatabase, 'url'>, ...args: string[]) =>
  runCommand(['migrate', ...args], { MIGRATE_DATABASE_URL: url, DATABASE_URL: 'postgresql://nobody@127.0.0.1:1/none' });

test('says what it applies, and nothing is left to do', async ({ database, client }) => {
  const first = await migrate(database);
  expect([first.code, first.stderr]).toEqual([0, '']);
  const { rows } = await client.query('SELECT migration_name AS name FROM _prisma_migrations ORDER BY 1');
  expect(first.stdout).toBe(rows.map(({ name }) => `Applied ${name}.\n`).join(''));
  expect(await migrate(database)).toMatchObject({ code: 0, stdout: 'The tables are up to date.\n' });
});

test('--dry-run prints the SQL, and changes nothing', async ({ database, client }) => {
  const { code, stdout } = await migrate(database, '--dry-run');
  expect(code).toBe(0);
  expect(stdout).toMatch(/^-- \d{14}_\w+\n/);
  expect(stdout).toContain('CREATE TABLE "metadata_entry"');
  const { rows } = await client.query(`SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace`);
  expect(rows).toEqual([]);
  // What it prints is SQL as it is.
  await client.query(stdout);
});

test('gives up a lock that somebody else holds, changes nothing, and says so', async ({ database, client }) => {
  // As the first version left it: what follows changes a table that is there.
  const [first = '', next = '', ...rest] = names;
  await client.query(`CREATE TABLE _prisma_migrations (id varchar(36) PRIMARY KEY, checksum varchar(64) NOT NULL,
    finished_at timestamptz, migration_name varchar(255) NOT NULL, logs text, rolled_back_at timestamptz,
    started_at timestamptz NOT NULL DEFAULT now(), applied_steps_count int NOT NULL DEFAULT 0)`);
  const sql = readFileSync(new URL(`${first}/migration.sql`, folder), 'utf8');
  await client.query(sql);
  await client.query(
    'INSERT INTO _prisma_migrations (id, checksum, finished_at, migration_name) VALUES ($1, $2, now(), $3)',
    [randomUUID(), createHash('sha256').update(sql).digest('hex'), first],
  );
  await client.query('BEGIN');
  const tables = await client.query(
    `SELECT tablename AS name FROM pg_tables WHERE schemaname = 'public' AND tablename <> '_prisma_migrations'`,
  );
  for (const { name } of tables.rows) await client.query(`LOCK TABLE "${name}"`);
  const began = Date.now();
  const { code, stderr } = await migrate(database, '--lock-timeout', '0.3');
  expect(Date.now() - began).toBeLessThan(20_000);
  expect(code).toBe(1);
  expect(stderr).toContain(next);
  expect(stderr).toContain('nothing was changed');
  await client.query('ROLLBACK');
  const applied = [next, ...rest].map((name) => `Applied ${name}.\n`).join('');
  expect(await migrate(database)).toMatchObject({ code: 0, stdout: applied });
});

test('the owner migrates, and a service that is another role serves', async ({ database, client }) => {
  const role = `runledger_test_role_${Math.random().toString(36).slice(2)}`;
  await client.query(`CREATE ROLE ${role} LOGIN PASSWORD 'secret'`);
  await client.query(
    `ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO ${role};
     ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT USAGE, SELECT ON SEQUENCES TO ${role}`,
  );
  expect((await migrate(database)).code).toBe(0);
  const url = new URL(database.url);
  url.username = role;
  url.password = 'secret';
  const service = await startServiceProcess({ url: url.href });
  const query = 'mutation { startRun(input: { name: "r" }) { name } }';
  const headers = { 'content-type': 'application/json' };
  const response = await fetch(service.url, { method: 'POST', headers, body: JSON.stringify({ query }) });
  expect(await response.json()).toEqual({ data: { startRun: { name: 'r' } } });
  await service.stop();
  await until('its connections are gone', async () => {
    const { rowCount } = await client.query('SELECT FROM pg_stat_activity WHERE usename = $1', [role]);
    return rowCount === 0;
  });
  await client.query(`DROP OWNED BY ${role}; DROP ROLE ${role}`);
});

test('without a URL, with a bad option, or where the database is away it says what is wrong', async () => {
  expect(await runCommand(['migrate'], {})).toMatchObject({
    code: 1,
    stderr: expect.stringContaining('MIGRATE_DATABASE_URL'),
  });
  expect(await runCommand(['migrate', '--lock-timeout', 'x'], {})).toMatchObject({ code: 2 });
  const away = await migrate({ url: 'postgresql://u:secret@127.0.0.1:1/none' });
  expect(away).toMatchObject({ code: 1, stderr: expect.stringContaining('cannot be reached') });
  expect(away.stderr).not.toContain('secret');
});
