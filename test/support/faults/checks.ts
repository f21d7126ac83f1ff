import type pg from 'pg';
import { type Acknowledged, type Logged, logMutation, send } from './load.ts';

/** What the tables say of what was acknowledged. */
export type Verdict = { acknowledged: number; lost: number; doubled: number; wrongLatest: number; notReplayed: number };

/** Compares what callers were told with what is stored, and sends a part of it again. */
export async function check(client: pg.Client, url: string, acknowledged: Acknowledged[]): Promise<Verdict> {
  const ids = acknowledged.flatMap((one) => one.ids);
  const stored = await client.query('SELECT count(*)::int AS n FROM metadata_entry WHERE id = ANY($1::bigint[])', [
    ids,
  ]);
  const wrong = await client.query(
    `SELECT count(*)::int AS n FROM latest_entry l WHERE l.scope_id <> '00000000-0000-0000-0000-000000000000' AND l.entry_id <>
       (SELECT max(id) FROM metadata_entry e WHERE e.run_id = l.run_id AND e.scope_id = l.scope_id AND e.key = l.key)`,
  );
  let notReplayed = 0;
  const sendAgain = async (one: Acknowledged) => {
    const again = ((await send(url, logMutation, one.variables)) as Logged | null)?.logMetadata;
    if (!again?.replayed || again.entries.map(({ id }) => id).join() !== one.ids.join()) notReplayed += 1;
  };
  await Promise.all(acknowledged.slice(-100).map(sendAgain));
  // Every write has a number of its own, under two keys: once each, also after all that was sent again.
  const doubled = await client.query(
    `SELECT count(*)::int AS n FROM (SELECT value::text FROM metadata_entry WHERE key = 'n' GROUP BY 1 HAVING count(*) > 1) d`,
  );
  return {
    acknowledged: acknowledged.length,
    lost: ids.length - stored.rows[0].n,
    doubled: doubled.rows[0].n,
    wrongLatest: wrong.rows[0].n,
    notReplayed,
  };
}
