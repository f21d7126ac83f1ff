import { Prisma } from '../../generated/prisma/client.ts';
import type { Reader } from '../postgres/database.ts';
import type { ExecutionStatus, MetadataType } from '../rows.ts';
import type { Sight } from '../sight.ts';
import { equalsAny, equalsAnyIndexed, type Operand } from './equality.ts';
import { atPath } from './json-path.ts';
import {
  existsLatest,
  firstCharacters,
  type LatestSource,
  latestJson,
  latestRowsOfRun,
  latestText,
  latestValue,
  type Trial,
} from './latest-source.ts';
import { runInSight } from './sight-sql.ts';

export type MetadataTest =
  | { test: 'type'; type: MetadataType }
  | { test: 'equals'; anyOf: Operand[] }
  | { test: 'compare'; operator: '>' | '>=' | '<' | '<='; number: string }
  | { test: 'contains' | 'startsWith'; text: string }
  /** JSON of a member. */
  | { test: 'has'; text: string };

/** A condition on runs. `all` of nothing holds, `any` of nothing does not. */
export type RunFilter =
  | { kind: 'all' | 'any'; of: RunFilter[] }
  | { kind: 'not'; of: RunFilter }
  | { kind: 'pipelines'; anyOf: string[] }
  | { kind: 'status'; anyOf: ExecutionStatus[] }
  | { kind: 'namePrefix'; from: string; before: string | null }
  | { kind: 'sight'; sight: Sight }
  | { kind: 'nameContains'; text: string }
  | { kind: 'startedAfter' | 'startedBefore' | 'endedAfter' | 'endedBefore'; at: Date }
  | { kind: 'metadata'; source: LatestSource; path: string[]; exists: boolean; tests: MetadataTest[] };

/** The filter, and that the run is in sight. */
export function inSight({ sight }: Reader, filter: RunFilter): RunFilter {
  return sight.of === 'all' ? filter : { kind: 'all', of: [{ kind: 'sight', sight }, filter] };
}

/** The condition as SQL on a row `r` of pipeline_run; never null. */
export function filterSql(filter: RunFilter, trial: Trial): Prisma.Sql {
  const sqlOf = (part: RunFilter) => filterSql(part, trial);
  switch (filter.kind) {
    case 'all':
      return filter.of.length === 0 ? Prisma.sql`true` : Prisma.sql`(${Prisma.join(filter.of.map(sqlOf), ' AND ')})`;
    case 'any':
      return filter.of.length === 0 ? Prisma.sql`false` : Prisma.sql`(${Prisma.join(filter.of.map(sqlOf), ' OR ')})`;
    case 'not':
      return Prisma.sql`NOT (${sqlOf(filter.of)})`;
    case 'pipelines':
      return filter.anyOf.length === 1
        ? Prisma.sql`r.pipeline = ${filter.anyOf[0]}`
        : Prisma.sql`r.pipeline = ANY(${filter.anyOf}::text[])`;
    case 'status':
      return Prisma.sql`r.status = ANY(${filter.anyOf}::text[]::"ExecutionStatus"[])`;
    case 'namePrefix':
      return filter.before === null
        ? Prisma.sql`r.name >= ${filter.from}`
        : Prisma.sql`(r.name >= ${filter.from} AND r.name < ${filter.before})`;
    case 'sight':
      return runInSight(filter);
    case 'nameContains':
      return Prisma.sql`strpos(r.name, ${filter.text}) > 0`;
    case 'startedAfter':
      return Prisma.sql`r.started_at >= ${filter.at.toISOString()}::timestamptz`;
    case 'startedBefore':
      return Prisma.sql`r.started_at < ${filter.at.toISOString()}::timestamptz`;
    case 'endedAfter':
      return Prisma.sql`(r.ended_at IS NOT NULL AND r.ended_at >= ${filter.at.toISOString()}::timestamptz)`;
    case 'endedBefore':
      return Prisma.sql`(r.ended_at IS NOT NULL AND r.ended_at < ${filter.at.toISOString()}::timestamptz)`;
    case 'metadata':
      return metadataSql(filter, trial);
  }
}

