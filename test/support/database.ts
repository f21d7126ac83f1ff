import { randomBytes } from 'node:crypto';
import pg from 'pg';
import { inject } from 'vitest';
import { databaseUrl } from './database-url.ts';

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
  await query(serverUrl, `CREATE DATABASE ${name} TEMPLATE ${template} ENCODING 'UTF8'`);
  return {
    url: databaseUrl(serverUrl, name),
    drop: () => query(serverUrl, `DROP DATABASE IF EXISTS ${name} WITH (FORCE)`),
  };
}

async function query(url: string, sql: string): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    await client.query(sql);
  } finally {
    await client.end();
  }
}
