import { expect } from 'vitest';
import type { TestService } from '../support/service.ts';
import { test } from '../support/test.ts';

test.beforeAll(async ({ service }) => {
  const start = async (name: string, metadata: Record<string, unknown> | null, step?: Record<string, unknown>) => {
    await service.run(`mutation ($n: String) { startRun(input: { name: $n, pipeline: "p" }) { id } }`, { n: name });
    if (metadata)
      await service.run(
        `mutation ($r: String, $m: JSONObject) { logMetadata(input: { target: { run: $r }, metadata: $m }) { replayed } }`,
        { r: name, m: metadata },
      );
    if (step) {
      await service.run(`mutation ($r: String!) { startStep(input: { run: $r, name: "train" }) { id } }`, { r: name });
      await service.run(
        `mutation ($r: String!, $m: JSONObject) { logMetadata(input: { target: { step: { run: $r, name: "train" } }, metadata: $m }) { replayed } }`,
        { r: name, m: step },
      );
    }
  };
  await start('a', { acc: 0.5, cfg: { lr: 0.1, x: [1, 'two', null] }, note: 'hello 50%' });
  await start('b', { acc: 7, cfg: { lr: 10 }, note: `${'x'.repeat(300)}b` });
  await start('c', { acc: 'n/a', note: `${'x'.repeat(300)}a`, ok: null }, { acc: 0.9 });
  await start('d', { acc: [1, { a: 1.0, b: 2 }] });
  await start('e', null);
});

async function names(service: TestService, filter: string, orderBy = '{ name: ASC }'): Promise<string> {
  const read = await service.run(
    `{ pipelineRuns(filter: ${filter}, orderBy: ${orderBy}) { totalCount nodes { name } } }`,
  );
  const found: string[] = read.pipelineRuns.nodes.map((run: { name: string }) => run.name);
  expect(read.pipelineRuns.totalCount).toBe(found.length);
  return found.join('');
}

test.for([
  ['{}', 'abcde'],
  ['{ metadata: { key: "acc" } }', 'abcd'],
  ['{ metadata: { key: "acc", exists: false } }', 'e'],
  ['{ metadata: { key: "acc", gt: 0.5 } }', 'bc'],
  ['{ metadata: { key: "acc", gte: 0.5 } }', 'abc'],
  ['{ metadata: { key: "acc", lt: 5 } }', 'ac'],
  ['{ metadata: { key: "acc", step: "train", lt: 5 } }', 'c'],
  ['{ metadata: { key: "train::acc", equals: 0.9 } }', 'c'],
  ['{ metadata: { key: "acc", equals: 7.0 } }', 'b'],
  ['{ metadata: { key: "acc", equals: "7" } }', ''],
  ['{ metadata: { key: "acc", equals: [1.0, { b: 2, a: 1 }] } }', 'd'],
  ['{ metadata: { key: "ok", equals: null } }', 'c'],
  ['{ metadata: { key: "acc", in: [7, 0.5] } }', 'ab'],
  ['{ metadata: { key: "acc", in: [] } }', ''],
  ['{ metadata: { key: "note", contains: "50%" } }', 'a'],
  ['{ metadata: { key: "note", contains: "%" } }', 'a'],
  ['{ metadata: { key: "note", startsWith: "xx" } }', 'bc'],
  ['{ metadata: { key: "note", contains: "xa" } }', 'c'],
  ['{ metadata: { key: "cfg", path: ["lr"], gt: 1 } }', 'b'],
  ['{ metadata: { key: "cfg", path: ["x", "1"], equals: "two" } }', 'a'],
  ['{ metadata: { key: "cfg", path: ["x", "-1"] } }', ''],
  ['{ metadata: { key: "cfg", path: ["x"], exists: false } }', 'bcde'],
  ['{ metadata: { key: "cfg", path: ["x", "2"], equals: null } }', 'a'],
  ['{ metadata: { key: "acc", type: INT } }', 'b'],
  ['{ not: { metadata: { key: "acc" } } }', 'e'],
  ['{ or: [] }', ''],
  ['{ and: [] }', 'abcde'],
  ['{ or: [{ namePrefix: "a" }, { metadata: { key: "acc", gt: 1 } }] }', 'ab'],
  ['{ status: [COMPLETED] }', ''],
] as const)('filter %s', async ([filter, expected], { service }) => {
  expect(await names(service, filter)).toBe(expected);
});

test.for([
  ['{ metadata: { key: "acc" } }', 'bcade'],
  ['{ metadata: { key: "acc", direction: ASC } }', 'acbde'],
  ['{ metadata: { key: "note", direction: ASC } }', 'acbed'],
  ['{ metadata: { key: "note" } }', 'bcaed'],
  ['{ metadata: { key: "cfg", path: ["lr"] } }', 'baedc'],
  ['{ metadata: { key: "train::acc" } }', 'cedba'],
  ['{ startedAt: ASC }', 'abcde'],
  ['{ name: DESC }', 'edcba'],
] as const)('order by %s, whole and by pages of one', async ([orderBy, expected], { service }) => {
  expect(await names(service, '{}', orderBy)).toBe(expected);
  let after: string | null = null;
  let paged = '';
  do {
    const read: { pipelineRuns: { nodes: { name: string }[]; pageInfo: { hasNextPage: boolean; endCursor: string } } } =
      await service.run(
        `query ($after: String) { pipelineRuns(first: 1, after: $after, orderBy: ${orderBy}) { nodes { name } pageInfo { hasNextPage endCursor } } }`,
        { after },
      );
    paged += read.pipelineRuns.nodes.map((run) => run.name).join('');
    after = read.pipelineRuns.pageInfo.hasNextPage ? read.pipelineRuns.pageInfo.endCursor : null;
  } while (after !== null);
  expect(paged).toBe(expected);
});
