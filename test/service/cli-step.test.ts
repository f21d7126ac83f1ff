import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { expect } from 'vitest';
import { packageRoot } from '../support/service-process.ts';
import { testCommands as test } from '../support/test-commands.ts';

test('steps in a run are its steps; the same again is another, or the next attempt of one that failed', async ({
  sh,
  client,
  spool,
}) => {
  const body = `
    runledger step load -- true
    runledger step load -- true
    runledger step train -- sh -c "runledger log loss=0.5; exit 1"
    runledger step train -- runledger log loss=0.25
    runledger run inner -- runledger step deep -- true
    runledger log approved=true`;
  expect(await sh(`runledger run outer -p steps -- sh -c '${body}'`)).toEqual({ code: 0, stdout: '', stderr: '' });
  const run = await client.pipelineRun('outer');
  const steps = [];
  for await (const { name, attempt, status } of run.steps({ includeRetried: true }))
    steps.push([name, attempt, status]);
  expect(steps).toEqual([
    ['load', 1, 'COMPLETED'],
    ['load_2', 1, 'COMPLETED'],
    ['train', 1, 'RETRIED'],
    ['train', 2, 'COMPLETED'],
    ['deep', 1, 'COMPLETED'],
  ]);
  expect([run.status, (await run.runMetadata('loss'))?.value, (await run.runMetadata('approved'))?.value]).toEqual([
    'COMPLETED',
    0.25,
    true,
  ]);
  expect((await run.step('train', { attempt: 1 }).runMetadata('exit_code'))?.value).toBe(1);
  expect(await client.findPipelineRun('inner')).toBeNull();
  expect(await readdir(spool)).toEqual([]);
});

test('steps at the same time have names of their own', async ({ sh, client }) => {
  const shards = Array.from({ length: 4 }, (_, at) => `runledger step shard -- sh -c "sleep 1; echo ${at}" &`).join(
    ' ',
  );
  const { code, stdout } = await sh(`runledger run shards -- sh -c '${shards} wait'`);
  expect([code, stdout.trim().split('\n').sort()]).toEqual([0, ['0', '1', '2', '3']]);
  const names = [];
  for await (const { name, attempt, status } of (await client.pipelineRun('shards')).steps())
    names.push([name, attempt, status].join(' '));
  const numbered = ['shard', 'shard_2', 'shard_3', 'shard_4'];
  expect(names.sort()).toEqual(numbered.map((name) => `${name} 1 COMPLETED`));
});

test('a step names its run by --run, with a prefix too, and fails as its command does', async ({ sh, client }) => {
  await sh('runledger run named-run-1 -- true');
  const { code } = await sh('runledger step late --run named-run -- sh -c "exit 9"');
  expect(code).toBe(9);
  const step = await (await client.pipelineRun('named-run-1')).step('late').info();
  expect([step.status, step.failure?.message]).toEqual(['FAILED', 'sh -c exit 9 ended with exit code 9.']);
  const missing = await sh('runledger step late --run no-such-run -- echo done');
  expect(missing).toMatchObject({ code: 0, stdout: 'done\n', stderr: expect.stringContaining('no-such-run') });
});

test('what CI and schedulers say of the job is logged, and none of their secrets', async ({ sh, client }) => {
  const ci = {
    GITHUB_ACTIONS: 'true',
    GITHUB_SERVER_URL: 'https://github.com',
    GITHUB_REPOSITORY: 'acme/models',
    GITHUB_RUN_ID: '123456789012',
    GITHUB_RUN_NUMBER: '42',
    GITHUB_SHA: 'a'.repeat(40),
    GITHUB_TOKEN: 'secret-1',
    GITLAB_CI: 'true',
    CI_PROJECT_PATH: 'acme/models',
    CI_JOB_TOKEN: 'secret-2',
    CI_PIPELINE_URL: 'https://gitlab.example.com/acme/models/-/jobs/7',
    SLURM_JOB_ID: '31337',
    SLURM_ARRAY_TASK_ID: '5',
    KUBERNETES_SERVICE_HOST: '10.0.0.1',
    POD_NAMESPACE: 'training',
    HOSTNAME: 'train-x7k2p',
  };
  await sh('runledger run in-ci -- true', ci);
  const metadata = await (await client.pipelineRun('in-ci')).metadata();
  const logged = (key: string) => metadata.get(key)?.value;
  expect(logged('commit')).toBe('a'.repeat(40));
  expect(logged('github')).toEqual({
    repository: 'acme/models',
    sha: 'a'.repeat(40),
    run_id: 123456789012,
    run_number: 42,
    url: 'https://github.com/acme/models/actions/runs/123456789012',
  });
  expect(logged('gitlab')).toEqual({ project_path: 'acme/models', pipeline_url: ci.CI_PIPELINE_URL });
  expect(logged('slurm')).toEqual({ job_id: 31337, array_task_id: 5 });
  expect(logged('kubernetes')).toEqual({
    kubernetes_service_host: '10.0.0.1',
    pod_name: 'train-x7k2p',
    pod_namespace: 'training',
  });
  expect(JSON.stringify([...metadata.values()].map(({ display }) => display))).not.toContain('secret');
});

test('RUNLEDGER_DISABLED=1 runs the command and records nothing', async ({ sh, client, spool }) => {
  const line = 'runledger run off -- runledger step off -- sh -c "echo out; exit 4"';
  expect(await sh(line, { RUNLEDGER_DISABLED: '1' })).toEqual({ code: 4, stdout: 'out\n', stderr: '' });
  expect(await client.findPipelineRun('off')).toBeNull();
  expect(await readdir(spool)).toEqual([]);
});

test('--link prints where the run is on the page, which shows it', async ({ sh, service }) => {
  const { stdout, stderr } = await sh('runledger run "linked run" --link -- echo out');
  expect(stdout).toBe('out\n');
  const link = /^runledger: (\S+)\n$/.exec(stderr)?.[1] ?? '';
  expect(link).toBe(service.url.replace('/graphql', '/runs/linked%20run'));
  const page = await fetch(link, { headers: { accept: 'text/html' } });
  expect([page.status, await page.text()]).toEqual([200, expect.stringContaining('<html')]);
});

test('nohup belongs behind the double hyphen', async ({ sh }) => {
  const seen = await sh('runledger run -- nohup sh -c "kill -HUP \\$\\$; echo survived" 2>/dev/null');
  expect(seen).toEqual({ code: 0, stdout: 'survived\n', stderr: '' });
});

test('the pipeline of examples/shell is recorded as it says', async ({ sh, client }) => {
  const { code, stdout, stderr } = await sh(join(packageRoot, 'examples/shell/pipeline.sh shell-example'), {
    RUNLEDGER: 'runledger',
  });
  expect([code, stdout, stderr]).toEqual([0, expect.stringMatching(/^accuracy 0\.9\d*\n$/), '']);
  const run = await client.pipelineRun('shell-example');
  expect([run.status, run.pipeline]).toEqual(['COMPLETED', 'iris-shell']);
  expect((await run.runMetadata('evaluate::accuracy'))?.type).toBe('FLOAT');
  expect((await run.runMetadata('train::kinds'))?.value).toBe(3);
  expect((await run.runMetadata('approved'))?.value).toBe(true);
});
