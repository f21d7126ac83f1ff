import { Prisma } from '../../generated/prisma/client.ts';

/** What makes a RunRow of a row `r` of pipeline_run. */
export const runColumns = Prisma.raw(
  'r.id, r.name, r.pipeline, r.status::text, r.started_at AS "startedAt", r.ended_at AS "endedAt"',
);

/** What makes a StepRow of a row `s` of step. */
export const stepColumns =
  Prisma.raw(`s.run_id AS "runId", s.id, s.name, s.attempt, s.status::text, s.started_at AS "startedAt",
  s.ended_at AS "endedAt", s.cached_from_id AS "cachedFromId", s.superseded, s.ordinal`);

/** What makes an EntryRow of a row `e` of metadata_entry. */
export const entryColumns = Prisma.raw(
  'e.run_id AS "runId", e.id, e.scope_id AS "scopeId", e.key, e.type::text, e.value::text AS text, e.iteration, e.logged_at AS "loggedAt"',
);
