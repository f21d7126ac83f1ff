import type pg from 'pg';

/** Does work in a transaction of one client: all of it, or nothing. */
export async function transact<T>(client: pg.ClientBase, work: () => Promise<T>, lockTimeoutMs?: number): Promise<T> {
  await client.query('BEGIN');
  try {
    if (lockTimeoutMs !== undefined) await client.query(`SET LOCAL lock_timeout = ${lockTimeoutMs}`);
    const done = await work();
    await client.query('COMMIT');
    return done;
  } catch (error) {
    await client.query('ROLLBACK').catch(() => {});
    throw error;
  }
}
