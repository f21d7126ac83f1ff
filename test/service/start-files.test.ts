import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'vitest';
import { testAlone } from '../support/test.ts';

// What the built service loads, as V8 tells it: finding, reading and compiling files was more than a third of a start.

const test = testAlone.extend('loaded', ({ startService }) => async (query: string): Promise<string[]> => {
  const folder = await mkdtemp(join(tmpdir(), 'runledger-coverage-'));
  const service = await startService({ NODE_V8_COVERAGE: folder });
  const headers = { 'content-type': 'application/json' };
  const answer = await fetch(service.url, { method: 'POST', body: JSON.stringify({ query }), headers });
  expect(await answer.json()).toEqual({ data: expect.anything() });
  await service.stop();
  const texts = await Promise.all((await readdir(folder)).map((file) => readFile(join(folder, file), 'utf8')));
  await rm(folder, { recursive: true, force: true });
  const urls = texts.flatMap((text) => (JSON.parse(text).result as { url: string }[]).map(({ url }) => url));
  return [...new Set(urls.filter((url) => url.startsWith('file:')))];
});

const compiler = /\/query_compiler_\w+\.postgresql/;

test('a start and its first answer take few files, and not Prisma’s compiler', async ({ loaded }) => {
  const files = await loaded('{ pipelineRuns(first: 1) { nodes { id metadata { key } } } }');
  expect(files.length).toBeGreaterThan(1);
  expect(files.length).toBeLessThan(20);
  expect(files.filter((url) => compiler.test(url))).toEqual([]);
});

test('what needs the compiler loads it', async ({ loaded }) => {
  const files = await loaded('mutation { startRun(input: { name: "r" }) { id } }');
  expect(files.filter((url) => compiler.test(url))).not.toEqual([]);
});
