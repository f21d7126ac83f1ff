import { randomBytes } from 'node:crypto';
import pg from 'pg';
import { inject } from 'vitest';
import { databaseUrl } from './database-url.ts';
import { dropDatabase } from './drop-database.ts';

/** A database of the caller's own: all migrations applied, no rows. Takes about 0.1 s. `drop` ends what is still connected. */
export function createDatabase(serverUrl = inject('postgresUrl')): Promise<TestDatabase> {
  return create(serverUrl, inject('templateDatabase'));
}

/** A database of the caller's own without any table. */
export function createEmptyDatabase(serverUrl = inject('postgresUrl')): Promise<TestDatabase> {
  return create(serverUrl, 'template0');
}

export type TestDatabase = { url: string; drop(): Promise<void> };

async function create(serverUrl: string, template: string): Promise<TestDatabase> {
  const name = inject('templateDatabase').replace(/template$/, randomBytes(5).toString('hex'));
  await withClient(serverUrl, (client) => client.query(`CREATE DATABASE ${name} TEMPLATE ${template} ENCODING 'UTF8'`));
  return {
    url: databaseUrl(serverUrl, name),
    drop: () => withClient(serverUrl, (client) => dropDatabase(client, name)),
  };
}

async function withClient<T>(url: string, work: (client: pg.Client) => Promise<T>): Promise<T> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.end();
  }
}
