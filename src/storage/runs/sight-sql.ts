import { Prisma } from '../../generated/prisma/client.ts';
import type { Reader } from '../postgres/database.ts';

/**
 * The head of a statement that depends on what is in sight: each kind of sight has a text of its own, and needs a name of
 * its own where it is prepared.
 */
export function named({ sight }: Reader, name: string): Prisma.Sql {
  const suffix = { all: '', pipelines: '_of_pipelines', run: '_of_run' }[sight.of];
  return Prisma.raw(`/* ${name}${suffix}, prepared */`);
}

/** Whether a row of pipeline_run under an alias is in sight. */
export function runInSight({ sight }: Pick<Reader, 'sight'>, alias = 'r'): Prisma.Sql {
  if (sight.of === 'all') return Prisma.sql`true`;
  if (sight.of === 'run') return Prisma.sql`${Prisma.raw(alias)}.id = ${sight.runId}::uuid`;
  return pipelineInSight(sight, Prisma.raw(`${alias}.pipeline`));
}

/** Whether a row with a run_id, but no pipeline, is of a run in sight. */
export function runIdInSight(db: Reader, column: string): Prisma.Sql {
  const runId = Prisma.raw(column);
  if (db.sight.of === 'all') return Prisma.sql`true`;
  if (db.sight.of === 'run') return Prisma.sql`${runId} = ${db.sight.runId}::uuid`;
  return Prisma.sql`EXISTS (SELECT FROM pipeline_run sighted WHERE sighted.id = ${runId} AND ${runInSight(db, 'sighted')})`;
}

/** Whether the pipeline of a counter is in sight. */
export function pipelineInSight(
  sight: { names: readonly string[]; prefixes: readonly string[] },
  pipeline: Prisma.Sql,
): Prisma.Sql {
  return Prisma.sql`(${pipeline} = ANY(${sight.names}::text[]) OR EXISTS (SELECT FROM unnest(${sight.prefixes}::text[]) AS prefixed(start) WHERE ${pipeline} ^@ prefixed.start))`;
}
