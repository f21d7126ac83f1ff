import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmod, mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { packageRoot } from '../support/service-process.ts';

// What a user has who installs the packages into an empty folder, without install scripts. Needs the npm registry.

const execute = promisify(execFile);
const html = { headers: { accept: 'text/html' } };
let folder: string;
let tarballs: { client: string; runledger: string };

/** Runs a program of the folder, and gives what it prints. */
async function run(where: string, command: string, args: string[], env: Record<string, string> = {}): Promise<string> {
  const { stdout } = await execute(command, args, { cwd: where, env: { ...process.env, ...env }, maxBuffer: 2 ** 24 });
  return stdout;
}

async function pack(...workspace: string[]): Promise<string> {
  const args = ['pack', '--json', '--ignore-scripts', '--pack-destination', folder, ...workspace];
  const [{ filename }] = JSON.parse(await run(packageRoot, 'npm', args));
  return join(folder, filename);
}

/** An empty folder in which these are installed. */
async function install(name: string, ...packages: string[]): Promise<string> {
  const where = join(folder, name);
  await mkdir(where);
  await writeFile(join(where, 'package.json'), JSON.stringify({ name, private: true }));
  const options = ['--ignore-scripts', '--no-audit', '--no-fund', '--prefer-offline', '--loglevel=error'];
  await run(where, 'npm', ['install', ...options, ...packages]);
  return where;
}

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'runledger-installed-'));
  // As root, the embedded Postgres runs as another user, who must be able to enter.
  await chmod(folder, 0o755);
  tarballs = { client: await pack('--workspace', '@runledger/client'), runledger: await pack() };
});
afterAll(() => rm(folder, { recursive: true, force: true }));

test('the client installs as one package, of less than 300 kB', async () => {
  const where = await install('client-only', tarballs.client);
  const { packages } = JSON.parse(await readFile(join(where, 'package-lock.json'), 'utf8'));
  expect(Object.keys(packages)).toEqual(['', 'node_modules/@runledger/client']);
  const installed = join(where, 'node_modules/@runledger/client');
  const files = await readdir(installed, { recursive: true, withFileTypes: true });
  const sizes = await Promise.all(
    files.filter((file) => file.isFile()).map((file) => stat(join(file.parentPath, file.name))),
  );
  expect(sizes.reduce((sum, { size }) => sum + size, 0)).toBeLessThan(300_000);
});

test.for([
  ['an ES module', 'consumer.mts', "import { createClient, logMetadata, type Metadata } from '@runledger/client';"],
  ['CommonJS', 'consumer.cts', "import { createClient, logMetadata, type Metadata } from '@runledger/client';"],
] as const)('its types are found under "module": "node16" from %s', async ([, file, imports]) => {
  const where = join(folder, 'client-only');
  const program = `${imports}
    import { record } from '@runledger/client/testing';
    import { parseJson } from '@runledger/client/json';
    const client = createClient({ url: 'http://127.0.0.1:9' });
    const metadata: Metadata = { accuracy: 0.9 };
    export const listed = client.pipelineRuns({ filter: { metadata: { key: 'accuracy', gt: 0.9 } } });
    export const done: Promise<unknown> = record(() => logMetadata(metadata));
    export const parsed = parseJson('1');`;
  await writeFile(join(where, file), program);
  const options = ['--module', 'node16', '--target', 'es2022', '--strict', '--noEmit', '--skipLibCheck', 'false'];
  const compiler = join(packageRoot, 'node_modules/typescript/bin/tsc');
  const types = ['--types', 'node', '--typeRoots', join(packageRoot, 'node_modules/@types')];
  expect(await run(where, process.execPath, [compiler, ...options, ...types, file])).toBe('');
});

test('it can be required, and is then the same module', async () => {
  const text = `
    const required = require('@runledger/client');
    import('@runledger/client').then((imported) => console.log(required.logMetadata === imported.logMetadata));`;
  // Without the warning of Node 20 and 22 that this is new there.
  const args = ['--no-warnings', '-e', text];
  expect(await run(join(folder, 'client-only'), process.execPath, args)).toBe('true\n');
});

