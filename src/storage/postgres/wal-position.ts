import { createBatch } from './batch.ts';
import { perDatabase, type Writer } from './database.ts';

/**
 * How far the log of the primary has come: `00000000/03A7F2B8`. Whoever has replayed up to it sees all before. Postgres writes it
 * without the zeros, with which texts are in the order of what they stand for: a client needs no more to tell which is further.
 */
export type WalPosition = string;

const form = /^([0-9A-F]{1,8})\/([0-9A-F]{1,8})$/i;

/** Whether a text is a position. */
export function isWalPosition(text: string): boolean {
  return form.test(text);
}

/** The position as a number, by which two are compared. */
export function walNumber(position: WalPosition): bigint {
  const [, high = '0', low = '0'] = form.exec(position) ?? [];
  return (BigInt(`0x${high}`) << 32n) + BigInt(`0x${low}`);
}

type Positions = { isWanted: boolean; newest: WalPosition | null; read: () => Promise<WalPosition> };

const positions = perDatabase((db: Writer): Positions => {
  const state: Positions = {
    isWanted: false,
    newest: null,
    read: () => ask(null),
  };
  const ask = createBatch<null, WalPosition>(async (askers) => {
    const position = await selectPosition(db);
    if (state.newest === null || position > state.newest) state.newest = position;
    return askers.map(() => position);
  });
  return state;
});

/**
 * What was committed before the call has its place in the log before the position. What was acknowledged has been flushed;
 * only where commits are not waited for (`synchronous_commit = off`) must it be what was inserted.
 */
async function selectPosition(db: Writer): Promise<WalPosition> {
  const rows = await db.prisma.$queryRaw<{ position: WalPosition }[]>`/* read_position, prepared */
SELECT (CASE current_setting('synchronous_commit') WHEN 'off' THEN pg_current_wal_insert_lsn() ELSE pg_current_wal_flush_lsn() END)::text AS position`;
  const halves = rows[0]!.position.split('/');
  return halves.map((half) => half.padStart(8, '0')).join('/');
}

/** The position of the primary: at or behind the end of whatever was committed before the call. All that ask at one moment share a statement. */
export function readPosition(db: Writer): Promise<WalPosition> {
  return positions(db).read();
}

/** From now on whoever tells of changes notes how far they reach: there are replicas, which may be behind. */
export function wantPositions(db: Writer): void {
  positions(db).isWanted = true;
}

/** Notes the position before something is told of that was committed; nothing where there are no replicas. */
export async function notePosition(db: Writer): Promise<void> {
  const state = positions(db);
  if (state.isWanted) await state.read();
}

/** At or behind the end of all that was told of so far; null where there are no replicas. */
export function newestPosition(db: Writer): WalPosition | null {
  return positions(db).newest;
}
