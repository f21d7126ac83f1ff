import type pg from 'pg';

/** After which Postgres cancels what a session does, in milliseconds; and how much it may take meanwhile. */
export type SessionLimits = {
  /** A statement. */
  statementTimeoutMs: number;
  /** The wait for a lock of somebody else's. */
  lockTimeoutMs: number;
  /** Whether one statement may take several cores; default: what Postgres is set to. */
  parallel?: boolean | undefined;
};

/** A transaction that does nothing, because its server is frozen or lost, must not hold its locks for long. */
const idleInTransactionMs = 5_000;

/**
 * How every connection is opened. All settings of the session travel in one start-up parameter, `options`: that is the one
 * which a pooler can be told to ignore (`ignore_startup_parameters = options`); then the role must have them instead.
 * Sessions run in UTC: Prisma reads and writes timestamps wrongly in any other zone. Nothing is compiled: the planner cannot
 * know how few rows the statements touch, and where it fears many, compiling takes longer than all the rest.
 */
export function connectionOptions(
  connectionString: string,
  applicationName: string,
  timeouts?: SessionLimits,
): pg.ClientConfig {
  const settings = {
    TimeZone: 'UTC',
    jit: 'off',
    ...(timeouts && {
      statement_timeout: timeouts.statementTimeoutMs,
      lock_timeout: timeouts.lockTimeoutMs,
      idle_in_transaction_session_timeout: idleInTransactionMs,
    }),
    ...(timeouts?.parallel === false && { max_parallel_workers_per_gather: 0 }),
  };
  return {
    connectionString,
    options: Object.entries(settings)
      .map(([name, value]) => `-c ${name}=${value}`)
      .join(' '),
    application_name: applicationName,
    keepAlive: true,
  };
}
