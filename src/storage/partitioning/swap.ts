import type pg from 'pg';
import { transact } from '../postgres/client-transaction.ts';
import { deleteGone } from './copy.ts';
import { gone, marks, predecessor, quoteName, successor, table } from './names.ts';
import { parting } from './prepare.ts';
import { nameBeside, readGrants, readShape, readViews, type View } from './shape.ts';

/**
 * The table and its successor change names, in one transaction that holds everybody off for some milliseconds. Indexes, views
 * and grants go along: for whoever comes next, nothing is different but the shape. The sequence of the ids belongs to neither.
 */
export async function swap(client: pg.Client, lockTimeoutMs: number): Promise<void> {
  const work = async () => {
    await client.query(`LOCK TABLE ${table} IN ACCESS EXCLUSIVE MODE`);
    await deleteGone(client);
    const views = await readViews(client);
    for (const statement of await readGrants(client, table, successor)) await client.query(statement);
    for (const statement of parting('')) await client.query(statement);
    const indexes = (await readShape(client, table))!.indexes.map(({ name }) => name);
    await rename(client, table, predecessor, indexes, (name) => [name, nameBeside(name, predecessor)]);
    await rename(client, successor, table, indexes, (name) => [nameBeside(name, successor), name]);
    for (const view of views) await client.query(replacing(view));
    await client.query(`DROP TABLE ${gone}`);
    await client.query('DELETE FROM ledger_mark WHERE name = ANY($1)', [Object.values(marks)]);
  };
  await transact(client, work, lockTimeoutMs);
}

/** A table with its indexes, which are named after the table; `ofIndex` gives what each is called now, and then. */
async function rename(
  client: pg.Client,
  from: string,
  to: string,
  indexes: string[],
  ofIndex: (name: string) => [from: string, to: string],
): Promise<void> {
  for (const [was, is] of indexes.map(ofIndex))
    await client.query(`ALTER INDEX ${quoteName(was)} RENAME TO ${quoteName(is)}`);
  await client.query(`ALTER TABLE ${from} RENAME TO ${to}`);
}

/** The definition was read before the names changed: it now means the successor. */
function replacing({ name, definition, options }: View): string {
  const settings = options ? ` WITH (${options.join(', ')})` : '';
  return `CREATE OR REPLACE VIEW ${name}${settings} AS ${definition}`;
}
