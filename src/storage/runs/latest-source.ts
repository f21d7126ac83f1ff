import { Prisma } from '../../generated/prisma/client.ts';
import { sortTextLength, wholeRun } from '../rows.ts';

/**
 * Which latest entry of a run is meant: that of the run as a whole (`wholeRun`), of the newest attempt of one step
 * (`step`), of the run itself (`run`), or what `step::key` means: the run's own entry under just that key, else the
 * step's (`qualified`).
 */
export type LatestSource =
  | { kind: 'wholeRun' | 'run'; key: string }
  | { kind: 'step'; step: string; key: string }
  | { kind: 'qualified'; literal: string; step: string; key: string };

/** The rows of latest_entry that the source means, at most one a run, all by index. */
export function latestRows(source: LatestSource): Prisma.Sql {
  switch (source.kind) {
    case 'wholeRun':
      return Prisma.sql`(SELECT * FROM latest_entry WHERE filter_scope = '' AND key = ${source.key})`;
    case 'run':
      return Prisma.sql`(SELECT * FROM latest_entry WHERE filter_scope IS NULL AND key = ${source.key} AND scope_id = run_id)`;
    case 'step':
      return Prisma.sql`(SELECT * FROM latest_entry WHERE filter_scope = ${source.step} AND key = ${source.key})`;
    case 'qualified':
      return Prisma.sql`(
        SELECT * FROM latest_entry WHERE filter_scope IS NULL AND key = ${source.literal} AND scope_id = run_id
        UNION ALL
        SELECT * FROM latest_entry s WHERE filter_scope = ${source.step} AND key = ${source.key} AND NOT EXISTS (
          SELECT FROM latest_entry own WHERE own.run_id = s.run_id AND own.scope_id = s.run_id AND own.key = ${source.literal}))`;
  }
}

/**
 * How conditions on runs are tried: on each `run` that is come by, for a page of those that pass; or on all `together`,
 * to count them, where the planner may begin with the runs or with the index.
 */
export type Trial = 'run' | 'together';

/**
 * Whether a row `l` that the source means in the run `r` passes all the tests. It is cheap from either end: by index from
 * the key to the rows that pass, or from one run to its row. For that, the run is compared outermost, and the row of a
 * step is found through the step.
 */
export function existsLatest(source: LatestSource, tests: readonly Prisma.Sql[], trial: Trial): Prisma.Sql {
  // With OFFSET the planner does not make a join of it, whose size it would guess wrong by orders of magnitude.
  const fence = trial === 'run' ? Prisma.sql`OFFSET 0` : Prisma.empty;
  const exists = (rows: Prisma.Sql, ...conditions: Prisma.Sql[]) =>
    Prisma.sql`EXISTS (SELECT FROM ${rows} WHERE ${Prisma.join([Prisma.sql`l.run_id = r.id`, ...conditions], ' AND ')} ${fence})`;
  const own = (key: string, ...more: readonly Prisma.Sql[]) =>
    exists(
      Prisma.sql`latest_entry l`,
      Prisma.sql`l.scope_id = r.id AND l.filter_scope IS NULL AND l.key = ${key}`,
      ...more,
    );
  const ofStep = (step: string, key: string) =>
    exists(
      Prisma.sql`latest_entry l JOIN step s ON s.run_id = l.run_id AND s.id = l.scope_id`,
      Prisma.sql`s.name = ${step} AND NOT s.superseded AND l.filter_scope = ${step} AND l.key = ${key}`,
      ...tests,
    );
  switch (source.kind) {
    case 'wholeRun':
      return exists(
        Prisma.sql`latest_entry l`,
        Prisma.sql`l.scope_id = ${wholeRun}::uuid AND l.filter_scope = '' AND l.key = ${source.key}`,
        ...tests,
      );
    case 'run':
      return own(source.key, ...tests);
    case 'step':
      return ofStep(source.step, source.key);
    case 'qualified':
      return Prisma.sql`(${own(source.literal, ...tests)} OR (${ofStep(source.step, source.key)} AND NOT ${own(source.literal)}))`;
  }
}

/** The rows that the source means in the run `r`, found from the run: for what no index helps with. */
export function latestRowsOfRun(source: LatestSource): Prisma.Sql {
  if (source.kind !== 'wholeRun') return Prisma.sql`(SELECT * FROM ${latestRows(source)} q WHERE q.run_id = r.id)`;
  return Prisma.sql`(SELECT * FROM latest_entry WHERE run_id = r.id AND scope_id = ${wholeRun}::uuid AND key = ${source.key})`;
}

/** The rows that the source means in some runs, found from their ids, which a query gives. */
export function latestRowsAmong(source: LatestSource, ids: Prisma.Sql): Prisma.Sql {
  return Prisma.sql`(SELECT o.* FROM unnest(ARRAY(${ids})) AS r(id) CROSS JOIN LATERAL ${latestRowsOfRun(source)} o)`;
}

/** What a latest row keeps of a text to sort it by. */
export function firstCharacters(text: string) {
  return Array.from(text.slice(0, 2 * sortTextLength))
    .slice(0, sortTextLength)
    .join('');
}

/** Whether a latest row `l` of a text may have only the beginning of it. */
export const isCutText = Prisma.raw(`length(l.sort_text) >= ${sortTextLength}`);

/** The value of a latest row `l` as jsonb. */
export const latestValue = Prisma.sql`(SELECT e.value::jsonb FROM metadata_entry e WHERE e.run_id = l.run_id AND e.id = l.entry_id)`;

/** The value of a latest row `l` as json: as it was written. */
export const latestJson = Prisma.sql`(SELECT e.value FROM metadata_entry e WHERE e.run_id = l.run_id AND e.id = l.entry_id)`;

/** The whole text of a latest row `l` of a text; what the row itself keeps is only the beginning. */
export const latestText = Prisma.sql`(CASE WHEN ${isCutText} THEN ${latestValue} #>> '{}' ELSE l.sort_text END)`;
