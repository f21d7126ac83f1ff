import { Prisma } from '../../generated/prisma/client.ts';
import { nextCursor } from '../changes/record.ts';
import { arrayLiteral } from '../postgres/array-literal.ts';
import type { Writer } from '../postgres/database.ts';
import { type Beat, heardOf } from './heartbeats.ts';

/** Executions looked at by one statement: few enough that nobody waits for it. */
const batchSize = 500;

const tables = {
  step: {
    rows: Prisma.raw('step'),
    isOf: Prisma.raw('h.scope_id <> h.run_id'),
    kind: Prisma.raw(`'STEP'`),
    stepId: Prisma.raw('x.id'),
    runId: Prisma.raw('x.run_id'),
  },
  run: {
    rows: Prisma.raw('pipeline_run'),
    isOf: Prisma.raw('h.scope_id = h.run_id'),
    kind: Prisma.raw(`'RUN'`),
    stepId: Prisma.raw('NULL::uuid'),
    runId: Prisma.raw('x.id'),
  },
};

/**
 * Marks as CRASHED, with the time at which it was last heard of as its end, what has been silent for so long; gives how
 * many. Several servers may do it at once, and nobody waits: what is locked is left for the next time.
 */
export async function crashSilent(db: Writer, afterSeconds: number): Promise<number> {
  let crashed = 0;
  for (const kind of ['run', 'step'] as const) {
    for (;;) {
      const { looked, ended } = await crashSome(db, kind, afterSeconds);
      crashed += ended;
      // What is locked by others stays as it is: it is not asked for again and again.
      if (looked < batchSize || ended === 0) break;
    }
  }
  return crashed;
}

async function crashSome(db: Writer, kind: 'run' | 'step', afterSeconds: number) {
  const { rows, isOf, stepId, runId } = tables[kind];
  const name = Prisma.raw(`/* crash_silent_${kind}s, prepared */`);
  const message = `Nothing was heard of its process for ${afterSeconds} s.`;
  const found = await db.select<{ looked: number; ended: number }>(Prisma.sql`${name}
-- A beat that comes while its row is locked here waits, and finds out then that it must take the end back.
WITH silent AS MATERIALIZED (
  SELECT h.run_id, h.scope_id FROM heartbeat h
  WHERE h.watched AND ${isOf} AND h.last_seen_at < now() - make_interval(secs => ${afterSeconds}::int)
  LIMIT ${batchSize}::int FOR UPDATE SKIP LOCKED
), heard AS MATERIALIZED (
  SELECT h.run_id, h.scope_id, ${heardOf.at} AS at
  FROM silent JOIN heartbeat h USING (run_id, scope_id) ${heardOf.join}
), locked AS MATERIALIZED (
  SELECT ${runId} AS run_id, x.id, heard.at FROM ${rows} x JOIN heard ON heard.run_id = ${runId} AND heard.scope_id = x.id
  WHERE x.status = 'RUNNING' AND heard.at < now() - make_interval(secs => ${afterSeconds}::int)
  ORDER BY x.id FOR UPDATE OF x SKIP LOCKED
), ended AS (
  UPDATE ${rows} x SET status = 'CRASHED', ended_at = greatest(locked.at, x.started_at)
  FROM locked WHERE ${runId} = locked.run_id AND x.id = locked.id RETURNING ${runId} AS run_id, x.id
), failed AS (
  INSERT INTO failure (run_id, scope_id, type, message) SELECT run_id, id, 'Crashed', ${message} FROM ended
  ON CONFLICT (run_id, scope_id) DO UPDATE SET type = excluded.type, message = excluded.message, traceback = NULL
), recorded AS (
  INSERT INTO change (run_id, id, kind, step_id, pipeline, run_name)
  SELECT x.run_id, ${nextCursor}, ${tables[kind].kind}::"ChangeKind", ${stepId}, r.pipeline, r.name
  FROM ended x JOIN pipeline_run r ON r.id = x.run_id
-- What logs but does not say that it lives is not looked at again at once; what has ended is not watched any more.
), noted AS (
  UPDATE heartbeat h SET last_seen_at = heard.at, watched = heard.at >= now() - make_interval(secs => ${afterSeconds}::int)
    OR EXISTS (SELECT FROM ${rows} x WHERE ${runId} = h.run_id AND x.id = h.scope_id AND x.status = 'RUNNING'
      AND NOT EXISTS (SELECT FROM ended WHERE ended.id = x.id))
  FROM heard WHERE h.run_id = heard.run_id AND h.scope_id = heard.scope_id
)
SELECT (SELECT count(*)::int FROM silent) AS looked, (SELECT count(*)::int FROM ended) AS ended`);
  return found[0]!;
}

/** Those among these that were taken for dead. */
export async function findCrashed(db: Writer, { runIds, stepIds }: Beat): Promise<Beat> {
  const rows = await db.prisma.$queryRaw<{ id: string; isRun: boolean }[]>`/* find_crashed, prepared */
SELECT id, true AS "isRun" FROM pipeline_run WHERE id = ANY(${arrayLiteral(runIds)}::uuid[]) AND status = 'CRASHED'
UNION ALL
SELECT id, false FROM step WHERE id = ANY(${arrayLiteral(stepIds)}::uuid[]) AND status = 'CRASHED'`;
  const idsOf = (isRun: boolean) => rows.filter((row) => row.isRun === isRun).map(({ id }) => id);
  return { runIds: idsOf(true), stepIds: idsOf(false) };
}

/** Takes the end back of those among these that were taken for dead: their processes live. Gives how many. */
export async function reviveCrashed(db: Writer, { runIds, stepIds }: Beat): Promise<number> {
  let revived = 0;
  if (runIds.length > 0) revived += await reviveSome(db, 'run', runIds);
  if (stepIds.length > 0) revived += await reviveSome(db, 'step', stepIds);
  return revived;
}

async function reviveSome(db: Writer, kind: 'run' | 'step', ids: readonly string[]): Promise<number> {
  const { rows, stepId, runId } = tables[kind];
  const name = Prisma.raw(`/* revive_${kind}s, prepared */`);
  return db.prisma.$executeRaw`${name}
WITH locked AS MATERIALIZED (
  SELECT ${runId} AS run_id, x.id FROM ${rows} x
  WHERE x.id = ANY(${arrayLiteral(ids)}::uuid[]) AND x.status = 'CRASHED' ORDER BY x.id FOR UPDATE
), revived AS (
  UPDATE ${rows} x SET status = 'RUNNING', ended_at = NULL
  FROM locked WHERE ${runId} = locked.run_id AND x.id = locked.id RETURNING ${runId} AS run_id, x.id
), forgotten AS (
  DELETE FROM failure f USING revived v WHERE f.run_id = v.run_id AND f.scope_id = v.id
), watched AS (
  INSERT INTO heartbeat (run_id, scope_id, last_seen_at) SELECT run_id, id, now() FROM revived ORDER BY run_id, id
  ON CONFLICT (run_id, scope_id) DO UPDATE SET last_seen_at = excluded.last_seen_at, watched = true
)
INSERT INTO change (run_id, id, kind, step_id, pipeline, run_name)
SELECT x.run_id, ${nextCursor}, ${tables[kind].kind}::"ChangeKind", ${stepId}, r.pipeline, r.name
FROM revived x JOIN pipeline_run r ON r.id = x.run_id`;
}
