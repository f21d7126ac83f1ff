import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'vitest';
import { runCommand, runJob } from '../support/service-process.ts';
import { testAlone as test } from '../support/test.ts';

const adminKey = 'an-administrator-who-is-tested-and-nobody-else';

const job = `
  import { existsSync } from 'node:fs';
  import { logMetadata, pipelineRun, step } from '@runledger/client';
  await pipelineRun({ name: 'revoked', pipeline: 'iris' }, () =>
    step('train', async () => {
      for (let loss = 0; loss < 60; loss += 1) {
        logMetadata({ loss });
        if (loss !== 20) continue;
        console.log('at 20');
        while (!existsSync(process.env.REVOKED)) await new Promise((resolve) => setTimeout(resolve, 20));
      }
    }),
  );
  console.log('done');
`;

test('a key that is revoked while entries wait loses none of them: the person is told which variable to set, and they go out by the next', {
  timeout: 120_000,
}, async ({ startService, onTestFinished }) => {
  const spool = await mkdtemp(join(tmpdir(), 'runledger-spool-'));
  const elsewhere = await mkdtemp(join(tmpdir(), 'runledger-sign-'));
  onTestFinished(() => rm(spool, { recursive: true, force: true }));
  onTestFinished(() => rm(elsewhere, { recursive: true, force: true }));
  const { url } = await startService({ RUNLEDGER_ADMIN_KEY: adminKey });
  const ask = async (query: string) => {
    const response = await fetch(url, {
      method: 'POST',
      body: JSON.stringify({ query }),
      headers: { 'content-type': 'application/json', authorization: `Bearer ${adminKey}` },
    });
    const { data, errors } = await response.json();
    expect(errors).toBeUndefined();
    return data;
  };
  const make = async () =>
    (await ask('mutation { createApiKey(input: { name: "job", scopes: [WRITE] }) { secret apiKey { id } } }'))
      .createApiKey;
  const history = async () => {
    const values: unknown[] = [];
    for (let after: string | null = null; ; ) {
      const page: string = `{ pipelineRun(ref: "revoked") { status metadataHistory(key: "loss", first: 50, after: ${JSON.stringify(after)}) { nodes { value } pageInfo { hasNextPage endCursor } } } }`;
      const { pipelineRun } = await ask(page);
      values.unshift(...pipelineRun.metadataHistory.nodes.map(({ value }: { value: unknown }) => value).reverse());
      if (!pipelineRun.metadataHistory.pageInfo.hasNextPage) return { status: pipelineRun.status, values };
      after = pipelineRun.metadataHistory.pageInfo.endCursor;
    }
  };

  const first = await make();
  const env = { RUNLEDGER_URL: url, RUNLEDGER_SPOOL_DIR: spool, RUNLEDGER_API_KEY: first.secret };
  const sign = join(elsewhere, 'revoked');
  const revoke = async () => {
    await ask(`mutation { revokeApiKey(id: "${first.apiKey.id}") { id } }`);
    await writeFile(sign, '');
  };
  let revoked: Promise<unknown> | undefined;
  const result = await runJob(job, { ...env, REVOKED: sign }, (line) => {
    if (line === 'at 20') revoked = revoke();
  });
  await revoked;
  // The job is what it would have been.
  expect(result).toMatchObject({ code: 0, stdout: expect.stringContaining('done') });
  expect(result.stderr).toMatch(/revoked.*RUNLEDGER_API_KEY/);
  expect(result.stderr).toContain(spool);
  expect(result.stderr).not.toContain(first.secret);
  expect((await readdir(spool)).some((name) => name.endsWith('.jsonl'))).toBe(true);
  expect((await readdir(spool)).some((name) => name.endsWith('.rejected'))).toBe(false);
  const before = await history();
  expect(before.status).toBe('RUNNING');
  expect(before.values.length).toBeLessThan(60);

  // By the old key they go on waiting; the command says what to set.
  const again = await runCommand(['flush', '--url', url], env);
  expect(again.code).not.toBe(0);
  expect(again.stderr).toContain('RUNLEDGER_API_KEY');
  expect((await readdir(spool)).some((name) => name.endsWith('.jsonl'))).toBe(true);

  const next = await make();
  expect(await runCommand(['flush', '--url', url], { ...env, RUNLEDGER_API_KEY: next.secret })).toMatchObject({
    code: 0,
  });
  expect(await history()).toEqual({ status: 'COMPLETED', values: Array.from({ length: 60 }, (_, n) => n) });
  expect(await readdir(spool)).toEqual([]);
});
