import { expect } from 'vitest';
import { createClient } from '../../clients/typescript/src/index.ts';
import { eventually, runJob, startProxy } from '../support/service-process.ts';
import { testSpool } from '../support/test-spool.ts';

const test = testSpool.extend('client', ({ service }) => createClient({ url: service.url }));

/** A program in which `body` is the step `train` of a run. */
const job = (name: string, body: string) => `
  import { logMetadata, pipelineRun, step } from '@runledger/client';
  await pipelineRun({ name: '${name}' }, () => step('train', async () => { ${body} }));`;

test('a process with a run open says that it lives, for all that is open in one request, until it has ended', async ({
  service,
  client,
  environment,
}) => {
  const beats: { runIds: string[]; stepIds: string[] }[] = [];
  const proxy = await startProxy(service.url, (body) => {
    const { query, variables } = JSON.parse(body);
    if (query.includes('keepAlive')) beats.push(variables);
    return undefined;
  });
  const text = `
    import { pipelineRun, step } from '@runledger/client';
    import { once } from 'node:events';
    // Neither a signal that may come nor the client keeps a process alive.
    const working = setInterval(() => {}, 1_000);
    await pipelineRun({ name: 'alive' }, () => Promise.all(['a', 'b', 'c'].map((name) => step(name, async () => {
      console.log(name);
      await once(process, 'SIGUSR2');
    }))));
    clearInterval(working);`;
  const env = { ...environment(proxy.url), RUNLEDGER_KEEP_ALIVE_SECONDS: '0.1' };
  const result = await runJob(text, env, async (line, child) => {
    if (line !== 'c') return;
    await eventually('the third whole beat', () => beats.filter(({ stepIds }) => stepIds.length === 3).length > 2);
    child.kill('SIGUSR2');
  });
  expect(result).toMatchObject({ code: 0, stderr: '' });
  expect(beats.every(({ runIds }) => runIds.length === 1)).toBe(true);
  const run = await client.pipelineRun('alive');
  expect(Date.parse(run.lastSeenAt!)).toBeGreaterThan(Date.parse(run.startedAt));
  expect((await run.step('a').info()).lastSeenAt).not.toBeNull();
  await proxy.close();
});

test('beats that are not answered neither hold up the job nor its end, and 0 switches them off', async ({
  service,
  environment,
}) => {
  let beats = 0;
  const proxy = await startProxy(service.url, (body) => {
    if (!body.includes('keepAlive')) return undefined;
    beats += 1;
    return { wait: new Promise(() => {}) };
  });
  const text = job('mute', "console.log('begun'); await new Promise((resolve) => setTimeout(resolve, 400));");
  const env = { ...environment(proxy.url), RUNLEDGER_KEEP_ALIVE_SECONDS: '0.05' };
  let begunAt = 0;
  const onLine = () => {
    begunAt = performance.now();
  };
  expect(await runJob(text, env, onLine)).toMatchObject({ code: 0, stderr: '' });
  expect(performance.now() - begunAt).toBeLessThan(4_000);
  expect(beats).toBe(1);
  const off = { ...env, RUNLEDGER_KEEP_ALIVE_SECONDS: '0' };
  expect(await runJob(text.replace('mute', 'off'), off)).toMatchObject({ code: 0, stderr: '' });
  expect(beats).toBe(1);
  await proxy.close();
});
