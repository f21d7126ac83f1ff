import type pg from 'pg';
import { type Database, type DatabaseOptions, openDatabase } from './database.ts';
import { describeFailure } from './failures.ts';
import { openPool } from './pool.ts';
import type { LagGauge } from './replica-lag.ts';
import { type WalPosition, walNumber } from './wal-position.ts';
import { within } from './within.ts';

/** A replica that is looked at all the time, and serves as long as it is well and near enough to the primary. */
export type Replica = {
  readonly name: string;
  readonly db: Database;
  /** `ok`, or why it is left aside. */
  state: string;
  /** Up to where it had come at the last look. */
  replayed: WalPosition | null;
  /** In seconds, at the last look that was answered. */
  lag: number;
  /** Queries that it was given, and those that had to be done again on the primary. */
  queries: number;
  redone: number;
  /** Aborts when it is found dead: whoever waits for an answer of it need not wait longer. */
  lost: AbortSignal;
  /** An answer of it was an outage: it is left aside until it has been looked at. */
  suspect(cause: unknown): void;
  look(): Promise<void>;
  close(): Promise<void>;
};

export type ReplicaOptions = {
  name: string;
  database: DatabaseOptions;
  lag: LagGauge;
  maxLagMs: number;
  /** Which cluster the primary is: a replica must be of the same. Null where that may not be read. */
  clusterOfPrimary: () => Promise<string | null>;
  /** Told when it is left aside, and when it serves again. */
  onChange: (line: string) => void;
};

/** A look that takes longer finds it dead. */
const lookTimeoutMs = 1_000;

type Sight = { standby: boolean; replayed: WalPosition | null };

/** Opens a replica, which serves once it has been looked at. Connects on first use. */
export function openReplica(options: ReplicaOptions): Replica {
  const { name, database, lag, maxLagMs, clusterOfPrimary, onChange } = options;
  const db = openDatabase(database);
  // A connection of its own: the others may all be busy with what takes long, and that is no sickness.
  const watch = openPool({
    connectionString: database.connectionString,
    applicationName: 'runledger watch',
    maxConnections: 1,
    connectTimeoutMs: lookTimeoutMs,
    statementTimeoutMs: lookTimeoutMs,
    lockTimeoutMs: lookTimeoutMs,
    counts: db.counts,
    onLost: () => {},
  });
  let losing = new AbortController();

  const replica: Replica = {
    name,
    db,
    state: 'not looked at yet',
    replayed: null,
    lag: 0,
    queries: 0,
    redone: 0,
    lost: losing.signal,
    suspect: (cause) => settle(`it failed: ${describeFailure(cause)}`),
    async look() {
      try {
        const { standby, replayed } = await within(lookTimeoutMs, lookAt(watch));
        // Before it serves, and not while: which cluster it is does not change under an open connection.
        if (replica.state !== 'ok' && !(await isSameCluster(watch)))
          return settle('it is a replica of another cluster');
        if (!standby || replayed === null) return settle('it is not a standby');
        const lagMs = lag.lagOf(replayed, performance.now());
        replica.replayed = replayed;
        replica.lag = (lagMs ?? 0) / 1_000;
        if (lagMs === null) return settle('the primary has not been looked at yet');
        settle(lagMs <= maxLagMs ? 'ok' : 'it lags behind');
      } catch (error) {
        settle(`it cannot be used: ${describeFailure(error)}`);
        losing.abort();
        losing = new AbortController();
        replica.lost = losing.signal;
      }
    },
    async close() {
      await Promise.all([db.close(), watch.end()]);
    },
  };

  function settle(state: string): void {
    if (state === replica.state) return;
    const served = replica.state === 'ok';
    replica.state = state;
    if (state === 'ok') onChange(`${name} answers queries.`);
    else if (served) onChange(`${name} is left aside: ${state}. Queries go elsewhere.`);
  }

  async function isSameCluster(pool: pg.Pool): Promise<boolean> {
    const [own, primary] = await Promise.all([readCluster(pool), clusterOfPrimary()]);
    return own === null || primary === null || own === primary;
  }
  return replica;
}

async function lookAt(pool: pg.Pool): Promise<Sight> {
  const { rows } = await pool.query<Sight>(
    '/* look_at_replica */ SELECT pg_is_in_recovery() AS standby, pg_last_wal_replay_lsn()::text AS replayed',
  );
  return rows[0]!;
}

/** What a cluster shares with its replicas, and with no other; null where the role may not ask. */
export async function readCluster(pool: pg.Pool): Promise<string | null> {
  try {
    const { rows } = await pool.query<{ id: string }>(
      '/* read_cluster */ SELECT system_identifier::text AS id FROM pg_control_system()',
    );
    return rows[0]!.id;
  } catch (error) {
    if ((error as { code?: string }).code === '42501') return null;
    throw error;
  }
}

/** Whether it serves whoever has to see all up to a position. */
export function serves({ state, replayed }: Replica, position: WalPosition | null): boolean {
  if (state !== 'ok' || replayed === null) return false;
  return position === null || walNumber(replayed) >= walNumber(position);
}
