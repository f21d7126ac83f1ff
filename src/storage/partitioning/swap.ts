import type pg from 'pg';
import { deleteGone } from './copy.ts';
import { gone, marks, mirror, predecessor, quoteName, successor, table } from './names.ts';
import { nameBeside, readGrants, readShape, readViews, type View } from './shape.ts';

const sequence = `${table}_id_seq`;

/**
 * The table and its successor change names, in one transaction that holds everybody off for some milliseconds. Sequence, indexes,
 * views and grants go along: for whoever comes next, nothing is different but the shape.
 */
export async function swap(client: pg.Client, lockTimeoutMs: number, deletedUpTo: bigint): Promise<void> {
  await client.query('BEGIN');
  try {
    await client.query(`SET LOCAL lock_timeout = ${lockTimeoutMs}`);
    await client.query(`LOCK TABLE ${table} IN ACCESS EXCLUSIVE MODE`);
    await deleteGone(client, deletedUpTo);
    const views = await readViews(client);
    const grants = [
      ...(await readGrants(client, table, successor, 'TABLE')),
      ...(await readGrants(client, sequence, nameBeside(sequence, successor), 'SEQUENCE')),
    ];
    for (const statement of grants) await client.query(statement);
    for (const event of ['insert', 'update', 'delete'])
      await client.query(`DROP TRIGGER ${mirror}_${event} ON ${table}`);
    await client.query(`DROP FUNCTION ${mirror}()`);
    const indexes = (await readShape(client, table))!.indexes.map(({ name }) => name);
    await rename(client, table, predecessor, indexes, (name) => [name, nameBeside(name, predecessor)]);
    await client.query(
      `SELECT setval('${nameBeside(sequence, successor)}', last_value, is_called) FROM ${nameBeside(sequence, predecessor)}`,
    );
    await rename(client, successor, table, indexes, (name) => [nameBeside(name, successor), name]);
    for (const view of views) await client.query(replacing(view));
    await client.query(`DROP TABLE ${gone}`);
    await client.query('DELETE FROM ledger_mark WHERE name = ANY($1)', [Object.values(marks)]);
    await client.query('COMMIT');
  } catch (error) {
    await client.query('ROLLBACK').catch(() => {});
    throw error;
  }
}

/** A table with its sequence and its indexes, which are named after the table; `ofIndex` gives what each is called now, and then. */
async function rename(
  client: pg.Client,
  from: string,
  to: string,
  indexes: string[],
  ofIndex: (name: string) => [from: string, to: string],
): Promise<void> {
  for (const [was, is] of indexes.map(ofIndex))
    await client.query(`ALTER INDEX ${quoteName(was)} RENAME TO ${quoteName(is)}`);
  await client.query(`ALTER SEQUENCE ${from}_id_seq RENAME TO ${to}_id_seq`);
  await client.query(`ALTER TABLE ${from} RENAME TO ${to}`);
}

/** The definition was read before the names changed: it now means the successor. */
function replacing({ name, definition, options }: View): string {
  const settings = options ? ` WITH (${options.join(', ')})` : '';
  return `CREATE OR REPLACE VIEW ${name}${settings} AS ${definition}`;
}
