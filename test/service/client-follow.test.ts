import { expect } from 'vitest';
import { createClient, type MetadataEntry } from '../../clients/typescript/src/index.ts';
import { testJobs } from '../support/test.ts';

const test = testJobs
  .extend('client', ({ service }) => createClient({ url: service.url }))
  .extend(
    'startRun',
    ({ service }) =>
      (name: string) =>
        ask(service.url, startRunText, { name }),
  )
  .extend(
    'finishRun',
    ({ service }) =>
      (ref: string) =>
        ask(service.url, finishRunText, { ref }),
  )
  .extend(
    'startStep',
    ({ service }) =>
      (run: string, name: string) =>
        ask(service.url, startStepText, { run, name }),
  )
  .extend('log', ({ client }) => async (run: string, value: number, stepName?: string, key = 'k') => {
    const target = stepName === undefined ? { run } : { run, stepName };
    return (await client.logMetadata({ [key]: value }, target)).entries[0]!.id;
  });

const startRunText = 'mutation ($name: String) { startRun(input: { name: $name }) { id } }';
const finishRunText = 'mutation ($ref: String!) { finishRun(ref: $ref) { id } }';
const startStepText =
  'mutation ($run: String!, $name: String!) { startStep(input: { run: $run, name: $name }) { id } }';

async function ask(url: string, query: string, variables: Record<string, unknown>): Promise<void> {
  const response = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ query, variables }),
  });
  expect(await response.json()).not.toHaveProperty('errors');
}

/** The values of a follower that ends by itself. */
async function valuesOf(entries: AsyncIterable<MetadataEntry>): Promise<unknown[]> {
  const values: unknown[] = [];
  for await (const { value } of entries) values.push(value);
  return values;
}

test('following ends when the run has ended and all its entries were given', async ({
  client,
  startRun,
  finishRun,
  log,
}) => {
  await startRun('ends');
  const after = await log('ends', 0);
  const ended = valuesOf((await client.pipelineRun('ends')).follow({ after }));
  for (let value = 1; value <= 3; value += 1) await log('ends', value);
  await finishRun('ends');
  expect(await ended).toEqual([1, 2, 3]);
});

test('following a run that has ended gives what was logged since, and ends', async ({
  client,
  startRun,
  startStep,
  finishRun,
  log,
}) => {
  await startRun('ended');
  await startStep('ended', 'train');
  const first = await log('ended', 1);
  await log('ended', 2, 'train');
  await log('ended', 3, 'train', 'other');
  // Superseded: the run's latest values do not count it any more, but it was logged.
  await startStep('ended', 'train');
  await log('ended', 4, 'train', 'another');
  await startStep('ended', 'train');
  await finishRun('ended');
  const run = await client.pipelineRun('ended');
  expect(await valuesOf(run.follow({ after: first }))).toEqual([2, 3, 4]);
  expect(await valuesOf(run.follow({ after: first, keys: ['train::k'] }))).toEqual([2]);
  expect(await valuesOf(run.follow({ after: first, keys: [] }))).toEqual([]);
  expect(await valuesOf(run.follow())).toEqual([]);
});

test('following a run that ends without an entry ends', async ({ client, startRun, finishRun }) => {
  await startRun('silent');
  const run = await client.pipelineRun('silent');
  const ended = valuesOf(run.follow());
  await finishRun('silent');
  expect(await ended).toEqual([]);
});
