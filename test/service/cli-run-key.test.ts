import { createClient } from '@runledger/client';
import { expect } from 'vitest';
import { runCommand } from '../support/service-process.ts';
import { testCommands as test } from '../support/test-commands.ts';

test('a command gets a token for its run, never the key, and its steps and logs are recorded with that', async ({
  sh,
  database,
  service,
}) => {
  const { stdout } = await runCommand(['keys', 'bootstrap'], { DATABASE_URL: database.url });
  const key = stdout.trim();
  expect(key).toMatch(/^rl_/);
  const seen = await sh(
    `runledger run with-key -p keys -- sh -c 'env | grep -c "$1"; runledger step train -- sh -c "env; runledger log a=1"' sh "$RUNLEDGER_API_KEY"`,
    { RUNLEDGER_API_KEY: key },
  );
  expect([seen.code, seen.stderr]).toEqual([0, '']);
  expect(seen.stdout).toMatch(/^0\n/);
  expect(seen.stdout).toMatch(/^RUNLEDGER_API_KEY=rlt_/m);
  expect(seen.stdout).not.toContain(key);
  const run = await createClient({ url: service.url, apiKey: key }).pipelineRun('with-key');
  expect([run.status, (await run.runMetadata('train::a'))?.value]).toEqual(['COMPLETED', 1]);
});
