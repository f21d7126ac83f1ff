import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openEmbedded } from '../../src/storage/embedded/open.ts';
import { temporaryPath } from '../support/cluster.ts';
import { postmasterOf, signalAll } from '../support/processes.ts';
import { packageRoot } from '../support/service-process.ts';
import { until } from '../support/until.ts';

// The built service under npm, in a real terminal, told to stop at any moment: nothing of it may stay behind.

const terminal = fileURLToPath(new URL('../support/terminal.py', import.meta.url));
/** A cluster that is there already, so that a start takes no longer than that of Postgres. */
const template = temporaryPath();
const folder = temporaryPath();
let places = 0;

beforeAll(async () => {
  const embedded = await openEmbedded({ dataDir: template, durable: false });
  await embedded.close();
  mkdirSync(folder, { mode: 0o755 });
  const start = `exec ${process.execPath} ${packageRoot}dist/main.js`;
  writeFileSync(join(folder, 'package.json'), JSON.stringify({ name: 'x', scripts: { start } }));
});
afterAll(() => {
  for (const path of [template, folder]) rmSync(path, { recursive: true, force: true });
});

/** A data folder of its own, a copy of the template with the owners of its files, or none yet. */
function dataFolder(isNew = false): string {
  places += 1;
  const path = join(folder, `data-${places}`);
  if (!isNew) execFileSync('cp', ['-a', template, path]);
  return path;
}

function environment(data: string): NodeJS.ProcessEnv {
  const { DATABASE_URL: _url, ...own } = process.env;
  return { ...own, PORT: '0', RUNLEDGER_DATA_DIR: data, LOG_LEVEL: 'info', TMPDIR: tmpdir() };
}

/** The processes that work in, or were told of, a data folder. */
function leftovers(data: string): string[] {
  return readdirSync('/proc')
    .filter((pid) => /^\d+$/.test(pid))
    .filter((pid) => {
      try {
        const told = readFileSync(`/proc/${pid}/cmdline`, 'utf8') + readFileSync(`/proc/${pid}/environ`, 'utf8');
        return told.includes(data) && Number(pid) !== process.pid;
      } catch {
        return false;
      }
    })
    .map((pid) => readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' '));
}

async function expectNothingLeft(data: string): Promise<void> {
  await until('nothing of it is left', () => leftovers(data).length === 0).catch(() => {});
  expect(leftovers(data)).toEqual([]);
  expect(existsSync(join(data, 'cluster/data/postmaster.pid'))).toBe(false);
}

