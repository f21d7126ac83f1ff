import { expect } from 'vitest';
import { startRun } from '../support/ledger.ts';
import { test } from '../support/test.ts';

// The SQL that filters and orders become, in a file to be read: fragments of several files meet in it, and agree on what a
// table is called. `npx vitest run test/service/run-list-sql -u` writes it anew; read the difference.

const questions: [name: string, filter: string, orderBy: string][] = [
  ['all runs, newest first', '{}', '{ startedAt: DESC }'],
  [
    'by pipeline, status and time',
    '{ pipeline: "p", status: [RUNNING, FAILED], startedAfter: "2026-01-01T00:00:00Z" }',
    '{ startedAt: ASC }',
  ],
  ['by the beginning of the name', '{ namePrefix: "iris" }', '{ name: ASC }'],
  ['a number between two others', '{ metadata: { key: "acc", gt: 0.5, lte: 0.9 } }', '{ startedAt: DESC }'],
  ['a number of one step', '{ metadata: { key: "acc", step: "train", gte: 1 } }', '{ startedAt: DESC }'],
  ['a qualified key', '{ metadata: { key: "train::acc", lt: 1 } }', '{ startedAt: DESC }'],
  ['a text', '{ metadata: { key: "model", contains: "iris" } }', '{ startedAt: DESC }'],
  ['the beginning of a text', '{ metadata: { key: "model", startsWith: "s3://" } }', '{ startedAt: DESC }'],
  ['one of several values', '{ metadata: { key: "lr", in: [0.1, "auto", true, { a: 1 }] } }', '{ startedAt: DESC }'],
  [
    'at a path',
    '{ metadata: { key: "config", path: ["model", "layers", "0"], equals: 64, type: INT } }',
    '{ startedAt: DESC }',
  ],
  ['a member', '{ metadata: { key: "tags", has: "best" } }', '{ startedAt: DESC }'],
  [
    'several pipelines, part of the name, ended in a time',
    '{ pipelines: ["p", "q"], nameContains: "iris", endedAfter: "2026-01-01T00:00:00Z", endedBefore: "2026-02-01T00:00:00Z" }',
    '{ endedAt: DESC }',
  ],
  ['by how long they took', '{}', '{ duration: ASC }'],
  ['without a key', '{ metadata: { key: "acc", exists: false } }', '{ startedAt: DESC }'],
  [
    'and, or, not',
    '{ or: [{ pipeline: "p" }, { not: { metadata: { key: "acc", gt: 0 } } }], and: [{ status: [FAILED] }] }',
    '{ startedAt: DESC }',
  ],
  ['by a number or a text', '{}', '{ metadata: { key: "acc", direction: DESC } }'],
  ['by what stands at a path', '{}', '{ metadata: { key: "config", path: ["lr"], direction: ASC } }'],
];

/** In lines of a readable length: broken before what SQL people break before. */
function layOut(sql: string): string {
  return sql
    .replace(/\s+/g, ' ')
    .replace(
      / (FROM pipeline_run|FROM pg_class|WHERE|ORDER BY|LIMIT|AND NOT|AND \(|AND EXISTS|UNION ALL|JOIN) ?/g,
      '\n  $1 ',
    )
    .replace(/ +$/gm, '')
    .replace(/\*\/ /, '*/\n');
}

test('the statements of filters and orders', async ({ service }) => {
  await startRun(service, { name: 'r' });
  const blocks: string[] = [];
  for (const [name, filter, orderBy] of questions) {
    service.queries();
    await service.run(
      `{ pipelineRuns(first: 10, filter: ${filter}, orderBy: ${orderBy}) { totalCount nodes { id } } }`,
    );
    blocks.push(
      `-- ${name}: filter ${filter}, order ${orderBy}`,
      ...service.queries().map((sql) => `${layOut(sql)};`),
      '',
    );
  }
  await expect(blocks.join('\n')).toMatchFileSnapshot('__snapshots__/run-list.sql');
});
