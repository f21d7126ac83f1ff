import { execFile } from 'node:child_process';
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect } from 'vitest';
import { createClient } from '../../clients/typescript/src/index.ts';
import { packageRoot, runCommand, runJob, startProxy } from '../support/service-process.ts';
import { testSpool } from '../support/test-spool.ts';

type Environment = () => Record<string, string>;

const test = testSpool
  .extend('client', ({ service }) => createClient({ url: service.url }))
  .extend(
    'runledger',
    ({ environment }) =>
      (...args: string[]) =>
        runCommand(args, environment()),
  )
  .extend('startRun', ({ environment }) => (name: string) => {
    const text = `import { pipelineRun } from '@runledger/client'; await pipelineRun({ name: '${name}' }, () => {});`;
    return runJob(text, environment());
  })
  .extend(
    'bash',
    ({ environment }) =>
      (line: string) =>
        bash(line, environment),
  );

/** Leaves a file of two refused operations: they log to a run that does not exist, by its name and by a prefix of it. */
async function leaveRejected(run: string, spool: string, environment: Environment): Promise<string> {
  const { stderr } = await runJob(
    `import { logMetadata } from '@runledger/client';
     logMetadata({ value: 1 }, { run: '${run.slice(0, -1)}', buffered: true });
     logMetadata({ value: 2 }, { run: '${run}', buffered: true });`,
    environment(),
  );
  expect(stderr).toContain('NOT_FOUND');
  const [name] = await readdir(spool);
  expect(name).toMatch(/\.rejected$/);
  return join(spool, name!);
}

test('a wrong path in the URL keeps every operation, and says which URL and which variable', async ({
  service,
  spool,
  client,
  environment,
  runledger,
}) => {
  const wrong = service.url.replace('/graphql', '/api');
  const { code, stderr } = await runJob(
    `import { logMetadata, pipelineRun, step } from '@runledger/client';
     await pipelineRun({ name: 'wrong-url' }, () => step('train', () => logMetadata({ a: 1 })));`,
    environment(wrong),
  );
  expect(code).toBe(0);
  expect(stderr).toContain(`${wrong}/graphql`);
  expect(stderr).toContain('RUNLEDGER_URL');
  expect((await readdir(spool)).map((name) => name.replace(/.*\./, ''))).toEqual(['jsonl']);
  expect(await runledger('flush', '--url', service.url)).toMatchObject({
    code: 0,
    stdout: '5 delivered, 0 refused, 0 files kept.\n',
  });
  const run = await client.pipelineRun('wrong-url');
  expect([run.status, (await run.runMetadata('train::a'))?.value]).toEqual(['COMPLETED', 1]);
});

test('flush mentions the files of refused operations, and flush --rejected shows and retries them', async ({
  service,
  spool,
  client,
  environment,
  runledger,
  startRun,
}) => {
  const path = await leaveRejected('to-come', spool, environment);
  const mention = await runledger('flush');
  expect(mention).toMatchObject({ code: 0, stderr: '' });
  expect(mention.stdout).toContain(`${spool} has 1 file of refused operations`);
  expect(mention.stdout).toContain('flush --rejected');

  const before = await readFile(path, 'utf8');
  const away = await runledger('flush', '--rejected', '--url', 'http://127.0.0.1:9', '--timeout', '0.1');
  expect(away.code).toBe(1);
  expect(away.stderr).toContain(`${path} could not be delivered`);
  expect(await readFile(path, 'utf8')).toBe(before);

  const again = await runledger('flush', '--rejected');
  expect(again.code).toBe(1);
  expect(again.stdout).toContain(`${path}: 2 operations that ${service.url} refused`);
  expect(again.stdout).toMatch(/1 × NOT_FOUND: .*to-come/);
  expect(again.stdout).toContain('0 delivered, 2 refused again');
  expect(await readdir(spool)).toHaveLength(1);

  await startRun('to-come');
  const done = await runledger('flush', '--rejected');
  expect(done).toMatchObject({ code: 0, stderr: '' });
  expect(done.stdout).toContain('2 delivered, 0 refused again');
  expect(await readdir(spool)).toEqual([]);
  expect((await (await client.pipelineRun('to-come')).runMetadata('value'))?.value).toBe(2);
});

test('a step is found by its id with or without hyphens, in any case', async ({ environment, runledger }) => {
  const { stdout } = await runJob(
    `import { logMetadata, pipelineRun, step } from '@runledger/client';
     await pipelineRun({ name: 'by-step-id' }, () => step('train', ({ id }) => console.log(id)));`,
    environment(),
  );
  const id = stdout.trim();
  const bare = id.replaceAll('-', '').toUpperCase();
  expect(await runledger('log', 'a=1', '--step-id', bare)).toMatchObject({ code: 0, stderr: '' });
  expect(await runledger('get', 'a', '--step-id', bare)).toMatchObject({ code: 0, stdout: '1\n' });
  expect(await runCommand(['log', 'a=2'], { ...environment(), RUNLEDGER_STEP_ID: bare })).toMatchObject({ code: 0 });
  expect(await runledger('get', 'a', '--step-id', id)).toMatchObject({ code: 0, stdout: '2\n' });
  const wrong = await runledger('get', 'a', '--step-id', 'train');
  expect(wrong).toMatchObject({ code: 2, stderr: expect.stringContaining('--step-id must be a UUID, not "train"') });
  const child = `import { logMetadata } from '@runledger/client'; logMetadata({ a: 3 });`;
  expect(await runJob(child, { ...environment(), RUNLEDGER_STEP_ID: bare })).toMatchObject({ code: 0, stderr: '' });
  expect((await runledger('get', 'a', '--step-id', id)).stdout).toBe('3\n');
});

