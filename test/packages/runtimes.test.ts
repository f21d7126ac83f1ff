import { execFile, execFileSync } from 'node:child_process';
import { cp, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect } from 'vitest';
import { createClient } from '../../clients/typescript/src/index.ts';
import { packageRoot } from '../support/service-process.ts';
import { testSpool } from '../support/test-spool.ts';

// The client as it is installed, on other runtimes than Node: where they are there (`npm install --prefix DIR bun deno`, and
// DIR/node_modules/.bin in PATH), else skipped.

const runtimes = [
  ['bun', ['run', 'job.mjs']],
  ['deno', ['run', '--quiet', '--allow-all', '--node-modules-dir=manual', 'job.mjs']],
] as const;

function isThere(command: string): boolean {
  try {
    execFileSync(command, ['--version'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}

const job = `
  import { logEnvironment, logMetadata, pipelineRun, step, Uri } from '@runledger/client';
  import { record } from '@runledger/client/testing';
  const work = () => pipelineRun({ name: process.argv[2] ?? 'job', pipeline: 'runtimes' }, async () => {
    await logEnvironment();
    await Promise.all([1, 2].map((n) => step('side', async () => {
      await new Promise((resolve) => setTimeout(resolve, 5));
      for (let i = 0; i < 2000; i += 1) logMetadata({ n, loss: i / 7 }, { iteration: i });
    })));
    await step('train', () => logMetadata({ seed: 9007199254740993n, model: Uri('s3://a') }));
    await step('fails', () => { throw new RangeError('no data'); }).catch(() => {});
  });
  await work();
  const { steps } = await record(work);
  console.log(Object.keys(steps).join());`;

for (const [runtime, args] of runtimes) {
  testSpool.skipIf(!isThere(runtime))(`a job on ${runtime}`, async ({ service, environment, onTestFinished }) => {
    const where = await mkdtemp(join(tmpdir(), 'runledger-runtime-'));
    onTestFinished(() => rm(where, { recursive: true, force: true }));
    const installed = join(where, 'node_modules/@runledger/client');
    await mkdir(installed, { recursive: true });
    await cp(join(packageRoot, 'clients/typescript/package.json'), join(installed, 'package.json'));
    await cp(join(packageRoot, 'clients/typescript/dist'), join(installed, 'dist'), { recursive: true });
    await writeFile(join(where, 'job.mjs'), job);
    const env = { ...process.env, ...environment() };
    const { stdout } = await promisify(execFile)(runtime, [...args, runtime], { cwd: where, env });
    expect(stdout).toBe('side,side_2,train,fails\n');
    const run = await createClient({ url: service.url }).pipelineRun(runtime);
    expect(run.status).toBe('COMPLETED');
    expect((await run.step('train').runMetadata('seed'))?.value).toBe(9007199254740993n);
    for (const name of ['side', 'side_2']) {
      const values = [];
      for await (const { value } of run.step(name).metadataHistory('loss', { pageSize: 200 })) values.unshift(value);
      expect(values).toEqual(Array.from({ length: 2000 }, (_, i) => i / 7));
    }
    expect((await run.step('fails').info()).failure).toMatchObject({ type: 'RangeError', message: 'no data' });
    expect((await run.runMetadata('environment'))?.value).toMatchObject({ [runtime]: expect.any(String) });
  });
}
