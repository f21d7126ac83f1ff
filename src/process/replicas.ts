import type { Logger } from 'pino';
import type { Database } from '../storage/postgres/database.ts';
import type { Readiness } from '../storage/postgres/ready.ts';
import { openReplicas, type Replicas, type ReplicasOptions } from '../storage/postgres/replicas.ts';
import type { Settings } from './settings.ts';

/** The replicas that the settings name; undefined where they name none. */
export function openReplicasOf(
  primary: Database,
  settings: Settings,
  connection: ReplicasOptions['database'],
  log: Logger,
): Replicas | undefined {
  const { DATABASE_REPLICA_URL: connectionStrings, DATABASE_REPLICA_MAX_LAG_MS: maxLagMs } = settings;
  if (connectionStrings.length === 0) return undefined;
  const onChange = (line: string) => log.warn(line);
  return openReplicas(primary, { connectionStrings, maxLagMs, database: connection, onChange });
}

/** What is said of the database, and of each of its replicas. One that answers is enough for reads. */
export function withReplicas(
  readiness: Readiness,
  replicas: Replicas | undefined,
): Readiness & { replicas?: string[] } {
  if (!replicas) return readiness;
  const states = replicas.readiness();
  const reads = states.includes('ok') ? 'ok' : readiness.reads;
  return { reads, writes: readiness.writes, replicas: states };
}
