import { Prisma } from '../../generated/prisma/client.ts';
import { createBatch } from '../postgres/batch.ts';
import { perDatabase, type Writer } from '../postgres/database.ts';
import { notePosition } from '../postgres/wal-position.ts';

type Mark = { id: bigint; transaction: string };

/**
 * Time between looks at whether the transactions under way have ended: at first short, as writes are, then longer, as
 * whoever holds a transaction open for minutes is not waited for more eagerly.
 */
const firstLookMs = 5;
const longestLookMs = 250;

/**
 * Waits until all entries and changes that had an id at the time of the call are decided, and gives the last of those ids.
 * Ids are handed out before they are committed: a look at the tables alone would skip one that commits late.
 *
 * A writer has its transaction id before it takes an id of these (it locks or writes a row first). So: take note of the
 * last id handed out, then of a transaction id of our own, which is greater than that of whoever has an id up to there;
 * when no transaction below ours is under way any more, all those ids are decided.
 */
export const readWatermark = perDatabase((db: Writer) => {
  const ask = createBatch<null, bigint>(async (askers) => {
    const id = await waitUntilDecided(db);
    // Who is told of what is decided may ask a replica for it next.
    await notePosition(db);
    return askers.map(() => id);
  });
  return () => ask(null);
});

async function waitUntilDecided(db: Writer): Promise<bigint> {
  const marks = await db.select<Mark>(Prisma.sql`/* mark_last_id, prepared */
WITH handed_out AS MATERIALIZED (SELECT CASE WHEN is_called THEN last_value ELSE 0 END AS id FROM metadata_entry_id_seq)
SELECT id, pg_current_xact_id()::text AS transaction FROM handed_out`);
  const { id, transaction } = marks[0]!;
  for (let pause = firstLookMs; ; pause = Math.min(longestLookMs, pause * 1.5)) {
    const rows = await db.select<{ decided: boolean }>(Prisma.sql`/* is_decided, prepared */
SELECT pg_snapshot_xmin(pg_current_snapshot()) >= ${transaction}::text::xid8 AS decided`);
    if (rows[0]!.decided) return id;
    await new Promise((resolve) => setTimeout(resolve, pause));
  }
}
