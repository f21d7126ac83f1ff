import { readdir } from 'node:fs/promises';
import { expect } from 'vitest';
import { createClient } from '../../clients/typescript/src/index.ts';
import { runCommand, runJob, startServiceProcess } from '../support/service-process.ts';
import { testSpool } from '../support/test-spool.ts';

const adminKey = 'a-key-of-the-operator-that-is-long-enough';

/** A service that asks for a key. `job` tells a program where it is, and gives it the key. */
const test = testSpool
  .extend('guarded', async ({ database, onTestFinished }) => {
    const service = await startServiceProcess(database, { RUNLEDGER_ADMIN_KEY: adminKey });
    onTestFinished(service.close);
    return service;
  })
  .extend('client', ({ guarded }) => createClient({ url: guarded.url, apiKey: adminKey }))
  .extend('job', ({ environment, guarded }) => ({ ...environment(guarded.url), RUNLEDGER_API_KEY: adminKey }));

const imports = `
  import { spawn, spawnSync } from 'node:child_process';
  import { createClient, flush, logMetadata, pipelineRun, step, stepEnvironment } from '@runledger/client';
  const child = (text, extra = {}) => {
    const program = "import { createClient, flush, logMetadata, step } from '@runledger/client';" + text;
    const env = { ...process.env, ...stepEnvironment(), ...extra };
    const { status } = spawnSync(process.execPath, ['--input-type=module', '-e', program], { env, stdio: 'inherit' });
    if (status !== 0) throw new Error('the child ended with ' + status);
  };`;

test('a child process is given a token for its run in place of the key, and can do its work with it', async ({
  client,
  job,
  spool,
}) => {
  await runJob(`${imports} await pipelineRun({ name: 'other' }, () => {});`, job);
  const text = `${imports}
    await pipelineRun({ name: 'guarded' }, async () => {
      child("logMetadata({ of: 'run' }); await step('in-child', () => logMetadata({ of: 'its step' }));");
      await step('train', () => child(
        "const { RUNLEDGER_API_KEY: key } = process.env; console.log(key.slice(0, 4), key.includes('operator'));" +
        "logMetadata({ of: 'step' });" +
        "console.log(await createClient().findPipelineRun('other'));" +
        "console.log((await createClient().pipelineRun('guarded')).name);"));
    });`;
  expect(await runJob(text, job)).toMatchObject({ code: 0, stderr: '', stdout: 'rlt_ false\nnull\nguarded\n' });
  const metadata = await (await client.pipelineRun('guarded')).metadata();
  expect([...metadata].map(([key, { value }]) => `${key} ${value}`).sort()).toEqual([
    'in-child::of its step',
    'of run',
    'train::of step',
  ]);
  expect(await readdir(spool)).toEqual([]);
});

test('what a child could not deliver before its token ended is kept, the variable is named, and the next process delivers', async ({
  client,
  job,
  spool,
}) => {
  const text = `${imports}
    const env = await pipelineRun({ name: 'over' }, () => step('train', () => ({ ...process.env, ...stepEnvironment() })));
    const program = "import { logMetadata } from '@runledger/client'; logMetadata({ late: 9007199254740993n });";
    const { status, stderr } = spawnSync(process.execPath, ['--input-type=module', '-e', program], { env, encoding: 'utf8' });
    console.log(status, stderr);`;
  const { code, stdout } = await runJob(text, job);
  expect(code).toBe(0);
  expect(stdout).toMatch(/^0 .*This run token .* has expired, or its run has ended.*RUNLEDGER_API_KEY/);
  expect(stdout).toContain(`kept in ${spool}`);
  expect(await readdir(spool)).toHaveLength(1);
  await runJob(`${imports} await pipelineRun({ name: 'next' }, () => {});`, job);
  expect(await readdir(spool)).toEqual([]);
  const run = await client.pipelineRun('over');
  expect((await run.step('train').runMetadata('late'))?.value).toBe(9007199254740993n);
});

test('with a token, what processes of other runs have left is left alone', async ({ client, job, guarded, spool }) => {
  const refused = { ...job, RUNLEDGER_API_KEY: 'rl_wrong' };
  await runJob(
    `${imports} await pipelineRun({ name: 'waiting' }, () => step('s', () => logMetadata({ a: 1 })));`,
    refused,
  );
  const left = await readdir(spool);
  expect(left).toHaveLength(1);
  const ask = async (query: string) => {
    const headers = { 'content-type': 'application/json', authorization: `Bearer ${adminKey}` };
    const response = await fetch(guarded.url, { method: 'POST', headers, body: JSON.stringify({ query }) });
    return (await response.json()).data;
  };
  const { startRun } = await ask('mutation { startRun(input: { name: "mine" }) { id } }');
  const { createRunToken } = await ask('mutation { createRunToken(input: { run: "mine" }) { token } }');
  const token = { RUNLEDGER_API_KEY: createRunToken.token, RUNLEDGER_RUN_ID: startRun.id };
  const program = `${imports} logMetadata({ b: 2 }); await step('inner', () => {}); console.log(await flush());`;
  expect(await runJob(program, { ...job, ...token })).toMatchObject({ code: 0, stdout: 'true\n', stderr: '' });
  expect(await readdir(spool)).toEqual(left);
  expect((await (await client.pipelineRun('mine')).runMetadata('b'))?.value).toBe(2);
  expect(await runCommand(['flush', '--url', guarded.url], job)).toMatchObject({ code: 0 });
  expect((await (await client.pipelineRun('waiting')).step('s').runMetadata('a'))?.value).toBe(1);
});

test('with a wrong key nothing is lost, the job is what it was, and the variable is named', async ({
  client,
  job,
  guarded,
  spool,
}) => {
  const wrong = { ...job, RUNLEDGER_API_KEY: 'rl_abc' };
  const text = `${imports}
    await pipelineRun({ name: 'refused' }, () => step('train', () => { for (let n = 0; n < 500; n += 1) logMetadata({ n }); }));
    console.log('done');`;
  const { code, stdout, stderr } = await runJob(text, wrong);
  expect([code, stdout]).toEqual([0, 'done\n']);
  expect(stderr).toMatch(/^runledger: .*RUNLEDGER_API_KEY.*What is logged is kept in/);
  expect(await readdir(spool)).toHaveLength(1);
  const flushed = await runCommand(['flush', '--url', guarded.url], { ...job });
  expect(flushed).toMatchObject({ code: 0 });
  const run = await client.pipelineRun('refused');
  expect(run.status).toBe('COMPLETED');
  const values = [];
  for await (const { value } of run.step('train').metadataHistory('n')) values.unshift(value);
  expect(values).toEqual(Array.from({ length: 500 }, (_, n) => n));
});

test('the address of the page of a run is printed once, when the service knows it', async ({ environment }) => {
  const text = `${imports} await pipelineRun({ name: 'linked' }, async ({ url }) => {
    console.log(url);
    await step('a', () => {});
    child("await step('b', () => {});");
  });`;
  const { stdout, stderr } = await runJob(text, { ...environment(), RUNLEDGER_LINK: '' });
  const { id } = await createClient({ url: environment().RUNLEDGER_URL }).pipelineRun('linked');
  const page = new URL(`/runs/${id}`, environment().RUNLEDGER_URL).href;
  expect([stdout, stderr]).toEqual([`${page}\n`, `runledger: run linked: ${page}\n`]);
});
