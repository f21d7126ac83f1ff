import type pg from 'pg';
import { transact } from '../postgres/client-transaction.ts';
import { retryRolledBack } from '../postgres/retry.ts';
import { gone, marks, quoteName, successor, table } from './names.ts';
import type { Shape } from './shape.ts';

/** How the work goes on: pieces are short, and between them there may be a pause. */
export type Pace = {
  /** Of the table, read by one piece. */
  blocks: number;
  /** Told how much is done, from 0 to 1. */
  onProgress: (what: 'copied' | 'checked', share: number) => void;
  /** As a share of the time that a piece has taken. */
  pause: number;
  signal: AbortSignal;
};

/** Notes where the copying ends: what is written behind it is told to the successor by the triggers. */
export async function noteEnd(client: pg.Client): Promise<void> {
  await client.query(
    `INSERT INTO ledger_mark (name, id)
     VALUES ($1, 0), ($2, 0), ($3, pg_relation_size('${table}') / current_setting('block_size')::bigint), ($4, pg_relation_filenode('${table}'))
     ON CONFLICT (name) DO UPDATE SET id = excluded.id`,
    [marks.copied, marks.checked, marks.end, marks.file],
  );
}

/** Whether the table has been written anew since (VACUUM FULL, CLUSTER): then its rows stand elsewhere, and it is copied again. */
export async function isRewritten(client: pg.Client): Promise<boolean> {
  const { rows } = await client.query<{ same: boolean }>(
    `SELECT id = pg_relation_filenode('${table}') AS same FROM ledger_mark WHERE name = $1`,
    [marks.file],
  );
  return !rows[0]?.same;
}

/** Copies what the successor does not have yet, block by block, from where it was left. */
export async function copyAll(client: pg.Client, { columns }: Shape, pace: Pace): Promise<void> {
  const names = columns.map(({ name }) => quoteName(name)).join(', ');
  await inPieces(client, marks.copied, pace, async (range) => {
    await client.query(
      `INSERT INTO ${successor} (${names}) SELECT ${names} FROM ${table} WHERE ${range} ON CONFLICT (run_id, id) DO NOTHING`,
    );
  });
}

/**
 * Compares each row with its copy, block by block. A statement sees both tables at one moment, and what is written meanwhile is
 * written to both in one transaction, so a difference is one. @throws with how many rows differ.
 */
export async function checkAll(client: pg.Client, { columns }: Shape, pace: Pace): Promise<void> {
  // json knows no equality.
  const ofRow = (row: string) =>
    columns.map(({ name, type }) => `${row}.${quoteName(name)}${type === 'json' ? '::text' : ''}`).join(', ');
  await inPieces(client, marks.checked, pace, async (range) => {
    const { rows } = await client.query<{ wrong: number }>(
      `SELECT count(*)::int AS wrong FROM (SELECT * FROM ${table} WHERE ${range}) o
       LEFT JOIN ${successor} s ON s.run_id = o.run_id AND s.id = o.id
       WHERE (${ofRow('o')}) IS DISTINCT FROM (${ofRow('s')})`,
    );
    if (rows[0]!.wrong > 0)
      throw new Error(`${rows[0]!.wrong} entries of the copy are not those of the table (${range}).`);
  });
  const { rows } = await client.query<{ more: string }>(
    `SELECT (SELECT count(*) FROM ${successor} s WHERE NOT EXISTS (SELECT FROM ${gone} g WHERE g.run_id = s.run_id AND g.id = s.id AND ${isGone('g')}))
       - (SELECT count(*) FROM ${table}) AS more`,
  );
  if (rows[0]!.more !== '0') throw new Error(`The copy has ${rows[0]!.more} more entries than the table.`);
}

type Place = { place: string; end: string };

/** Does a piece, and notes that it is done, in one transaction; goes on until the end. */
async function inPieces(
  client: pg.Client,
  mark: string,
  { blocks, onProgress, pause, signal }: Pace,
  work: (range: string) => Promise<void>,
): Promise<void> {
  const what = mark === marks.copied ? 'copied' : 'checked';
  for (;;) {
    const { rows } = await client.query<Place>(
      'SELECT (SELECT id FROM ledger_mark WHERE name = $1) AS place, (SELECT id FROM ledger_mark WHERE name = $2) AS end',
      [mark, marks.end],
    );
    const [place, end] = [Number(rows[0]!.place), Number(rows[0]!.end)];
    onProgress(what, end === 0 ? 1 : Math.min(1, place / end));
    if (place >= end) return;
    signal.throwIfAborted();
    const began = Date.now();
    const next = place + blocks;
    const piece = async () => {
      await work(`ctid >= '(${place},0)'::tid AND ctid < '(${next},0)'::tid`);
      await client.query('UPDATE ledger_mark SET id = $2 WHERE name = $1', [mark, next]);
    };
    await retryRolledBack(() => transact(client, piece));
    await new Promise((resolve) => setTimeout(resolve, (Date.now() - began) * pause));
  }
}

/**
 * Deletes from the successor what was deleted from the table, and forgets that it was; in a transaction. What is being deleted
 * right now is still noted for the next time, whatever its number.
 */
export async function deleteGone(client: pg.Client): Promise<void> {
  // Waits for whoever brings some of it back right now. The statement behind it sees what they did: one that had to wait
  // itself would still go by what it saw at its beginning.
  await client.query(
    `SELECT FROM ${successor} s JOIN ${gone} g ON s.run_id = g.run_id AND s.id = g.id FOR UPDATE OF s`,
  );
  await client.query(
    `WITH going AS (DELETE FROM ${gone} RETURNING run_id, id)
     DELETE FROM ${successor} s USING going g WHERE s.run_id = g.run_id AND s.id = g.id AND ${isGone('g')}`,
  );
}

/**
 * Whether what was noted as deleted is not there again: a run that is deleted can be imported under the same ids. Asked one by
 * one, by index, which OFFSET sees to: few are noted at last, when everybody waits, and the table is large.
 */
function isGone(noted: string): string {
  return `NOT EXISTS (SELECT FROM ${table} t WHERE t.run_id = ${noted}.run_id AND t.id = ${noted}.id OFFSET 0)`;
}
