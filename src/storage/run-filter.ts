import { Prisma } from '../generated/prisma/client.ts';
import {
  atPath,
  type LatestSource,
  existsLatest,
  latestJson,
  latestRowsOfRun,
  latestText,
  latestValue,
} from './latest-source.ts';
import type { ExecutionStatus, MetadataType } from './rows.ts';

/** JSON to be equal to: its text, and what an index knows of it. */
export type Operand = {
  /** Compact JSON. */
  text: string;
  sortClass: 0 | 1 | 2;
  sortNumber: string | null;
  sortText: string | null;
};

export type MetadataTest =
  | { test: 'type'; type: MetadataType }
  | { test: 'equals'; anyOf: Operand[] }
  | { test: 'compare'; operator: '>' | '>=' | '<' | '<='; number: string }
  | { test: 'contains' | 'startsWith'; text: string };

/** A condition on runs. `all` of nothing holds, `any` of nothing does not. */
export type RunFilter =
  | { kind: 'all' | 'any'; of: RunFilter[] }
  | { kind: 'not'; of: RunFilter }
  | { kind: 'pipeline'; name: string }
  | { kind: 'status'; anyOf: ExecutionStatus[] }
  | { kind: 'namePrefix'; from: string; before: string | null }
  | { kind: 'startedAfter' | 'startedBefore'; at: Date }
  | { kind: 'metadata'; source: LatestSource; path: string[]; exists: boolean; tests: MetadataTest[] };

/** The condition as SQL on a row `r` of pipeline_run; never null. */
export function filterSql(filter: RunFilter): Prisma.Sql {
  switch (filter.kind) {
    case 'all':
      return filter.of.length === 0
        ? Prisma.sql`true`
        : Prisma.sql`(${Prisma.join(filter.of.map(filterSql), ' AND ')})`;
    case 'any':
      return filter.of.length === 0
        ? Prisma.sql`false`
        : Prisma.sql`(${Prisma.join(filter.of.map(filterSql), ' OR ')})`;
    case 'not':
      return Prisma.sql`NOT (${filterSql(filter.of)})`;
    case 'pipeline':
      return Prisma.sql`r.pipeline = ${filter.name}`;
    case 'status':
      return Prisma.sql`r.status = ANY(${filter.anyOf}::text[]::"ExecutionStatus"[])`;
    case 'namePrefix':
      return filter.before === null
        ? Prisma.sql`r.name >= ${filter.from}`
        : Prisma.sql`(r.name >= ${filter.from} AND r.name < ${filter.before})`;
    case 'startedAfter':
      return Prisma.sql`r.started_at >= ${filter.at.toISOString()}::timestamptz`;
    case 'startedBefore':
      return Prisma.sql`r.started_at < ${filter.at.toISOString()}::timestamptz`;
    case 'metadata':
      return metadataSql(filter);
  }
}

function metadataSql({ source, path, exists, tests }: Extract<RunFilter, { kind: 'metadata' }>): Prisma.Sql {
  const found = path.length === 0 ? existsLatest(source, tests.map(indexedTest)) : existsAtPath(source, path, tests);
  return exists ? found : Prisma.sql`NOT ${found}`;
}

function existsAtPath(source: LatestSource, path: string[], tests: MetadataTest[]): Prisma.Sql {
  const columns = [Prisma.sql`${atPath(latestValue, path)} AS v`];
  // Only the text as it was written tells 1e21 from 1000000000000000000000.
  if (tests.some(({ test }) => test === 'type')) columns.push(Prisma.sql`${atPath(latestJson, path, 'json')} AS j`);
  const held = Prisma.join([Prisma.sql`n.v IS NOT NULL`, ...tests.map(nestedTest)], ' AND ');
  return Prisma.sql`EXISTS (SELECT FROM (SELECT ${Prisma.join(columns)} FROM ${latestRowsOfRun(source)} l OFFSET 0) n WHERE ${held})`;
}

/** A test of a whole value: on the columns of its latest row `l`, which are in the index. */
function indexedTest(test: MetadataTest): Prisma.Sql {
  switch (test.test) {
    case 'type':
      return Prisma.sql`l.type = ${test.type}::"MetadataType"`;
    case 'compare':
      return Prisma.sql`(l.sort_class = 0 AND l.sort_number ${Prisma.raw(test.operator)} ${test.number}::numeric)`;
    case 'contains':
      return Prisma.sql`(l.sort_class = 1 AND strpos(${latestText}, ${test.text}) > 0)`;
    case 'startsWith':
      return Prisma.sql`(l.sort_class = 1 AND starts_with(${latestText}, ${test.text}))`;
    case 'equals':
      return anyOf(test.anyOf.map(equalsIndexed));
  }
}

/** Equal JSON has an equal sort key; where the key is not the whole value, the value itself is compared too. */
function equalsIndexed({ text, sortClass, sortNumber, sortText }: Operand): Prisma.Sql {
  const same = Prisma.sql`${latestValue} = ${text}::jsonb`;
  if (sortClass === 0) {
    const byNumber = Prisma.sql`l.sort_class = 0 AND l.sort_number = ${sortNumber}::numeric`;
    return text.length <= 1_000 ? Prisma.sql`(${byNumber})` : Prisma.sql`(${byNumber} AND ${same})`;
  }
  const hash = Prisma.sql`to_hex(jsonb_hash_extended(${text}::jsonb, 0))`;
  const byHash = Prisma.sql`(l.sort_class = 2 AND l.sort_text = ${hash} AND ${same})`;
  if (sortClass === 2) return byHash;
  const byText = Prisma.sql`l.sort_class = 1 AND l.sort_text = ${sortText}`;
  // A FLOAT that is no number reads as the text "NaN", "Infinity" or "-Infinity", and is none.
  return Prisma.sql`((${byText} AND (length(l.sort_text) < 200 OR ${same})) OR ${byHash})`;
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
      return anyOf(test.anyOf.map(({ text }) => Prisma.sql`n.v = ${text}::jsonb`));
  }
}

const anyOf = (conditions: Prisma.Sql[]) =>
  conditions.length === 0 ? Prisma.sql`false` : Prisma.sql`(${Prisma.join(conditions, ' OR ')})`;