/** Runs `npm start` in a terminal, and gives what it wrote and how long it took to end. */
async function inTerminal(when: string, action: string, data: string) {
  const child = spawn('python3', [terminal, when, action, 'npm', 'start', '--silent'], {
    cwd: folder,
    env: environment(data),
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let output = '';
  child.stdout.on('data', (bytes) => {
    output += bytes;
  });
  await once(child, 'close');
  const lines = output.trimEnd().split('\n');
  return { seconds: Number(lines.pop()), output };
}

const moments = Array.from({ length: 10 }, (_, n) => (n < 7 ? `${(Math.random() * 2).toFixed(2)}` : '+0.3'));

describe.skipIf(process.platform !== 'linux')('in a terminal, under npm', () => {
  test.each(moments)('Ctrl-C after %s s leaves nothing behind', async (when) => {
    const data = dataFolder();
    const { seconds, output } = await inTerminal(when, 'ctrl-c', data);
    expect(seconds, output).toBeLessThan(8);
    await expectNothingLeft(data);
  });

  test('Ctrl-C while the cluster is created', async () => {
    const data = dataFolder(true);
    const { seconds, output } = await inTerminal('0.7', 'ctrl-c', data);
    expect(seconds, output).toBeLessThan(10);
    await expectNothingLeft(data);
  });

  test('Ctrl-C twice within a second is one request to stop', async () => {
    const data = dataFolder();
    const { seconds } = await inTerminal('+0.2', 'ctrl-c-twice', data);
    expect(seconds).toBeLessThan(8);
    await expectNothingLeft(data);
  });

  test('a terminal that is closed', async () => {
    const data = dataFolder();
    await inTerminal('+0.2', 'close', data);
    await expectNothingLeft(data);
  });
});

/** Starts the service in a group of its own, and waits until it is ready. */
async function startReady(data: string, command: string[], more: Record<string, string> = {}) {
  const child = spawn(command[0]!, command.slice(1), {
    cwd: folder,
    env: { ...environment(data), ...more },
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  child.stdout.on('data', (bytes) => {
    output += bytes;
  });
  let log = '';
  child.stderr.on('data', (bytes) => {
    log += bytes;
  });
  const ended = once(child, 'exit');
  await Promise.race([until('it is ready', () => output.includes('ready at')), ended]);
  expect(output, log).toContain('ready at');
  return { child, ended, log: () => log, url: /http:\S+/.exec(output)![0] };
}

const node = [process.execPath, `${packageRoot}dist/main.js`];

describe.skipIf(process.platform !== 'linux')('told to stop', () => {
  test('by a signal to npm alone, which ends without waiting', async () => {
    const data = dataFolder();
    const { child, ended } = await startReady(data, ['npm', 'start', '--silent']);
    child.kill('SIGKILL');
    await ended;
    await expectNothingLeft(data);
  });

  test('by timeout, ready by then or not', async () => {
    const data = dataFolder();
    const child = spawn('timeout', ['3', 'npm', 'start', '--silent'], {
      cwd: folder,
      env: environment(data),
      detached: true,
      stdio: 'ignore',
    });
    await once(child, 'exit');
    await expectNothingLeft(data);
  });

  test('a second signal, a second later, ends it at once, and its Postgres', async () => {
    const data = dataFolder();
    const { child, ended } = await startReady(data, node);
    // It cannot stop in an orderly way: its Postgres is frozen.
    signalAll(postmasterOf(data), 'SIGSTOP');
    child.kill('SIGTERM');
    const began = Date.now();
    const again = setInterval(() => child.kill('SIGTERM'), 400);
    await ended;
    clearInterval(again);
    expect(Date.now() - began).toBeLessThan(6_000);
    await expectNothingLeft(data);
  });

  test('it ends within SHUTDOWN_TIMEOUT_MS though its Postgres is frozen, and says what it waits for', async () => {
    const data = dataFolder();
    const { child, ended, log } = await startReady(data, node, { SHUTDOWN_TIMEOUT_MS: '3000' });
    signalAll(postmasterOf(data), 'SIGSTOP');
    const began = Date.now();
    child.kill('SIGTERM');
    await ended;
    expect(Date.now() - began).toBeLessThan(6_000);
    expect(log()).toContain('Still stopping: waiting for');
    await expectNothingLeft(data);
  });
});

describe.skipIf(process.platform !== 'linux')('workers that are killed', () => {
  const query = JSON.stringify({ query: '{ pipelineRuns { totalCount } }' });
  const ask = (url: string) =>
    fetch(url, { method: 'POST', headers: { 'content-type': 'application/json' }, body: query }).then(
      (response) => response.status,
      () => 'cut',
    );

  test('leave no connection open and unanswered, and others take the port that was printed', async () => {
    const data = dataFolder();
    const { child, ended, log, url } = await startReady(data, node, { WORKERS: '2' });
    const workers = () =>
      readFileSync(`/proc/${child.pid}/task/${child.pid}/children`, 'utf8')
        .trim()
        .split(' ')
        .filter((pid) => readFileSync(`/proc/${pid}/comm`, 'utf8').startsWith('node'));
    for (let round = 0; round < 6; round += 1) {
      await until('both are there', () => workers().length === 2);
      const before = (log().match(/starting another/g) ?? []).length;
      // Half of the rounds one of them, else both; requests are on their way to them.
      const asked = Array.from({ length: 20 }, () => ask(url));
      for (const pid of workers().slice(0, round % 2 ? 1 : 2)) process.kill(Number(pid), 'SIGKILL');
      for (const outcome of await Promise.all(asked)) expect([200, 503, 'cut']).toContain(outcome);
      await until('it was noticed', () => (log().match(/starting another/g) ?? []).length > before);
      await until('it answers at the same address', async () => (await ask(url)) === 200);
    }
    child.kill('SIGTERM');
    await ended;
    await expectNothingLeft(data);
  });
});
