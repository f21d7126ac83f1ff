import { readdir } from 'node:fs/promises';
import { expect } from 'vitest';
import { createClient } from '../../clients/typescript/src/index.ts';
import { eventually, runCommand, runJob, type ServiceProcess, startProxy } from '../support/service-process.ts';
import { testSpool } from '../support/test-spool.ts';

const test = testSpool.extend(
  'deliver',
  ({ service, environment }) =>
    () =>
      runCommand(['flush', '--url', service.url], environment()),
);

/** A job of one step that logs `loss` 0…count−1, printing each; it has a result and an exit code of its own. */
const job = (name: string, count: number, end = 'return 42') => `
  import { logMetadata, pipelineRun, step } from '@runledger/client';
  const result = await pipelineRun({ name: '${name}', pipeline: 'jobs' }, () =>
    step('train', async () => {
      for (let loss = 0; loss < ${count}; loss += 1) {
        logMetadata({ loss });
        console.log('logged ' + loss);
        await new Promise((resolve) => setTimeout(resolve, 10));
      }
      ${end};
    }),
  );
  console.log('result ' + result);
  process.exitCode = 7;
`;

/** What was logged under `loss` of a run, oldest first. */
async function losses(service: ServiceProcess, name: string): Promise<unknown[]> {
  const values: unknown[] = [];
  const run = await createClient({ url: service.url }).pipelineRun(name);
  for await (const { value } of run.metadataHistory('loss', { pageSize: 7 })) values.unshift(value);
  return values;
}

const upTo = (count: number) => Array.from({ length: count }, (_, index) => index);
const spooled = async (spool: string) => (await readdir(spool)).filter((name) => name.endsWith('.jsonl'));

test('an undisturbed job leaves nothing in the spool', async ({ service, spool, environment }) => {
  const { code, stdout, stderr } = await runJob(job('peace', 20), environment());
  expect({ code, stderr }).toEqual({ code: 7, stderr: '' });
  expect(stdout).toContain('result 42');
  expect(await losses(service, 'peace')).toEqual(upTo(20));
  expect(await readdir(spool)).toEqual([]);
  const run = await createClient({ url: service.url }).pipelineRun('peace');
  expect([run.status, (await run.step('train').info()).status]).toEqual(['COMPLETED', 'COMPLETED']);
});

test('the service is killed in the middle of a job and started again: every entry arrives once, in order', async ({
  service,
  spool,
  environment,
  deliver,
}) => {
  let restarted = Promise.resolve();
  const result = await runJob(job('killed', 60), environment(), (line) => {
    if (line === 'logged 15') restarted = service.kill();
    if (line === 'logged 40') restarted = restarted.then(() => service.start());
  });
  await restarted;
  expect([result.code, result.stdout.includes('result 42')]).toEqual([7, true]);
  if ((await spooled(spool)).length > 0) await deliver();
  expect(await losses(service, 'killed')).toEqual(upTo(60));
  expect((await createClient({ url: service.url }).pipelineRun('killed')).status).toBe('COMPLETED');
});

test('a service that answers 500, 503 and cuts connections: every entry arrives once, in order', async ({
  service,
  environment,
  deliver,
}) => {
  let requests = 0;
  const proxy = await startProxy(service.url, () => {
    requests += 1;
    if (requests % 5 === 1) return { status: 500, body: 'oops' };
    if (requests % 5 === 2) return { status: 503, headers: { 'retry-after': '0' }, body: '' };
    return requests % 5 === 3 ? { cut: true } : undefined;
  });
  const { code, stdout } = await runJob(job('flaky', 30), environment(proxy.url));
  expect([code, stdout.includes('result 42')]).toEqual([7, true]);
  await proxy.close();
  expect((await deliver()).code).toBe(0);
  expect(await losses(service, 'flaky')).toEqual(upTo(30));
});

test('a service that does not answer holds up neither the steps nor the end for long', async ({
  service,
  spool,
  environment,
}) => {
  const proxy = await startProxy(service.url, () => ({ wait: new Promise(() => {}) }));
  const env = { ...environment(proxy.url), RUNLEDGER_STEP_FLUSH_SECONDS: '0.2', RUNLEDGER_EXIT_FLUSH_SECONDS: '0.4' };
  const start = performance.now();
  const { code, stdout } = await runJob(job('slow', 5), env);
  expect(performance.now() - start).toBeLessThan(8_000);
  expect([code, stdout.includes('result 42')]).toEqual([7, true]);
  expect(await spooled(spool)).toHaveLength(1);
  await proxy.close();
});