test('`npx runledger serve` answers soon, TypeScript, a shell and Python log to it, and the page is there', async ({
  annotate,
}) => {
  const where = await install('everything', tarballs.client, tarballs.runledger);
  const begun = performance.now();
  const env = { ...process.env, RUNLEDGER_DATA_DIR: join(where, 'data'), DATABASE_URL: '', LOG_LEVEL: 'error' };
  const child: ChildProcess = spawn('npx', ['runledger', 'serve', '--port', '0'], {
    cwd: where,
    env,
    stdio: ['ignore', 'pipe', 'inherit'],
    // npx and what it starts are stopped together.
    detached: true,
  });
  try {
    const [line] = await once(createInterface({ input: child.stdout! }), 'line');
    const url = /http:\S+/.exec(line)?.[0] ?? '';
    const page = await fetch(new URL('/', url), html);
    const tookMs = performance.now() - begun;
    const took = `the first answer came ${(tookMs / 1_000).toFixed(1)} s after the command`;
    await annotate(took);
    console.info(took);
    expect([page.status, page.headers.get('content-type')]).toEqual([200, expect.stringContaining('text/html')]);
    // 3 s on an idle machine; tests run beside others.
    expect(tookMs).toBeLessThan(60_000);

    const settings = { RUNLEDGER_URL: url, RUNLEDGER_SPOOL_DIR: join(where, 'spool'), RUNLEDGER_LINK: '0' };
    await jobInTypeScript(where, settings, await page.text());
    await pipelineInShell(where, settings);
    await jobInPython(where, settings);
  } finally {
    const ended = once(child, 'close');
    process.kill(-child.pid!, 'SIGTERM');
    await ended;
  }
});

type Environment = Record<string, string>;

async function jobInTypeScript(where: string, settings: Environment, page: string): Promise<void> {
  const job = `
    import { createClient, logMetadata, pipelineRun, step } from '@runledger/client';
    const { id, url } = await pipelineRun({ name: 'packed', pipeline: 'p' }, async (run) => {
      await step('train', () => logMetadata({ seed: 9007199254740993n }));
      return run;
    });
    const read = await createClient().pipelineRun(id);
    console.log(read.status, (await read.step('train').runMetadata('seed')).value, url);`;
  await writeFile(join(where, 'job.mjs'), job);
  const [status, seed, runUrl = ''] = (await run(where, process.execPath, ['job.mjs'], settings)).trim().split(' ');
  expect([status, seed]).toEqual(['COMPLETED', '9007199254740993n']);
  const runPage = await fetch(runUrl, html);
  expect([runPage.status, await runPage.text()]).toEqual([200, page]);
}

async function pipelineInShell(where: string, settings: Environment): Promise<void> {
  const script = `
    npx runledger step train -- npx runledger log seed=9007199254740993
    npx runledger step test -- npx runledger log accuracy=0.5`;
  const words = ['runledger', 'run', 'packed-shell', '--pipeline', 'p', '--', 'sh', '-ec', script];
  await run(where, 'npx', words, settings);
  const read = await run(
    where,
    'npx',
    ['runledger', 'get', 'seed', '--run', 'packed-shell', '--step', 'train'],
    settings,
  );
  expect(read.trim()).toBe('9007199254740993');
  const runs = await run(where, 'npx', ['runledger', 'runs', '--json'], settings);
  expect(runs).toMatch(/"packed-shell"[^}]*"COMPLETED"/);
}

/** The Python client, as pip builds and installs it into an environment of its own. */
async function jobInPython(where: string, settings: Environment): Promise<void> {
  const python = join(where, 'venv/bin/python');
  await run(where, 'python3', ['-m', 'venv', 'venv']);
  await run(where, python, ['-m', 'pip', 'install', '--quiet', join(packageRoot, 'clients/python')]);
  const job = `
import runledger
with runledger.run("packed-python", pipeline="p"):
    with runledger.step("train"):
        runledger.log_metadata({"seed": 2**53 + 1})
print(runledger.Client().get_pipeline_run("packed-python").run_metadata["train::seed"])`;
  await writeFile(join(where, 'job.py'), job);
  expect((await run(where, python, ['job.py'], settings)).trim()).toBe('9007199254740993');
}
