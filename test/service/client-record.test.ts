import { readdir } from 'node:fs/promises';
import { expect } from 'vitest';
import { createClient } from '../../clients/typescript/src/index.ts';
import { runCommand, runJob, startProxy } from '../support/service-process.ts';
import { testSpool } from '../support/test-spool.ts';

const test = testSpool.extend('client', ({ service }) => createClient({ url: service.url }));

/** A program in which `body` is the step `train` of a run. */
const job = (name: string, body: string) => `
  import { logMetadata, pipelineRun, step } from '@runledger/client';
  await pipelineRun({ name: '${name}' }, () => step('train', async () => { ${body} }));`;

test('what is delivered later ended when it ended, not when it was delivered', async ({
  service,
  client,
  environment,
}) => {
  expect(await runJob(job('later', 'logMetadata({ a: 1 });'), environment('http://127.0.0.1:9'))).toMatchObject({
    code: 0,
  });
  const jobEndedAt = Date.now();
  expect(await runCommand(['flush', '--url', service.url], environment())).toMatchObject({ code: 0 });
  const run = await client.pipelineRun('later');
  const { startedAt, endedAt } = await run.step('train').info();
  for (const ended of [run.endedAt, endedAt]) {
    expect(Date.parse(ended!)).toBeGreaterThanOrEqual(Date.parse(startedAt));
    expect(Date.parse(ended!)).toBeLessThanOrEqual(jobEndedAt);
  }
});

test('a failure is recorded with its type, its message and where it happened, also what caused it', async ({
  client,
  environment,
}) => {
  const body = "const cause = new TypeError('no file'); throw new RangeError('no data', { cause });";
  expect(await runJob(job('why', body), environment())).toMatchObject({ code: 1 });
  const run = await client.pipelineRun('why');
  const { failure } = await run.step('train').info();
  expect(failure).toMatchObject({ type: 'RangeError', message: 'no data' });
  expect(failure?.traceback).toMatch(/RangeError: no data\n +at [\s\S]*Caused by: TypeError: no file\n +at /);
  expect(run.failure).toEqual(failure);
});

test('RUNLEDGER_SEND_TRACEBACK=false keeps the traceback', async ({ client, environment }) => {
  const env = { ...environment(), RUNLEDGER_SEND_TRACEBACK: 'false' };
  await runJob(job('kept', "throw new Error('secret path')"), env);
  expect((await client.pipelineRun('kept')).failure).toEqual({
    type: 'Error',
    message: 'secret path',
    traceback: null,
  });
});

test.for([
  ['a string', "throw 'bare words'", { type: 'string', message: 'bare words' }],
  [
    'what cannot be shown',
    'throw { toString() { throw 1; } }',
    { type: 'object', message: expect.stringContaining('object') },
  ],
  ['nothing', 'throw undefined', { type: 'undefined', message: 'undefined' }],
  ['process.exit', 'process.exit(3)', { type: 'ProcessExit', message: expect.stringContaining('exit code 3') }],
  [
    'an unhandled rejection',
    "Promise.reject(new Error('nobody catches this')); await new Promise((resolve) => setTimeout(resolve, 60_000))",
    { type: 'Error', message: 'nobody catches this' },
  ],
] as const)('%s is a failure that says why', async ([title, body, failure], { client, environment }) => {
  const name = title.replaceAll(' ', '-');
  await runJob(job(name, body), environment());
  await runCommand(['flush'], environment());
  const run = await client.pipelineRun(name);
  expect([run.status, run.failure]).toEqual(['FAILED', expect.objectContaining(failure)]);
});

test.for(['SIGTERM', 'SIGINT'] as const)(
  '%s ends what is open as CANCELLED, and the process as it ends others',
  async (signal, { client, spool, environment }) => {
    const body = "logMetadata({ a: 1 }); console.log('ready'); await new Promise((r) => setTimeout(r, 60_000));";
    const result = await runJob(job(`by-${signal}`, body), environment(), (_, child) => child.kill(signal));
    expect(result).toMatchObject({ code: null, signal, stderr: '' });
    const run = await client.pipelineRun(`by-${signal}`);
    expect([run.status, run.failure, (await run.step('train').info()).status]).toEqual([
      'CANCELLED',
      null,
      'CANCELLED',
    ]);
    expect((await run.runMetadata('train::a'))?.value).toBe(1);
    expect(await readdir(spool)).toEqual([]);
  },
);

test('a signal that the job handles itself is left to it', async ({ client, environment }) => {
  const body = `process.on('SIGTERM', () => process.exit(5)); console.log('ready');
    await new Promise((r) => setTimeout(r, 60_000));`;
  const result = await runJob(job('own-handler', body), environment(), (_, child) => child.kill('SIGTERM'));
  expect(result).toMatchObject({ code: 5, signal: null });
  await runCommand(['flush'], environment());
  expect((await client.pipelineRun('own-handler')).status).toBe('CANCELLED');
});

test('SIGTERM ends a process with a service that does not answer in a few seconds, and keeps everything', async ({
  service,
  client,
  environment,
}) => {
  const proxy = await startProxy(service.url, () => ({ wait: new Promise(() => {}) }));
  const body = "console.log('ready'); await new Promise((r) => setTimeout(r, 60_000));";
  let signalledAt = 0;
  const result = await runJob(job('frozen', body), environment(proxy.url), (_, child) => {
    signalledAt = performance.now();
    child.kill('SIGTERM');
  });
  expect(performance.now() - signalledAt).toBeLessThan(6_000);
  expect(result.signal).toBe('SIGTERM');
  await proxy.close();
  expect(await runCommand(['flush', '--url', service.url], environment())).toMatchObject({ code: 0 });
  expect((await client.pipelineRun('frozen')).status).toBe('CANCELLED');
});

test('a job waits for a frozen service once in the beginning and once in the end, about 5 s, by default', async ({
  service,
  spool,
  environment,
}) => {
  const proxy = await startProxy(service.url, () => ({ wait: new Promise(() => {}) }));
  let endedAt = 0;
  const body = "logMetadata({ a: 1 }); console.log('done');";
  const { code } = await runJob(job('patient', body), environment(proxy.url), () => {
    endedAt = performance.now();
  });
  expect([code, performance.now() - endedAt < 7_000]).toEqual([0, true]);
  expect(await readdir(spool)).toHaveLength(1);
  await proxy.close();
});

test('with RUNLEDGER_DISABLED=1 everything runs, and nothing is recorded', async ({ client, spool, environment }) => {
  const { code, stdout, stderr } = await runJob(
    `import { flush, logMetadata, pipelineRun, step, stepEnvironment } from '@runledger/client';
     logMetadata({ outside: 1 });
     const committed = await logMetadata({ a: 1 }, { run: 'nobody' });
     const alone = await step('alone', () => 3);
     const result = await pipelineRun({ name: 'disabled' }, () => step('train', () => { logMetadata({ a: 1 }); return 42; }));
     console.log(JSON.stringify([committed, alone, result, await flush()]));`,
    { ...environment('http://127.0.0.1:9'), RUNLEDGER_DISABLED: '1' },
  );
  expect({ code, stdout, stderr }).toEqual({ code: 0, stdout: '[{"entries":[]},3,42,true]\n', stderr: '' });
  expect(await readdir(spool)).toEqual([]);
  expect(await client.findPipelineRun('disabled')).toBeNull();
});
