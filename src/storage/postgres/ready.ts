import { Prisma } from '../../generated/prisma/client.ts';
import { perDatabase, type Reader, type Writer } from './database.ts';
import { describeFailure } from './failures.ts';
import { within } from './within.ts';

/** Whether reads and writes work: `ok`, or why not. */
export type Readiness = { reads: string; writes: string };

/** How long an answer is kept: whoever asks more often costs nothing. */
const freshMs = 1_000;
const timeoutMs = 2_000;
/** A write that failed counts for so long, unless one has succeeded since. */
const failureCountsMs = 10_000;

type WriteOutcome = { failedAt: number; cause: string };

const lastFailure = perDatabase<{ current: WriteOutcome | null }>(() => ({ current: null }));

/** Notes how a write went, for what no look can tell: a full disk shows only to who writes. */
export function noteWrite(db: Writer, error?: unknown): void {
  lastFailure(db).current = error === undefined ? null : { failedAt: Date.now(), cause: describeFailure(error) };
}

/** Whether the database takes reads and writes, within two seconds whatever hangs; the answer is up to a second old. */
export const checkReadiness = perDatabase((db: Writer) => {
  let asked: { at: number; answer: Promise<Readiness> } | null = null;
  return (): Promise<Readiness> => {
    if (!asked || Date.now() - asked.at > freshMs) asked = { at: Date.now(), answer: look(db) };
    return asked.answer;
  };
});

async function look(db: Writer): Promise<Readiness> {
  try {
    const writes = await within(timeoutMs, lookAtWrites(db));
    return { reads: 'ok', writes: writes ?? recentFailure(db) ?? 'ok' };
  } catch (error) {
    const cause = `the database cannot be used: ${describeFailure(error)}`;
    return { reads: cause, writes: cause };
  }
}

async function lookAtWrites(db: Reader): Promise<string | null> {
  const rows = await db.select<{ standby: boolean; readOnly: boolean }>(Prisma.sql`/* ready, prepared */
SELECT pg_is_in_recovery() AS standby, current_setting('transaction_read_only')::boolean AS "readOnly"`);
  if (rows[0]!.standby) return 'the database is a standby and takes no writes';
  return rows[0]!.readOnly ? 'the database is read-only' : null;
}

function recentFailure(db: Writer): string | null {
  const { current } = lastFailure(db);
  if (!current || Date.now() - current.failedAt > failureCountsMs) return null;
  return `the last write failed: ${current.cause}`;
}

/** The database's clock. */
export async function readTime(db: Reader): Promise<Date> {
  const rows = await db.prisma.$queryRaw<{ now: Date }[]>`/* read_time, prepared */ SELECT clock_timestamp() AS now`;
  return rows[0]!.now;
}
