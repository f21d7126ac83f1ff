import { Prisma } from '../../generated/prisma/client.ts';
import type { ExecutionStatus } from '../rows.ts';
import type { FailureRow } from './failures.ts';

/** How a run or step ends. */
export type RowEnding = { status: ExecutionStatus; endedAt: Date; failure: FailureRow | null };

/**
 * What else is written when the rows `ended` (run_id, id) end: why they failed, where that is known, and that their silence
 * means nothing any more. What the service wrote when it took one for dead goes.
 */
export function noteEnding(failure: FailureRow | null): Prisma.Sql {
  const { type = null, message = null, traceback = null } = failure ?? {};
  return Prisma.sql`failed AS (
  INSERT INTO failure (run_id, scope_id, type, message, traceback)
  SELECT run_id, id, ${type}::text, ${message}::text, ${traceback}::text FROM ended WHERE ${type}::text IS NOT NULL
  ON CONFLICT (run_id, scope_id) DO UPDATE SET type = excluded.type, message = excluded.message, traceback = excluded.traceback
), forgotten AS (
  DELETE FROM failure f USING ended e WHERE f.run_id = e.run_id AND f.scope_id = e.id AND ${type}::text IS NULL
), unwatched AS (
  UPDATE heartbeat h SET watched = false FROM ended e WHERE h.run_id = e.run_id AND h.scope_id = e.id AND h.watched
)`;
}