test('the service is absent for a whole job: the next one delivers', async ({
  service,
  spool,
  environment,
  deliver,
}) => {
  const gone = await startProxy(service.url, () => undefined);
  await gone.close();
  const { code, stdout, stderr } = await runJob(job('absent', 25), environment(gone.url));
  expect([code, stdout.includes('result 42')]).toEqual([7, true]);
  expect(stderr).toMatch(/cannot be reached/);
  expect(await spooled(spool)).toHaveLength(1);
  const told = expect.stringMatching(/^\d+ delivered, 0 refused, 0 files kept\.\n$/);
  expect(await deliver()).toMatchObject({ code: 0, stdout: told });
  expect(await losses(service, 'absent')).toEqual(upTo(25));
  expect(await readdir(spool)).toEqual([]);
  expect((await createClient({ url: service.url }).pipelineRun('absent')).status).toBe('COMPLETED');
});

test('the failure of a step is recorded, and rethrown unchanged', async ({ service, environment }) => {
  const { code, stderr } = await runJob(job('failed', 3, 'throw new RangeError("no data")'), environment());
  expect(code).toBe(1);
  expect(stderr).toContain('RangeError: no data');
  const run = await eventually('the run has failed', async () => {
    const found = await createClient({ url: service.url }).pipelineRun('failed');
    return found.status === 'FAILED' && found;
  });
  expect((await run.step('train').info()).status).toBe('FAILED');
  expect(await losses(service, 'failed')).toEqual(upTo(3));
});

test('kill -9 of a step process loses nothing that was logged, and the next process delivers it', async ({
  service,
  environment,
  deliver,
}) => {
  const gone = await startProxy(service.url, () => ({ status: 503, body: '' }));
  let last = -1;
  const { signal } = await runJob(job('murdered', 1_000), environment(gone.url), (line, child) => {
    last = Number(line.slice('logged '.length));
    if (last === 20) child.kill('SIGKILL');
  });
  expect(signal).toBe('SIGKILL');
  await gone.close();
  expect((await deliver()).code).toBe(0);
  const arrived = await losses(service, 'murdered');
  expect(arrived.length).toBeGreaterThanOrEqual(last + 1);
  expect(arrived).toEqual(upTo(arrived.length));
});

test('the next process delivers what a killed one left, before its own', async ({ service, spool, environment }) => {
  const proxy = await startProxy(service.url, () => (open ? undefined : { status: 503, body: '' }));
  let open = false;
  await runJob(job('left', 1_000), environment(proxy.url), (line, child) => {
    if (line === 'logged 9') child.kill('SIGKILL');
  });
  open = true;
  const next = `import { logMetadata, flush } from '@runledger/client';
    logMetadata({ loss: 'mine' }, { run: 'left', stepName: 'train', buffered: true });`;
  expect(await runJob(next, environment(proxy.url))).toMatchObject({ code: 0, stderr: '' });
  const arrived = await losses(service, 'left');
  expect(arrived.slice(0, -1)).toEqual(upTo(arrived.length - 1));
  expect(arrived.at(-1)).toBe('mine');
  expect(await readdir(spool)).toEqual([]);
  await proxy.close();
});

test('a child process finds its step by the environment', async ({ service, spool, environment }) => {
  const parent = `
    import { spawnSync } from 'node:child_process';
    import { pipelineRun, step, stepEnvironment } from '@runledger/client';
    await pipelineRun({ name: 'parent' }, () => step('train', () => {
      const child = "import { logMetadata } from '@runledger/client'; logMetadata({ loss: 1 }); console.log('child');";
      const env = { ...process.env, ...stepEnvironment() };
      const { status } = spawnSync(process.execPath, ['--input-type=module', '-e', child], { env, stdio: 'inherit' });
      console.log('status ' + status);
    }));`;
  const { code, stdout } = await runJob(parent, environment());
  expect({ code, stdout }).toEqual({ code: 0, stdout: 'child\nstatus 0\n' });
  expect(await losses(service, 'parent')).toEqual([1]);
  expect(await readdir(spool)).toEqual([]);
});
