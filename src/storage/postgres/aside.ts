import type { Database, Reader } from './database.ts';
import { perDatabase } from './database.ts';
import { isCancelled, TooDearError } from './failures.ts';
import { createLane, type LaneWork } from './lane.ts';

/** A question about many runs; what it asks is asked of the reader that it is given. */
export type AsideQuestion<Result> = Omit<LaneWork<Result>, 'run'> & { ask: (db: Reader) => Promise<Result> };

const laneOf = perDatabase((db: Database) => createLane(db.aside.atOnce, db.counts.aside));

/** Below this there is no sense in beginning. */
const leastMs = 50;

/**
 * Asks aside from look-ups by key and from writes, which have the rest of the connections: so many questions at once, however
 * many are waiting. Whoever asks the same thing of the same sight before it has begun shares the answer. A dear one has a
 * statement timeout of its own, and one core at most.
 * @throws CrowdedError when its turn did not come before its request was due, TooDearError when it took too long.
 */
export function askAside<Result>(db: Reader, { ask, ...question }: AsideQuestion<Result>): Promise<Result> {
  const { sight, clock } = db;
  const opened = (db.opened ?? db) as Database;
  const startedAt = clock?.startedAt ?? performance.now();
  const leftMs = () => Math.max(leastMs, opened.aside.waitMs - (performance.now() - startedAt));
  const key = `${question.name} ${question.key} ${JSON.stringify(sight)}`;
  const run = () =>
    question.isDear
      ? askDearly(opened, Math.round(Math.min(leftMs(), opened.aside.timeoutMs)), (prisma) =>
          ask({ ...opened, sight, opened, prisma }),
        )
      : ask({ ...opened, sight, opened });
  return laneOf(opened)({ ...question, key, run }, leftMs(), clock);
}

async function askDearly<Result>(
  db: Database,
  timeoutMs: number,
  ask: (prisma: Reader['prisma']) => Promise<Result>,
): Promise<Result> {
  const begunAt = performance.now();
  try {
    return await db.prisma.$transaction(
      async (transaction) => {
        await transaction.$queryRaw`/* begin_dear, prepared */
SELECT set_config('statement_timeout', ${String(timeoutMs)}, true), set_config('max_parallel_workers_per_gather', '0', true)`;
        return ask(transaction);
      },
      { timeout: timeoutMs + 1_000 },
    );
  } catch (error) {
    const tookMs = performance.now() - begunAt;
    throw isCancelled(error) && tookMs >= timeoutMs ? new TooDearError(timeoutMs, { cause: error }) : error;
  }
}
