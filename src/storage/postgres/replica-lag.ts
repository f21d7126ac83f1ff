import { type WalPosition, walNumber } from './wal-position.ts';

/** Tells how long a replica has been missing something, from what the primary's position was when. */
export type LagGauge = {
  /** The primary was seen at this position. */
  note(position: WalPosition, at: number): void;
  /** For how many milliseconds there has been something that a replica at `position` does not have; null where nothing is known of the primary. */
  lagOf(position: WalPosition, at: number): number | null;
};

/**
 * Keeps positions for so long. A clock of the replica is not asked, and a primary on which nothing happens makes nobody
 * look old: `now() - pg_last_xact_replay_timestamp()` fails at both.
 */
export function createLagGauge(keepMs: number): LagGauge {
  /** Each position with when it was first seen, in order. */
  const seen: { number: bigint; at: number }[] = [];
  return {
    note(position, at) {
      const number = walNumber(position);
      const last = seen.at(-1);
      // After a failover the log may go on from an earlier place.
      if (last && number < last.number) seen.length = 0;
      if (last?.number !== number) seen.push({ number, at });
      // The last one before that time stays: a replica behind it is older than all that is kept.
      while (seen.length > 1 && seen[1]!.at < at - keepMs) seen.shift();
    },
    lagOf(position, at) {
      if (seen.length === 0) return null;
      const number = walNumber(position);
      const missing = seen.find((each) => each.number > number);
      return missing ? Math.max(0, at - missing.at) : 0;
    },
  };
}
