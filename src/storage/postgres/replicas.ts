import { counter, gauge, type Metric } from '../../measure/metric.ts';
import type { Database, DatabaseOptions } from './database.ts';
import { openReplica, type Replica, readCluster, serves } from './replica.ts';
import { createLagGauge } from './replica-lag.ts';
import { readPosition, type WalPosition, wantPositions } from './wal-position.ts';

export type { Replica } from './replica.ts';

export type ReplicasOptions = {
  connectionStrings: string[];
  /** How long a replica may be missing what the primary has before it is left aside. */
  maxLagMs: number;
  /** How each is opened. */
  database: Omit<DatabaseOptions, 'connectionString' | 'counts'>;
  /** Told when one is left aside, and when it serves again. */
  onChange: (line: string) => void;
};

/** The replicas beside a primary, of which those answer queries that are well and near enough. */
export type Replicas = {
  /** One that serves whoever has to see all up to a position, in turn; null where the primary has to. */
  choose(position: WalPosition | null): Replica | null;
  /** Of each, in the order in which they were given: `ok`, or why it is left aside. */
  readiness(): string[];
  metrics(): Metric[];
  close(): Promise<void>;
};

/** Between two looks. Who has just written reads on the primary for about so long. */
const lookMs = 250;

/** Opens replicas and begins to look at them. Connects in the background: none of them is needed. */
export function openReplicas(primary: Database, options: ReplicasOptions): Replicas {
  const { connectionStrings, maxLagMs, database, onChange } = options;
  const lag = createLagGauge(2 * maxLagMs + 10 * lookMs);
  let cluster: string | null = null;
  const clusterOfPrimary = async () => {
    cluster ??= await readCluster(primary.pool);
    return cluster;
  };
  const replicas = connectionStrings.map((connectionString, index) =>
    openReplica({
      name: `Replica ${index + 1} (${placeOf(connectionString)})`,
      database: { ...database, connectionString, counts: primary.counts },
      lag,
      maxLagMs,
      clusterOfPrimary,
      onChange,
    }),
  );
  wantPositions(primary);
  let turn = 0;
  let onPrimary = 0;
  const timers = new Set<NodeJS.Timeout>();
  let closed = false;

  /** Looks again a while after each look is over: one that takes long is not asked twice. */
  function keepLooking(look: () => Promise<unknown>): Promise<void> {
    return look().then(
      () => later(look),
      () => later(look),
    );
  }
  function later(look: () => Promise<unknown>) {
    if (closed) return;
    const timer = setTimeout(() => {
      timers.delete(timer);
      void keepLooking(look);
    }, lookMs);
    timers.add(timer.unref());
  }
  void keepLooking(async () => lag.note(await readPosition(primary), performance.now()));
  for (const replica of replicas) void keepLooking(replica.look);

  return {
    choose(position) {
      for (let tried = 0; tried < replicas.length; tried += 1) {
        turn = (turn + 1) % replicas.length;
        const replica = replicas[turn]!;
        if (!serves(replica, position)) continue;
        replica.queries += 1;
        return replica;
      }
      onPrimary += 1;
      return null;
    },
    readiness: () => replicas.map(({ state }) => state),
    metrics: () => metricsOf(replicas, onPrimary),
    async close() {
      closed = true;
      for (const timer of timers) clearTimeout(timer);
      await Promise.all(replicas.map((replica) => replica.close()));
    },
  };
}

/** Without the password. */
function placeOf(connectionString: string): string {
  const { host, pathname } = new URL(connectionString);
  return `${host}${pathname}`;
}

function metricsOf(replicas: Replica[], onPrimary: number): Metric[] {
  const each = (value: (replica: Replica) => number) =>
    replicas.map((replica, index): [{ replica: number }, number] => [{ replica: index + 1 }, value(replica)]);
  return [
    {
      ...gauge(
        'runledger_replica_serving',
        'Whether a replica answers queries (1) or is left aside (0), by its place in DATABASE_REPLICA_URL.',
        each(({ state }) => (state === 'ok' ? 1 : 0)),
      ),
      aggregator: 'min',
    },
    {
      ...gauge(
        'runledger_replica_lag_seconds',
        'For how long there has been something that the replica does not have.',
        each(({ lag }) => lag),
      ),
      aggregator: 'max',
    },
    counter(
      'runledger_replica_queries_total',
      'GraphQL queries that a replica was given.',
      each(({ queries }) => queries),
    ),
    counter(
      'runledger_replica_redone_total',
      'GraphQL queries that a replica failed at, and the primary was asked.',
      each(({ redone }) => redone),
    ),
    counter(
      'runledger_replica_passed_over_total',
      'GraphQL queries for which no replica was well, or as far as the caller had to see: the primary was asked.',
      [[{}, onPrimary]],
    ),
  ];
}