test('--version prints the version of the package', async ({ runledger }) => {
  const { version } = JSON.parse(await readFile(join(packageRoot, 'package.json'), 'utf8'));
  for (const option of ['--version', '-v'])
    expect(await runledger(option)).toMatchObject({ code: 0, stdout: `runledger ${version}\n` });
  // As `npx runledger` does in a clone.
  const { stdout } = await promisify(execFile)(join(packageRoot, 'dist/cli/main.js'), ['--version']);
  expect(stdout).toBe(`runledger ${version}\n`);
});

test.for(['abc', '-1', '65536', '80.5', ''])('serve --port %j is a usage error', async (port, { environment }) => {
  const env = { ...environment(), RUNLEDGER_DATA_DIR: '/dev/null/nowhere' };
  const { code, stderr } = await runCommand(['serve', `--port=${port}`], env);
  expect([code, stderr]).toEqual([2, expect.stringContaining('--port must be an integer from 0 to 65535')]);
});

test('log reports what the service refused, and leaves nothing behind', async ({ spool, runledger }) => {
  const { code, stderr } = await runledger('log', 'acc=0.9', 'loss=0.1', '--run', 'no-such-run', '--step', 'train');
  expect(code).toBe(1);
  expect(stderr).toContain('NOT_FOUND');
  expect(stderr).toContain('no-such-run');
  expect(stderr).toContain('"acc", "loss"');
  expect(await readdir(spool)).toEqual([]);
});

/** Runs a line of bash; `runledger` in it is the built command. Rejects unless every command of a pipe ends with 0. */
function bash(line: string, environment: Environment) {
  const command = `set -o pipefail; runledger() { "${process.execPath}" dist/cli/main.js "$@"; }; ${line}`;
  const env = { PATH: process.env['PATH'], HOME: process.env['HOME'], ...environment() };
  return promisify(execFile)('bash', ['-c', command], { cwd: packageRoot, env });
}

test('output that nobody reads any more ends the command quietly', async ({ bash, runledger, startRun }) => {
  await startRun('unread');
  await runledger('log', 'a=1', '--run', 'unread');
  expect(await bash('runledger get a --run unread | head -c0')).toEqual({ stdout: '', stderr: '' });
  expect(await bash('runledger --help | head -c0')).toEqual({ stdout: '', stderr: '' });
});

test('values come from a file, from standard input and with a negative iteration', async ({
  spool,
  client,
  bash,
  runledger,
  startRun,
}) => {
  await startRun('inputs');
  const file = join(spool, 'cfg.json');
  await writeFile(file, '{\n  "layers": [1, 12345678901234567890]\n}\n');
  const { stderr } = await bash(
    `printf '[1,2,3]' | runledger log cfg=@${file} rows=@- p=.5 q=+3 --run inputs --iteration -1`,
  );
  expect(stderr).toBe('');
  const metadata = await (await client.pipelineRun('inputs')).metadata();
  expect(metadata.get('cfg')).toMatchObject({ value: { layers: [1, 12345678901234567890n] }, iteration: -1 });
  expect(metadata.get('rows')).toMatchObject({ value: [1, 2, 3], type: 'LIST' });
  expect(metadata.get('p')).toMatchObject({ value: 0.5, type: 'FLOAT' });
  expect(metadata.get('q')).toMatchObject({ value: 3, type: 'INT' });
  const twice = await runledger('log', 'a=1', 'a=2', '--run', 'inputs');
  expect(twice).toMatchObject({ code: 2, stderr: expect.stringContaining('the key "a" is given twice') });
});

test('what stands behind -- is never an option, and is not lost', async ({ runledger, startRun }) => {
  await startRun('dashes');
  expect(await runledger('log', 'a=1', '--run', 'dashes', '--', 'b=2', '-key=3')).toMatchObject({
    code: 0,
    stderr: '',
  });
  expect(await runledger('get', '--run', 'dashes', '--', 'b')).toMatchObject({ code: 0, stdout: '2\n' });
  expect(await runledger('get', '--run', 'dashes', '--', '-key')).toMatchObject({ code: 0, stdout: '3\n' });
  const help = await runledger('get', '--run', 'dashes', '--', '--help');
  expect(help).toMatchObject({
    code: 1,
    stdout: '',
    stderr: expect.stringContaining('nothing is logged under "--help"'),
  });
  expect(await runledger('log', '--help', '--', 'b=4')).toMatchObject({
    code: 0,
    stdout: expect.stringMatching(/^runledger log: /),
  });
  expect(await runledger('--', 'log')).toMatchObject({ code: 2, stderr: expect.stringContaining('Give a command.') });
});

test('get waits no longer than its --timeout', async ({ service, environment, runledger }) => {
  const proxy = await startProxy(service.url, () => ({ wait: new Promise(() => {}) }));
  const start = performance.now();
  const { code, stderr } = await runCommand(['get', 'a', '--run', 'r', '--timeout', '0.3'], environment(proxy.url));
  expect(performance.now() - start).toBeLessThan(8_000);
  expect([code, stderr]).toEqual([1, expect.stringContaining('did not answer in time')]);
  await proxy.close();
  for (const timeout of ['soon', '0', '-1', '']) {
    const wrong = await runledger('get', 'a', '--run', 'r', `--timeout=${timeout}`);
    expect(wrong).toMatchObject({ code: 2, stderr: expect.stringContaining('--timeout must be a number of seconds') });
  }
});
