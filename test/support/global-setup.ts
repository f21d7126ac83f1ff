import { randomBytes } from 'node:crypto';
import pg from 'pg';
import type { TestProject } from 'vitest/node';
import { migrate } from '../../src/storage/postgres/migrate.ts';
import { openThrowAway } from './cluster.ts';
import { databaseUrl } from './database-url.ts';
import { dropDatabase } from './drop-database.ts';
import { partitionNow } from './partition-now.ts';

declare module 'vitest' {
  interface ProvidedContext {
    /** The server that the tests use; may create databases. */
    postgresUrl: string;
    /** The database that the tests' own are copied from: all migrations applied, no rows. */
    templateDatabase: string;
  }
}

/**
 * One Postgres for the whole run: DATABASE_URL's if that is set, of which only databases of our own making are touched,
 * else an embedded one that is thrown away. The first project that needs it opens it, for the others as well.
 */
export default async function setup({ vitest }: TestProject): Promise<(() => Promise<void>) | undefined> {
  if (vitest.getProvidedContext().postgresUrl) return undefined;
  const server = await openServer();
  const prefix = `runledger_test_${randomBytes(5).toString('hex')}`;
  const template = `${prefix}_template`;
  const admin = new pg.Client({ connectionString: server.url });
  await admin.connect();
  const teardown = async (): Promise<void> => {
    const { rows } = await admin.query<{ name: string }>(
      'SELECT datname AS name FROM pg_database WHERE starts_with(datname, $1)',
      [prefix],
    );
    for (const { name } of rows) await dropDatabase(admin, name);
    await admin.end();
    await server.close();
  };
  try {
    await admin.query(`CREATE DATABASE ${template} TEMPLATE template0 ENCODING 'UTF8'`);
    await migrate(databaseUrl(server.url, template));
    // All tests hold on a partitioned table as well: `TEST_PARTITIONS=4 npx vitest run --project service`.
    const parts = Number(process.env['TEST_PARTITIONS'] ?? 0);
    if (parts > 0) await partitionNow(databaseUrl(server.url, template), { parts });
  } catch (error) {
    await teardown();
    throw error;
  }
  vitest.provide('postgresUrl', server.url);
  vitest.provide('templateDatabase', template);
  return teardown;
}

async function openServer(): Promise<{ url: string; close(): Promise<void> }> {
  const url = process.env['DATABASE_URL'];
  if (url) return { url, close: async () => {} };
  return openThrowAway();
}
