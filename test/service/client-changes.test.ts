import { expect } from 'vitest';
import { type Change, createClient, InvalidCallError } from '../../clients/typescript/src/index.ts';
import { runJob } from '../support/service-process.ts';
import { testJobs } from '../support/test.ts';

const test = testJobs
  .extend('client', ({ service }) => createClient({ url: service.url }))
  .extend('job', ({ env }) => async (name: string, body: string, pipeline = 'changing') => {
    const text = `
      import { Float, logMetadata, pipelineRun, step } from '@runledger/client';
      await pipelineRun({ name: '${name}', pipeline: '${pipeline}' }, async () => { ${body} });`;
    expect(await runJob(text, env)).toMatchObject({ code: 0, stderr: '' });
  });

/** A change in a few words. */
function tell(change: Change): string {
  switch (change.__typename) {
    case 'RunChanged':
      return `run ${change.run.name} ${change.run.status}`;
    case 'StepChanged':
      return `step ${change.step.name} ${change.step.status}`;
    case 'EntryLogged':
      return `entry ${change.entry.qualifiedKey} ${change.entry.value}`;
    case 'EntryRetracted':
      return `retracted ${change.entry.qualifiedKey}, now ${change.latest?.value}`;
    default:
      return `deleted ${change.name}`;
  }
}

async function toldUntil(changes: AsyncIterable<Change>, last: string): Promise<string[]> {
  const told: string[] = [];
  for await (const change of changes) {
    told.push(tell(change));
    if (told.at(-1) === last) break;
  }
  return told;
}

test('changes of a pipeline are told as they happen, and only of the keys that are asked for', async ({
  client,
  job,
}) => {
  await job('before', 'logMetadata({ k: 0 });');
  const first = await (await client.pipelineRun('before')).runMetadata('k');
  const body = "await step('train', () => { for (const k of [1, 2]) logMetadata({ k, noise: k }); });";
  await job('elsewhere', body, 'another');
  await job('seen', body);
  const entry = await (await client.pipelineRun('seen')).runMetadata('k');
  await client.retractMetadata(entry!.id, 'wrong');
  await client.deleteRun('before');
  const changes = client.changes({ pipeline: 'changing', keys: ['k'], after: first!.id });
  const told = await toldUntil(changes, 'deleted before');
  expect(told.filter((line) => !line.includes('before'))).toEqual([
    'run seen COMPLETED',
    'step train COMPLETED',
    'entry train::k 1',
    'step train COMPLETED',
    'run seen COMPLETED',
    'retracted train::k, now 1',
  ]);
});

test('changes of many runs go on through a restart of the service and a deletion meanwhile, each once, to the last deletion', async ({
  service,
  client,
  job,
}) => {
  const refs = ['many-1', 'many-2', 'many-3'];
  for (const ref of refs) await job(ref, 'logMetadata({ k: 0 });');
  const start = await client.logMetadata({ k: 'start' }, { run: 'many-1' });
  await client.logMetadata({ k: 1 }, { run: 'many-1' });
  const changes = client.changes({ refs, keys: ['k'], after: start.entries[0]!.id });
  const told: string[] = [];
  for await (const change of changes) {
    told.push(tell(change));
    if (change.__typename !== 'EntryLogged') continue;
    const value = change.entry.value;
    if (value === 1) {
      await service.kill();
      await service.start();
      await client.logMetadata({ k: 2 }, { run: 'many-2' });
      await client.deleteRun('many-3');
      await client.logMetadata({ k: 3 }, { run: 'many-1' });
    }
    if (value === 3) for (const ref of ['many-1', 'many-2']) await client.deleteRun(ref);
  }
  expect(told).toEqual(['entry k 1', 'entry k 2', 'deleted many-3', 'entry k 3', 'deleted many-1', 'deleted many-2']);
});

test('what cannot be followed is an error at once', async ({ client }) => {
  await expect(client.changes({ refs: ['nobody'] }).next()).rejects.toMatchObject({ code: 'NOT_FOUND' });
  await expect(client.changes({ after: '999999999999' }).next()).rejects.toThrow(InvalidCallError);
  const stop = new AbortController();
  const next = client.changes({ signal: stop.signal }).next();
  stop.abort();
  expect(await next).toEqual({ done: true, value: undefined });
});

test('the curves of many runs are read in one question, with bounds and extremes of all their numbers', async ({
  client,
  job,
}) => {
  const body = `
    await step('train', () => { for (let k = 0; k < 100; k += 1) logMetadata({ loss: Float(100 - k) }, { iteration: k }); });
    logMetadata({ note: 'none' });`;
  for (const name of ['curve-1', 'curve-2']) await job(name, body);
  const all = await client.series(['curve-2', 'curve-1'], ['train::loss', 'loss', 'note'], { maxPoints: 10 });
  expect(all.map(({ run, step, key, total, min, max }) => [run.name, step?.name, key, total, min, max])).toEqual([
    ['curve-2', 'train', 'train::loss', 100, 1, 100],
    ['curve-2', undefined, 'loss', 100, 1, 100],
    ['curve-1', 'train', 'train::loss', 100, 1, 100],
    ['curve-1', undefined, 'loss', 100, 1, 100],
  ]);
  expect(all[0]!.points.length).toBeLessThanOrEqual(10);
  const run = await client.pipelineRun('curve-1');
  const [part] = await run.series('train::loss', { x: 'ITERATION', from: 10, to: 19 });
  expect([part?.total, part?.max, part?.points[0]]).toEqual([
    10,
    90,
    expect.objectContaining({ iteration: 10, value: 90 }),
  ]);
  expect(await run.step('train').metadataSeries('loss', { from: 98 })).toMatchObject({ total: 2, min: 1, max: 2 });
});
