import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect } from 'vitest';
import { createClient } from '../../clients/typescript/src/index.ts';
import { runCommand, runJob } from '../support/service-process.ts';
import { testSpool as test } from '../support/test-spool.ts';

/** A job that ends in the middle of its second step, while a step within that is open too. */
const job = (name: string, end: string) => `
  import { logMetadata, pipelineRun, step } from '@runledger/client';
  await pipelineRun({ name: '${name}' }, async () => {
    await step('load', () => logMetadata({ a: 1 }));
    await step('train', () => step('inner', async () => {
      logMetadata({ a: 2 });
      ${end};
      await new Promise((resolve) => setTimeout(resolve, 60_000));
    }));
  });`;

test.for([
  ['process.exit', 3, 'process.exit(3)'],
  ['process.exit with 0', 0, 'process.exit(0)'],
  ['an unhandled rejection', 1, 'Promise.reject(new Error("nobody catches this"))'],
  ['a throw from a timer', 1, 'setTimeout(() => { throw new Error("from a timer") }, 5)'],
] as const)(
  '%s in a step ends the run and the open steps as FAILED with the next delivery',
  async ([title, code, end], { service, spool, environment }) => {
    const name = title.replaceAll(' ', '-');
    const result = await runJob(job(name, end), environment());
    expect(result.code).toBe(code);
    expect(result.stderr).toContain('npx runledger flush');
    expect(await runCommand(['flush'], environment())).toMatchObject({ code: 0, stderr: '' });
    expect(await readdir(spool)).toEqual([]);
    const run = await createClient({ url: service.url }).pipelineRun(name);
    const statuses = [];
    for await (const step of run.steps()) statuses.push([step.name, step.status]);
    expect([run.status, statuses]).toEqual([
      'FAILED',
      [
        ['load', 'COMPLETED'],
        ['train', 'FAILED'],
        ['inner', 'FAILED'],
      ],
    ]);
    expect((await run.runMetadata('inner::a'))?.value).toBe(2);
  },
);

test('without a service the spool is complete on disk when the process is gone', async ({ spool, environment }) => {
  const { code } = await runJob(job('alone', 'process.exit(7)'), environment('http://127.0.0.1:9'));
  expect(code).toBe(7);
  const [name] = await readdir(spool);
  const [, ...lines] = (await readFile(join(spool, name!), 'utf8')).trimEnd().split('\n');
  const operations = lines.map((line) => JSON.parse(line));
  expect(operations.map(({ op, variables }) => `${op} ${variables?.status ?? ''}`.trim())).toEqual([
    'startRun',
    'startStep',
    'logMetadata',
    'finishStep COMPLETED',
    'startStep',
    'startStep',
    'logMetadata',
    'finishStep FAILED',
    'finishStep FAILED',
    'finishRun FAILED',
  ]);
  // The inner step ends before the one around it.
  expect(operations[7].variables.id).toBe(operations[5].variables.input.id);
});
