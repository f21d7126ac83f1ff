import { readdir } from 'node:fs/promises';
import { expect } from 'vitest';
import { createClient } from '../../clients/typescript/src/index.ts';
import { runJob } from '../support/service-process.ts';
import { testSpool } from '../support/test-spool.ts';

const test = testSpool.extend('stepsOf', ({ service }) => async (name: string) => {
  const run = await createClient({ url: service.url }).pipelineRun(name);
  const steps: [string, number, string, unknown][] = [];
  for await (const step of run.steps({ includeRetried: true })) {
    const reader = run.step(step.name, { attempt: step.attempt });
    steps.push([step.name, step.attempt, step.status, (await reader.runMetadata('k'))?.value]);
  }
  return steps.sort(([one], [other]) => (one < other ? -1 : 1));
});

const job = (name: string, body: string) => `
  import { logMetadata, pipelineRun, step } from '@runledger/client';
  await pipelineRun({ name: '${name}' }, async () => { ${body} });`;

test('the same step again, one after the other, is a step of its own', async ({ stepsOf, spool, environment }) => {
  const body =
    "for (const k of [1, 2, 3]) await step('train', (opened) => { logMetadata({ k }); console.log(opened.name); });";
  const { stdout } = await runJob(job('loop', body), environment());
  expect(stdout).toBe('train\ntrain_2\ntrain_3\n');
  expect(await stepsOf('loop')).toEqual([
    ['train', 1, 'COMPLETED', 1],
    ['train_2', 1, 'COMPLETED', 2],
    ['train_3', 1, 'COMPLETED', 3],
  ]);
  expect(await readdir(spool)).toEqual([]);
});

test('steps of one name at the same time all count', async ({ stepsOf, spool, environment }) => {
  const body = `await Promise.all([1, 2, 3].map((k) => step('shard', async () => {
    await new Promise((resolve) => setTimeout(resolve, 10 * (4 - k)));
    logMetadata({ k });
  })));`;
  expect(await runJob(job('gather', body), environment())).toMatchObject({ code: 0, stderr: '' });
  expect(await stepsOf('gather')).toEqual([
    ['shard', 1, 'COMPLETED', 1],
    ['shard_2', 1, 'COMPLETED', 2],
    ['shard_3', 1, 'COMPLETED', 3],
  ]);
  expect(await readdir(spool)).toEqual([]);
});

test('after a failure the same step is its next attempt, and a name that is taken is passed over', async ({
  stepsOf,
  environment,
}) => {
  const body = `
    const train = (k) => step('train', () => { logMetadata({ k }); if (k < 2) throw new Error('no ' + k); }).catch(() => {});
    for (const k of [0, 1, 2]) await train(k);
    await step('train_2', () => logMetadata({ k: 'mine' }));
    await train(3);`;
  await runJob(job('again', body), environment());
  expect(await stepsOf('again')).toEqual([
    ['train', 1, 'RETRIED', 0],
    ['train', 2, 'RETRIED', 1],
    ['train', 3, 'COMPLETED', 2],
    ['train_2', 1, 'COMPLETED', 'mine'],
    ['train_3', 1, 'COMPLETED', 3],
  ]);
});

for (const [kind, star, every] of [
  ['a generator', 'function*', 'for'],
  ['an asynchronous generator', 'async function*', 'for await'],
] as const)
  test(`${kind} is in its step while its own body runs, and nothing else is`, async ({ stepsOf, environment }) => {
    const name = kind.replaceAll(' ', '-');
    const body = `
      const items = await step('loader', ${star} () {
        for (let k = 0; k < 3; k += 1) { logMetadata({ k }); yield k; }
      });
      await step('consumer', async () => { ${every} (const k of items) logMetadata({ k: 10 * k }); });
      logMetadata({ k: 'body' });`;
    const text = job(name, body);
    expect(await runJob(text, environment())).toMatchObject({ code: 0, stderr: '' });
    expect(await stepsOf(name)).toEqual([
      ['consumer', 1, 'COMPLETED', 20],
      ['loader', 1, 'COMPLETED', 2],
    ]);
  });

test('a generator that is left early completes, one that throws fails, one that is never asked is none', async ({
  stepsOf,
  environment,
}) => {
  const body = `
    const numbers = async function* () { let k = 0; try { for (;;) { logMetadata({ k }); yield k++; } } finally { logMetadata({ k: 'end' }); } };
    for await (const k of await step('early', numbers)) if (k === 1) break;
    const failing = function* () { logMetadata({ k: 1 }); yield 1; throw new Error('in the middle'); };
    try { for (const _ of await step('failing', failing)); } catch (error) { console.log(error.message); }
    const unasked = await step('unasked', numbers);
    console.log(JSON.stringify(await unasked.return(5)), JSON.stringify(await unasked.next()));
    const made = await step('made', () => failing());
    try { for (const _ of made); } catch {}`;
  const { code, stdout } = await runJob(job('generators', body), environment());
  expect([code, stdout]).toEqual([0, 'in the middle\n{"done":true,"value":5} {"done":true}\n']);
  expect(await stepsOf('generators')).toEqual([
    ['early', 1, 'COMPLETED', 'end'],
    ['failing', 1, 'FAILED', 1],
    ['made', 1, 'FAILED', 1],
  ]);
});
