import { timed } from '../../measure/clock.ts';
import { askAside } from '../postgres/aside.ts';
import { perSight, type Reader } from '../postgres/database.ts';
import { createSingleFlight } from '../postgres/single-flight.ts';
import type { RunRow } from '../rows.ts';
import { isDearList, isPlainList } from './dear.ts';
import type { LatestSource } from './latest-source.ts';
import { mapSources, resolveQualifiedKeys, sourcesOf } from './qualified-keys.ts';
import { filterSql, inSight, type RunFilter } from './run-filter.ts';
import { endedSql, notEndedSql } from './run-list-ended-sql.ts';
import { classSql, plainSql, withoutKeySql } from './run-list-sql.ts';
import { findSelectiveRuns } from './selectivity.ts';

/**
 * How runs are ordered. By metadata: first the runs with a number there, then those with a text, then those with
 * anything else, each in the direction asked for; last, newest first, the runs without the key. By end or duration: last,
 * newest first, the runs that have not ended.
 */
export type RunOrder =
  | { by: 'startedAt' | 'name' | 'endedAt' | 'duration'; descending: boolean }
  | { by: 'metadata'; source: LatestSource; path: string[]; descending: boolean };

/** Where a run stands in its order: what the next page begins behind. Of `sortClass` 3 are the runs without the key. */
export type RunPosition = {
  id: string;
  startedAt: Date;
  endedAt: Date | null;
  name: string;
  sortClass?: 0 | 1 | 2 | 3;
  sortNumber?: string | null;
  sortText?: string | null;
};

export type RunListRow = RunRow & Pick<RunPosition, 'sortClass' | 'sortNumber' | 'sortText'>;

export type RunListQuestion = { filter: RunFilter; order: RunOrder; after: RunPosition | null; take: number };

const listing = perSight(() => createSingleFlight<RunListRow[]>());

/**
 * Up to `take` runs that pass the filter, in order, behind a position. One statement, by end or duration at most two, by
 * metadata four; before
 * them one where the filter has conditions on metadata, and one where it or the order has a key of the form `step::key`.
 * Callers that ask the same question at the same moment share the answer. What may have to look at many runs goes aside.
 */
export function listRuns(db: Reader, question: RunListQuestion): Promise<RunListRow[]> {
  const key = JSON.stringify(question);
  if (isPlainList(question) && db.sight.of === 'all')
    return timed(db.clock, 'run_list', () => listing(db)(key, () => selectRuns(db, question)));
  const isDear = isDearList(question);
  return askAside(db, { name: 'run_list', key, isDear, ask: (aside) => selectRuns(aside, question) });
}

async function selectRuns(db: Reader, asked: RunListQuestion): Promise<RunListRow[]> {
  if (asked.take === 0) return [];
  const question = await resolveSources(db, { ...asked, filter: inSight(db, asked.filter) });
  const { order, after } = question;
  const among = await findSelectiveRuns(db, question.filter);
  if (order.by === 'endedAt' || order.by === 'duration') {
    const ended =
      after && !after.endedAt ? [] : await db.select<RunListRow>(endedSql(question, { ...order, by: order.by }, among));
    if (ended.length >= question.take) return ended;
    const rest = { ...question, after: after && !after.endedAt ? after : null, take: question.take - ended.length };
    return [...ended, ...(await db.select<RunListRow>(notEndedSql(rest, among)))];
  }
  if (order.by !== 'metadata') return db.select<RunListRow>(plainSql(question, { ...order, by: order.by }, among));
  const rows: RunListRow[] = [];
  for (const sortClass of [0, 1, 2, 3] as const) {
    if (rows.length >= question.take) break;
    if (after && (after.sortClass ?? 3) > sortClass) continue;
    const behind = after && after.sortClass === sortClass ? after : null;
    const take = question.take - rows.length;
    const sql =
      sortClass === 3
        ? withoutKeySql(question.filter, order, behind, take, among)
        : classSql(question.filter, order, sortClass, behind, take, among);
    rows.push(...(await db.select<RunListRow>(sql)));
  }
  return rows;
}

async function resolveSources(db: Reader, question: RunListQuestion): Promise<RunListQuestion> {
  const { filter, order } = question;
  const resolve = await resolveQualifiedKeys(db, [
    ...sourcesOf(filter),
    ...(order.by === 'metadata' ? [order.source] : []),
  ]);
  return {
    ...question,
    filter: mapSources(filter, resolve),
    order: order.by === 'metadata' ? { ...order, source: resolve(order.source) } : order,
  };
}

/** How many runs pass the filter: each that may pass is looked at. */
export function countRuns(db: Reader, filter: RunFilter): Promise<number> {
  const ask = (aside: Reader) => selectCount(aside, filter);
  return askAside(db, { name: 'run_count', key: JSON.stringify(filter), isDear: true, ask });
}

async function selectCount(db: Reader, filter: RunFilter): Promise<number> {
  const resolved = inSight(db, mapSources(filter, await resolveQualifiedKeys(db, sourcesOf(filter))));
  const rows = await db.prisma.$queryRaw<{ count: number }[]>`/* count_runs */
SELECT count(*)::int AS count FROM pipeline_run r WHERE ${filterSql(resolved, 'together')}`;
  return rows[0]!.count;
}
