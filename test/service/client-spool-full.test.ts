import { readdir } from 'node:fs/promises';
import { expect } from 'vitest';
import { createClient } from '../../clients/typescript/src/index.ts';
import { runCommand, runJob, startProxy } from '../support/service-process.ts';
import { testSpool } from '../support/test-spool.ts';

const test = testSpool.extend('client', ({ service }) => createClient({ url: service.url }));

/** A job that logs `count` values in a loop that never lets go of the thread. */
const job = (name: string, count: number) => `
  import { logMetadata, pipelineRun, step } from '@runledger/client';
  await pipelineRun({ name: '${name}' }, () => step('train', () => {
    const start = performance.now();
    for (let k = 0; k < ${count}; k += 1) logMetadata({ k }, { iteration: k });
    console.log(performance.now() - start);
  }));`;

test('a loop that logs faster than the service takes it is held up at the bound of the spool, and loses nothing', async ({
  client,
  spool,
  environment,
}) => {
  const env = { ...environment(), RUNLEDGER_SPOOL_MAX_BYTES: '200000' };
  expect(await runJob(job('fast', 20_000), env)).toMatchObject({ code: 0, stderr: '' });
  expect(await readdir(spool)).toEqual([]);
  const run = await client.pipelineRun('fast');
  const [series] = await run.series('k', { maxPoints: 2 });
  expect([series?.total, series?.min, series?.max]).toEqual([20_000, 0, 19_999]);
  let next = 19_999;
  for await (const { value } of run.metadataHistory('k', { pageSize: 200 })) {
    expect(value).toBe(next);
    next -= 1;
    if (next < 19_000) break;
  }
});

test('where the service is away the newest are refused at once, and counted', async ({
  service,
  client,
  environment,
}) => {
  const gone = await startProxy(service.url, () => undefined);
  await gone.close();
  const env = { ...environment(gone.url), RUNLEDGER_SPOOL_MAX_BYTES: '50000' };
  const { code, stdout, stderr } = await runJob(job('away', 5_000), env);
  expect([code, Number(stdout) < 2_000]).toEqual([0, true]);
  const dropped = Number(/(\d+) operations were dropped/.exec(stderr)?.[1]);
  expect(dropped).toBeGreaterThan(0);
  await runCommand(['flush', '--url', service.url], environment());
  const [series] = await (await client.pipelineRun('away')).series('k');
  expect([series!.total + dropped, series!.max]).toEqual([5_000, series!.total - 1]);
});

test('a service that takes nothing holds up a loop once, for some seconds', async ({ service, environment }) => {
  const proxy = await startProxy(service.url, (body) =>
    body.includes('logMetadata') ? { wait: new Promise(() => {}) } : undefined,
  );
  const env = {
    ...environment(proxy.url),
    RUNLEDGER_SPOOL_MAX_BYTES: '50000',
    RUNLEDGER_EXIT_FLUSH_SECONDS: '0.1',
  };
  const { code, stdout } = await runJob(job('stuck', 5_000), env);
  expect(code).toBe(0);
  expect(Number(stdout)).toBeGreaterThan(5_000);
  expect(Number(stdout)).toBeLessThan(14_000);
  await proxy.close();
});
