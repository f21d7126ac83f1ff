import type { TestService } from './service.ts';

/**
 * What EXPLAIN gives of a statement without the values of its parameters, as it is planned once it is prepared: the same
 * as EXPLAIN (GENERIC_PLAN), which Postgres has from version 16 on.
 */
export async function explainGeneric(
  { db }: Pick<TestService, 'db'>,
  statement: string,
  format: 'TEXT' | 'JSON' = 'TEXT',
  // biome-ignore lint/suspicious/noExplicitAny: the shape of a plan is that of its format
): Promise<any[]> {
  const count = Math.max(0, ...[...statement.matchAll(/\$(\d+)/g)].map(([, position]) => Number(position)));
  const values = count > 0 ? `(${Array(count).fill('NULL').join(', ')})` : '';
  const client = await db.pool.connect();
  try {
    await client.query(`PREPARE explained AS ${statement}`);
    await client.query('SET plan_cache_mode = force_generic_plan');
    return (await client.query(`EXPLAIN (FORMAT ${format}) EXECUTE explained${values}`)).rows;
  } finally {
    // Not back to the pool, where nobody expects a connection with such a setting.
    client.release(true);
  }
}
