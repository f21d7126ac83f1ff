import { counter, gauge, histogram, type Metric } from '../../measure/metric.ts';
import type { Database } from './database.ts';

/** What has been counted of an open database, and how its connections stand. */
export function databaseMetrics({ counts, pool, maxConnections }: Database): Metric[] {
  const statements = [...counts.statements];
  const batches = [...counts.batches];
  const idle = pool.idleCount;
  return [
    histogram(
      'runledger_statement_duration_seconds',
      'SQL statements by name, from when they were sent to when they were answered.',
      statements.map(([statement, { seconds }]) => [{ statement }, seconds]),
    ),
    counter(
      'runledger_statement_failures_total',
      'SQL statements that were answered with an error, or not at all.',
      statements.map(([statement, { failed }]) => [{ statement }, failed]),
    ),
    histogram(
      'runledger_batch_size',
      'What went together in one call: writes of a group commit, questions of a look-up.',
      batches.map(([batch, { sizes }]) => [{ batch }, sizes]),
    ),
    gauge(
      'runledger_batch_waiting',
      'What waits to go together: writes, or questions.',
      batches.map(([batch, { waiting }]) => [{ batch }, waiting]),
    ),
    gauge('runledger_pool_connections', 'Open connections to the database.', [
      [{ state: 'used' }, pool.totalCount - idle],
      [{ state: 'idle' }, idle],
    ]),
    gauge('runledger_pool_waiting', 'What waits for a connection.', [[{}, pool.waitingCount]]),
    gauge('runledger_pool_max_connections', 'Connections at most (DATABASE_CONNECTIONS).', [[{}, maxConnections]]),
    gauge(
      'runledger_aside_running',
      'Questions about many runs that are being answered, aside from look-ups and writes.',
      [
        [{ kind: 'light' }, counts.aside.running - counts.aside.dear],
        [{ kind: 'dear' }, counts.aside.dear],
      ],
    ),
    gauge('runledger_aside_waiting', 'Questions about many runs that wait for their turn.', [
      [{}, counts.aside.waiting],
    ]),
    counter('runledger_connections_lost_total', 'How often a connection to the database was found broken.', [
      [{}, counts.connectionsLost],
    ]),
    counter('runledger_entries_logged_total', 'Entries of metadata that were logged.', [[{}, counts.entries]]),
    counter('runledger_replays_total', 'Calls that logged nothing, because their requestId had done so before.', [
      [{}, counts.replays],
    ]),
  ];
}
