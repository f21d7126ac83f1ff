import { Prisma } from '../../generated/prisma/client.ts';
import { askAside } from '../postgres/aside.ts';
import type { Reader } from '../postgres/database.ts';
import type { ExecutionStatus } from '../rows.ts';
import { mapSources, resolveQualifiedKeys, sourcesOf } from '../runs/qualified-keys.ts';
import { filterSql, inSight, type RunFilter } from '../runs/run-filter.ts';
import { pipelineInSight, runInSight } from '../runs/sight-sql.ts';

/** How runs divide: by every status, in its order, and by pipeline those with the most runs, by their number and then by name. */
export type RunFacetRow = {
  total: number;
  statuses: { status: ExecutionStatus; runs: number }[];
  pipelines: { pipeline: string; runs: number }[];
};

const maxPipelines = 50;

type Row = { status: ExecutionStatus | null; pipeline: string | null; runs: number };

/** How all runs divide, from the counters. */
export function readRunFacets(db: Reader): Promise<RunFacetRow> {
  return askAside(db, { name: 'run_facets', key: '', isDear: false, ask: selectFacets });
}

async function selectFacets(db: Reader): Promise<RunFacetRow> {
  const rows = await db.prisma.$queryRaw<Row[]>`/* read_run_facets, prepared */
SELECT s.status::text, NULL AS pipeline, coalesce(c.runs, 0) AS runs, s.place
FROM unnest(enum_range(NULL::"ExecutionStatus")) WITH ORDINALITY AS s(status, place)
LEFT JOIN run_count c ON c.pipeline = '' AND c.status = s.status
UNION ALL
(SELECT NULL, pipeline, sum(runs)::int, row_number() OVER (ORDER BY sum(runs) DESC, pipeline) AS place
FROM run_count WHERE pipeline <> '' GROUP BY pipeline HAVING sum(runs) > 0 ORDER BY place LIMIT ${maxPipelines}::int)
ORDER BY place`;
  return toFacets(rows);
}

/** How the runs that pass a filter divide: each of them is looked at. */
export function countRunFacets(db: Reader, filter: RunFilter): Promise<RunFacetRow> {
  const ask = (aside: Reader) => selectFacetsOf(aside, filter);
  return askAside(db, { name: 'run_facets', key: JSON.stringify(filter), isDear: true, ask });
}

async function selectFacetsOf(db: Reader, filter: RunFilter): Promise<RunFacetRow> {
  const resolved = inSight(db, mapSources(filter, await resolveQualifiedKeys(db, sourcesOf(filter))));
  const rows = await db.prisma.$queryRaw<Row[]>`/* count_run_facets */
WITH counted AS MATERIALIZED (
  SELECT r.status, r.pipeline, count(*)::int AS runs FROM pipeline_run r WHERE ${filterSql(resolved, 'together')} GROUP BY 1, 2
)
SELECT s.status::text, NULL AS pipeline, coalesce(sum(c.runs), 0)::int AS runs, s.place
FROM unnest(enum_range(NULL::"ExecutionStatus")) WITH ORDINALITY AS s(status, place)
LEFT JOIN counted c ON c.status = s.status GROUP BY s.status, s.place
UNION ALL
(SELECT NULL, pipeline, sum(runs)::int, row_number() OVER (ORDER BY sum(runs) DESC, pipeline) AS place
FROM counted GROUP BY pipeline ORDER BY place LIMIT ${maxPipelines}::int)
ORDER BY place`;
  return toFacets(rows);
}

function toFacets(rows: Row[]): RunFacetRow {
  const statuses: RunFacetRow['statuses'] = [];
  const pipelines: RunFacetRow['pipelines'] = [];
  for (const { status, pipeline, runs } of rows) {
    if (status !== null) statuses.push({ status, runs });
    else if (pipeline !== null) pipelines.push({ pipeline, runs });
  }
  return { total: statuses.reduce((total, { runs }) => total + runs, 0), statuses, pipelines };
}

export type PipelineRow = { name: string; runs: number; lastStartedAt: Date };

export type PipelineQuestion = {
  /** Names from this one on and before that; null for all. */
  range: { from: string; before: string | null } | null;
  after: string | null;
  take: number;
};

/** The pipelines that have runs in sight, by name: their number from the counters, the last start from its index. */
export function listPipelines(db: Reader, question: PipelineQuestion): Promise<PipelineRow[]> {
  const ask = (aside: Reader) => selectPipelines(aside, question);
  return askAside(db, { name: 'pipelines', key: JSON.stringify(question), isDear: false, ask });
}

async function selectPipelines(db: Reader, question: PipelineQuestion): Promise<PipelineRow[]> {
  const { after, take } = question;
  const rows = await db.prisma.$queryRaw<(PipelineRow & { lastStartedAt: Date | null })[]>`/* list_pipelines */
SELECT c.name, c.runs, (SELECT max(r.started_at) FROM pipeline_run r WHERE r.pipeline = c.name AND ${runInSight(db)}) AS "lastStartedAt"
FROM (SELECT * FROM ${counted(db, question)} p WHERE p.name > ${after ?? ''} ORDER BY p.name LIMIT ${take}::int) c ORDER BY c.name`;
  // Its last run may have been deleted since it was counted.
  return rows.filter((row) => row.lastStartedAt !== null);
}

/** How many pipelines have runs in sight. */
export function countPipelines(db: Reader, range: PipelineQuestion['range']): Promise<number> {
  const ask = (aside: Reader) => selectPipelineCount(aside, range);
  return askAside(db, { name: 'pipeline_count', key: JSON.stringify(range), isDear: false, ask });
}

async function selectPipelineCount(db: Reader, range: PipelineQuestion['range']): Promise<number> {
  const rows = await db.prisma.$queryRaw<{ count: number }[]>`/* count_pipelines */
SELECT count(*)::int AS count FROM ${counted(db, { range })} p`;
  return rows[0]!.count;
}

/** The names of pipelines with the number of their runs, as a table. */
function counted({ sight }: Reader, { range }: Pick<PipelineQuestion, 'range'>): Prisma.Sql {
  const before = range?.before ?? null;
  const within = Prisma.sql`pipeline >= ${range?.from ?? ''} AND (${before}::text IS NULL OR pipeline < ${before})`;
  if (sight.of === 'run')
    return Prisma.sql`(SELECT pipeline AS name, 1 AS runs FROM pipeline_run WHERE id = ${sight.runId}::uuid AND ${within})`;
  const inSight = sight.of === 'all' ? Prisma.sql`true` : pipelineInSight(sight, Prisma.raw('pipeline'));
  return Prisma.sql`(SELECT pipeline AS name, sum(runs)::int AS runs FROM run_count
  WHERE pipeline > '' AND ${within} AND ${inSight} GROUP BY pipeline HAVING sum(runs) > 0)`;
}
