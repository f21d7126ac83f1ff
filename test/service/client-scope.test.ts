import { readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { expect } from 'vitest';
import { createClient } from '../../clients/typescript/src/index.ts';
import { packageRoot, runJob } from '../support/service-process.ts';
import { testSpool as test } from '../support/test-spool.ts';

const turn = 'await new Promise((resolve) => setTimeout(resolve, 1));';

test('steps that run at the same time do not mix, and what they start logs to them', async ({ service, env }) => {
  const { code, stderr } = await runJob(
    `import { logMetadata, pipelineRun, step } from '@runledger/client';
     const work = (name) => step(name, async () => {
       for (let count = 0; count < 5; count += 1) {
         ${turn}
         await Promise.all([1, 2].map(async () => { ${turn} logMetadata({ name, count }); }));
       }
       await step(name + '-inner', async () => { ${turn} logMetadata({ name: name + '-inner' }); });
       logMetadata({ last: name });
     });
     await pipelineRun({ name: 'at-once' }, () => Promise.all(['a', 'b', 'c'].map(work)));`,
    env,
  );
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  const metadata = await (await createClient({ url: service.url }).pipelineRun('at-once')).metadata();
  for (const name of ['a', 'b', 'c']) {
    expect(metadata.get(`${name}::name`)?.value).toBe(name);
    expect(metadata.get(`${name}::last`)?.value).toBe(name);
    expect(metadata.get(`${name}-inner::name`)?.value).toBe(`${name}-inner`);
  }
});

test('outside a step, without a target, the error lists the ways to call', async ({ env }) => {
  const { code, stderr } = await runJob(`import { logMetadata } from '@runledger/client'; logMetadata({ a: 1 });`, env);
  expect(code).toBe(1);
  for (const way of ['step("name"', 'RUNLEDGER_STEP_ID', '{ stepId }', '{ run, stepName }', '{ run }'])
    expect(stderr).toContain(way);
});

test('a value that cannot be stored is an error of the step that logs it, and nothing of that call is logged', async ({
  service,
  env,
}) => {
  const { code, stdout } = await runJob(
    `import { logMetadata, pipelineRun, step } from '@runledger/client';
     await pipelineRun({ name: 'no-form' }, () => step('train', () => logMetadata({ fine: 1, cfg: { act: [() => 1] } })))
       .catch((error) => console.log(error.name + ': ' + error.message));`,
    env,
  );
  expect(code).toBe(0);
  expect(stdout).toContain('InvalidCallError: metadata.cfg.act[0]: a function');
  const run = await createClient({ url: service.url }).pipelineRun('no-form');
  expect([run.status, (await run.metadata()).size]).toEqual(['FAILED', 0]);
});

test('a step may belong to a run of another process', async ({ service, env }) => {
  const { code } = await runJob(
    `import { logMetadata, pipelineRun, step } from '@runledger/client';
     const id = await pipelineRun({ name: 'elsewhere' }, ({ id }) => id);
     await step('late', () => logMetadata({ a: 1 }), { run: id });`,
    env,
  );
  expect(code).toBe(0);
  const run = await createClient({ url: service.url }).pipelineRun('elsewhere');
  expect((await run.step('late').runMetadata('a'))?.value).toBe(1);
});

test('a run hands its function the name it has, whether it was taken, left to the service, or asked for in vain', async ({
  service,
  env,
  environment,
}) => {
  const text = (url: string) => `
    import { logMetadata, pipelineRun, step } from '@runledger/client';
    const named = async (options) => pipelineRun({ ...options, url: '${url}' }, ({ id, name }) => console.log(id + ' ' + name));
    await named({ name: 'taken' });
    await named({ name: 'taken' });
    await named({});`;
  const { stdout, stderr } = await runJob(text(service.url), env);
  const lines = stdout
    .trimEnd()
    .split('\n')
    .map((line) => line.split(' '));
  expect(stderr).toContain('already a run named taken');
  expect(lines.map(([, name]) => name)).toEqual([
    'taken',
    `taken-${lines[1]![0]!.slice(0, 8)}`,
    expect.stringMatching(/../),
  ]);
  for (const [id, name] of lines) expect((await createClient({ url: service.url }).pipelineRun(id!)).name).toBe(name);
  const away = await runJob(text('http://127.0.0.1:9'), environment('http://127.0.0.1:9'));
  expect(
    away.stdout
      .trimEnd()
      .split('\n')
      .map((line) => line.split(' ')[1]),
  ).toEqual(['taken', 'taken', 'undefined']);
});

test('a run that learns its name late has it as soon as its start is delivered', async ({ env }) => {
  const { stdout } = await runJob(
    `import { flush, pipelineRun } from '@runledger/client';
     const once = (fn) => pipelineRun({ name: 'late-name' }, fn);
     await once(() => {});
     await once(async (run) => {
       console.log(run.name);
       await flush();
       console.log(run.name);
     });`,
    { ...env, RUNLEDGER_STEP_FLUSH_SECONDS: '0' },
  );
  expect(stdout).toMatch(/^late-name\nlate-name-[0-9a-f]{8}\n$/);
});

test('logging nothing in a step warns, once, and the job goes on', async ({ env }) => {
  const text = `
    import { logMetadata, pipelineRun, step } from '@runledger/client';
    await pipelineRun({ name: 'nothing' }, () => step('train', () => {
      for (let count = 0; count < 3; count += 1) logMetadata({});
      logMetadata({ fine: 1 });
    })).catch((error) => console.log(error.name));
    await logMetadata({}, { run: 'nothing' }).catch((error) => console.log('rejected: ' + error.message));`;
  const { code, stdout, stderr } = await runJob(text, env);
  expect([code, stderr.trimEnd().split('\n')]).toEqual([0, [expect.stringContaining('nothing to log')]]);
  expect(stdout).toMatch(/^rejected: .*nothing to log/);
  const strict = await runJob(text.replaceAll('nothing', 'strict'), { ...env, RUNLEDGER_STRICT: '1' });
  expect(strict.stdout).toMatch(/^InvalidCallError\n/);
});

test('a step that goes to another run from inside a run goes to the same service, unless it names one', async ({
  service,
  env,
}) => {
  const { code, stdout } = await runJob(
    `import { logMetadata, pipelineRun, step } from '@runledger/client';
     const url = '${service.url}';
     const id = await pipelineRun({ name: 'other-run', url }, ({ id }) => id);
     await pipelineRun({ name: 'this-run', url }, async () => {
       await step('late', () => logMetadata({ a: 1 }), { run: id });
       await step('lost', () => {}, { url: 'http://127.0.0.1:9' }).catch((error) => console.log(error.message));
     });`,
    { ...env, RUNLEDGER_URL: 'http://127.0.0.1:9' },
  );
  expect(code).toBe(0);
  expect(stdout).toContain(`the run is recorded at ${service.url}`);
  const run = await createClient({ url: service.url }).pipelineRun('other-run');
  expect((await run.step('late').runMetadata('a'))?.value).toBe(1);
});

test('what browsers load needs nothing of Node', async () => {
  const seen = new Set<string>();
  const visit = async (path: string): Promise<void> => {
    if (seen.has(path)) return;
    seen.add(path);
    const text = await readFile(path, 'utf8');
    expect(text, path).not.toMatch(/from 'node:|from '(?!\.)/);
    for (const [, to] of text.matchAll(/from '(\.[^']*)'/g)) await visit(join(dirname(path), to!));
  };
  await visit(join(packageRoot, 'clients/typescript/dist/browser.js'));
  expect(seen.size).toBeGreaterThan(10);
});
