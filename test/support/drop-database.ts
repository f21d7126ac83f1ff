import type pg from 'pg';
import { until } from './until.ts';

/** Drops a database, and ends what is still connected to it. */
export async function dropDatabase(client: pg.Client, name: string): Promise<void> {
  await until(`autovacuum has left the database ${name}, so that it can be dropped`, async () => {
    try {
      await client.query(`DROP DATABASE IF EXISTS ${name} WITH (FORCE)`);
      return true;
    } catch (error) {
      // Who is no superuser may not end an autovacuum worker, which is soon done.
      if ((error as { code?: string }).code === '42501') return false;
      throw error;
    }
  });
}
