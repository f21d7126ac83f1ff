import { readdir } from 'node:fs/promises';
import { expect } from 'vitest';
import { createClient } from '../../clients/typescript/src/index.ts';
import { runJob } from '../support/service-process.ts';
import { testSpool } from '../support/test-spool.ts';

const test = testSpool.extend('client', ({ service }) => createClient({ url: service.url }));

const imports = `
  import { spawnSync } from 'node:child_process';
  import { once } from 'node:events';
  import { Worker } from 'node:worker_threads';
  import { currentRun, logMetadata, pipelineRun, step, stepEnvironment } from '@runledger/client';
  const child = (text, extra = {}) => {
    const program = "import { currentRun, logMetadata, pipelineRun, step, stepEnvironment } from '@runledger/client';" + text;
    const env = { ...process.env, ...stepEnvironment(), ...extra };
    const { status } = spawnSync(process.execPath, ['--input-type=module', '-e', program], { env, stdio: 'inherit' });
    if (status !== 0) throw new Error('the child ended with ' + status);
  };`;

test('in the body of a run logMetadata logs to the run, also when its name was taken', async ({
  client,
  environment,
}) => {
  const text = `${imports}
    await pipelineRun({ name: 'first' }, () => logMetadata({ who: 1 }));
    await pipelineRun({ name: 'first' }, async ({ id }) => {
      logMetadata({ who: 2 });
      await logMetadata({ direct: true }, { run: 'first' });
      console.log(id, currentRun().id, currentRun().name);
    });`;
  const { stdout, code } = await runJob(text, environment());
  expect(code).toBe(0);
  const [id, current, name] = stdout.trim().split(' ');
  expect([current, name]).toEqual([id, `first-${id!.slice(0, 8)}`]);
  expect([...(await (await client.pipelineRun(id!)).metadata())].map(([key, { value }]) => [key, value])).toEqual([
    ['direct', true],
    ['who', 2],
  ]);
  expect((await (await client.pipelineRun('first')).metadata()).size).toBe(1);
});

test('a child process and a worker that are started in the body of a run belong to that run', async ({
  client,
  spool,
  environment,
}) => {
  const program = `
    import { logMetadata, step } from '@runledger/client';
    await step('in-worker', () => logMetadata({ k: 'worker' }));`;
  const text = `${imports}
    await pipelineRun({ name: 'parent' }, async () => {
      child("logMetadata({ k: 'child' }); await step('in-child', () => logMetadata({ k: 'step' }));");
      child("await pipelineRun({ name: 'other', pipeline: 'p' }, async () => { logMetadata({ joined: 1 }); await step('joined', () => logMetadata({ k: 'joined' })); });");
      const code = new URL('data:text/javascript,' + encodeURIComponent(${JSON.stringify(program)}
        .replace('@runledger/client', import.meta.resolve('@runledger/client'))));
      const [status] = await once(new Worker(code, { env: { ...process.env, ...stepEnvironment() } }), 'exit');
      console.log('worker ' + status);
      await step('after', () => child("logMetadata({ k: 'in step' })"));
    });`;
  expect(await runJob(text, environment())).toMatchObject({ code: 0, stderr: '', stdout: 'worker 0\n' });
  const run = await client.pipelineRun('parent');
  const metadata = await run.metadata();
  expect([run.status, [...metadata].map(([key, { value }]) => `${key} ${value}`)]).toEqual([
    'COMPLETED',
    ['joined 1', 'k child', 'after::k in step', 'in-child::k step', 'in-worker::k worker', 'joined::k joined'],
  ]);
  expect(await client.findPipelineRun('other')).toBeNull();
  expect(await readdir(spool)).toEqual([]);
});

test('a run of its own in a process that was started in a step hands down its own, and not that step', async ({
  client,
  environment,
}) => {
  const text = `${imports}
    await pipelineRun({ name: 'outer' }, () => step('outer-step', () => child(
      "const env = stepEnvironment(); console.log(env.RUNLEDGER_RUN_ID === process.env.RUNLEDGER_RUN_ID, env.RUNLEDGER_STEP_ID === process.env.RUNLEDGER_STEP_ID);" +
      "await pipelineRun({ name: 'inner', url: 'http://127.0.0.1:9' }, ({ id }) => { const inner = stepEnvironment();" +
      "console.log(inner.RUNLEDGER_RUN_ID === id, JSON.stringify(inner.RUNLEDGER_STEP_ID)); });",
      { RUNLEDGER_STEP_FLUSH_SECONDS: '0', RUNLEDGER_EXIT_FLUSH_SECONDS: '0' },
    )));`;
  const { code, stdout } = await runJob(text, environment());
  expect([code, stdout]).toEqual([0, 'true true\ntrue ""\n']);
  expect((await client.pipelineRun('outer')).status).toBe('COMPLETED');
});

test('an id in the environment that is none is an error that names the variable', async ({ environment }) => {
  const text = "import { logMetadata } from '@runledger/client'; logMetadata({ a: 1 });";
  const { code, stderr } = await runJob(text, { ...environment(), RUNLEDGER_RUN_ID: 'iris-1' });
  expect([code, stderr]).toEqual([1, expect.stringContaining('RUNLEDGER_RUN_ID must be a UUID, not "iris-1"')]);
});