function metadataSql(
  { source, path, exists, tests }: Extract<RunFilter, { kind: 'metadata' }>,
  trial: Trial,
): Prisma.Sql {
  const found =
    path.length === 0 ? existsLatest(source, tests.map(indexedTest), trial) : existsAtPath(source, path, tests);
  return exists ? found : Prisma.sql`NOT ${found}`;
}

function existsAtPath(source: LatestSource, path: string[], tests: MetadataTest[]): Prisma.Sql {
  const columns = [Prisma.sql`${atPath(latestValue, path)} AS v`];
  // Only the text as it was written tells 1e21 from 1000000000000000000000.
  if (tests.some(({ test }) => test === 'type')) columns.push(Prisma.sql`${atPath(latestJson, path, 'json')} AS j`);
  const held = Prisma.join([Prisma.sql`n.v IS NOT NULL`, ...tests.map(nestedTest)], ' AND ');
  return Prisma.sql`EXISTS (SELECT FROM (SELECT ${Prisma.join(columns)} FROM ${latestRowsOfRun(source)} l OFFSET 0) n WHERE ${held})`;
}

/** A test of a whole value: on the columns of its latest row `l`, which but for the type are in the index. */
export function indexedTest(test: MetadataTest): Prisma.Sql {
  switch (test.test) {
    case 'type':
      return Prisma.sql`l.type = ${test.type}::"MetadataType"`;
    case 'compare':
      return Prisma.sql`(l.sort_class = 0 AND l.sort_number ${Prisma.raw(test.operator)} ${test.number}::numeric)`;
    case 'contains':
      return Prisma.sql`(l.sort_class = 1 AND strpos(${latestText}, ${test.text}) > 0)`;
    case 'startsWith':
      return Prisma.sql`(l.sort_class = 1 AND l.sort_text ^@ ${firstCharacters(test.text)} AND starts_with(${latestText}, ${test.text}))`;
    case 'equals':
      return equalsAnyIndexed(test.anyOf);
    case 'has':
      return Prisma.sql`(CASE WHEN l.type IN ('LIST', 'SET', 'TUPLE') THEN ${hasMember(latestValue, test.text)} ELSE false END)`;
  }
}

/** A test of what stands at a path: `n.v`, and as it was written `n.j`. */
function nestedTest(test: MetadataTest): Prisma.Sql {
  switch (test.test) {
    case 'type':
      return Prisma.sql`(CASE jsonb_typeof(n.v) WHEN 'string' THEN 'STRING' WHEN 'boolean' THEN 'BOOLEAN' WHEN 'null' THEN 'NULL'
        WHEN 'array' THEN 'LIST' WHEN 'object' THEN 'DICT' ELSE CASE WHEN n.j::text ~ '[.eE]' THEN 'FLOAT' ELSE 'INT' END END) = ${test.type}`;
    case 'compare':
      return Prisma.sql`(CASE WHEN jsonb_typeof(n.v) = 'number' THEN (n.v #>> '{}')::numeric ${Prisma.raw(test.operator)} ${test.number}::numeric ELSE false END)`;
    case 'contains':
      return Prisma.sql`(CASE WHEN jsonb_typeof(n.v) = 'string' THEN strpos(n.v #>> '{}', ${test.text}) > 0 ELSE false END)`;
    case 'startsWith':
      return Prisma.sql`(CASE WHEN jsonb_typeof(n.v) = 'string' THEN starts_with(n.v #>> '{}', ${test.text}) ELSE false END)`;
    case 'equals':
      return equalsAny(
        Prisma.sql`n.v`,
        test.anyOf.map(({ text }) => text),
        'jsonb',
      );
    case 'has':
      return Prisma.sql`(CASE WHEN jsonb_typeof(n.v) = 'array' THEN ${hasMember(Prisma.sql`n.v`, test.text)} ELSE false END)`;
  }
}

/** Whether an array, of jsonb, has a member that equals the JSON. */
function hasMember(array: Prisma.Sql, text: string): Prisma.Sql {
  return Prisma.sql`EXISTS (SELECT FROM jsonb_array_elements(${array}) AS m(v) WHERE m.v = ${text}::text::jsonb)`;
}
