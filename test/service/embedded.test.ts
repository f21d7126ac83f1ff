import { readdirSync, readFileSync, readlinkSync, statSync } from 'node:fs';
import { chmod, cp, mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, onTestFinished, test, vi } from 'vitest';
import { accountFor, defaultDataDir } from '../../src/storage/embedded/account.ts';
import { findNative, prepareBinaries } from '../../src/storage/embedded/binaries.ts';
import { type EmbeddedPostgres, openEmbedded } from '../../src/storage/embedded/open.ts';
import { temporaryPath } from '../support/cluster.ts';
import { startChild } from '../support/embedded-child.ts';

const isRoot = process.getuid?.() === 0;

/** One cluster for all, opened and closed by each test: making one is what takes long. */
const dataDir = temporaryPath();
const pidFile = join(dataDir, 'cluster/data/postmaster.pid');

function removedAfter(path: string): string {
  onTestFinished(() => rm(path, { recursive: true, force: true }));
  return path;
}

async function open(folder = dataDir): Promise<EmbeddedPostgres & { lines: string[] }> {
  const lines: string[] = [];
  const embedded = await openEmbedded({ dataDir: folder, durable: false, log: (_level, line) => lines.push(line) });
  onTestFinished(embedded.close);
  return { ...embedded, lines };
}

async function child(folder = dataDir) {
  const started = await startChild(folder);
  onTestFinished(started.killGroup);
  return started;
}

async function ask<Row>({ connection }: Pick<EmbeddedPostgres, 'connection'>, sql: string): Promise<Row[]> {
  const client = new pg.Client(connection);
  client.on('error', () => {});
  await client.connect();
  try {
    return (await client.query(sql)).rows;
  } finally {
    await client.end();
  }
}

function serverPid(): number {
  return Number.parseInt(readFileSync(pidFile, 'utf8'), 10);
}

function exists(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false }) !== undefined;
}

/** The inodes of a process's sockets; none where a container does not let root look at another user's process. */
function socketsOf(pid: number): string[] {
  const fds = `/proc/${pid}/fd`;
  try {
    return readdirSync(fds).flatMap((fd) => /^socket:\[(\d+)\]/.exec(readlinkSync(join(fds, fd)))?.[1] ?? []);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EACCES') throw error;
    return [];
  }
}

/** The package's binaries as an install without scripts leaves them: no links, here without the x bit too. */
async function bareNative(target: string): Promise<string> {
  const native = join(target, 'native');
  const links = JSON.parse(await readFile(join(findNative().native, 'pg-symlinks.json'), 'utf8')) as {
    target: string;
  }[];
  const left = new Set(links.map((link) => join(findNative().native, '..', link.target)));
  await cp(findNative().native, native, { recursive: true, filter: (path) => !left.has(path) && !path.endsWith('.a') });
  for (const name of ['initdb', 'postgres']) await chmod(join(native, 'bin', name), 0o644);
  return native;
}

beforeAll(async () => {
  const first = await openEmbedded({ dataDir, durable: false });
  await ask(first, 'CREATE TABLE kept AS SELECT 42 AS answer');
  await first.close();
});
afterAll(() => rm(dataDir, { recursive: true, force: true }));

describe('a cluster', () => {
  test('keeps its data and its password over a restart', async () => {
    const before = await open();
    await before.close();
    const after = await open();
    expect(await ask(after, 'SELECT answer FROM kept')).toEqual([{ answer: 42 }]);
    expect(after.connection.password).toBe(before.connection.password);
    expect(after.lines).toEqual([]);
  });

  test('is in UTC and UTF-8, and compares text by bytes', async () => {
    const [settings] = await ask(
      await open(),
      `SELECT current_setting('TimeZone') AS zone, current_setting('server_encoding') AS encoding, 'a' < 'B' AS by_language`,
    );
    expect(settings).toEqual({ zone: 'UTC', encoding: 'UTF8', by_language: false });
  });

  test('has its password in a file that only the owner can read', async () => {
    const { connection } = await open();
    const file = join(dataDir, 'cluster/password');
    expect(statSync(file).mode & 0o777).toBe(0o600);
    expect(readFileSync(file, 'utf8')).toBe(connection.password);
    const stranger = ask({ connection: { ...connection, password: 'password' } }, 'SELECT 1');
    await expect(stranger).rejects.toThrow('password authentication failed');
  });

  test('is whole or not there at all when it is killed while it is made', async () => {
    const folder = removedAfter(temporaryPath());
    const killed = await child(folder);
    killed.push();
    await vi.waitUntil(async () => (await readdir(folder).catch(() => [])).some((name) => name.includes('.new-')), {
      interval: 5,
      timeout: 15_000,
    });
    await killed.killGroup();
    expect(exists(join(folder, 'cluster'))).toBe(false);
    expect(await ask(await open(folder), 'SELECT 1 AS one')).toEqual([{ one: 1 }]);
  });

  test('of another version of Postgres is left alone, and both versions are named', async () => {
    const folder = removedAfter(temporaryPath());
    const data = join(folder, 'cluster/data');
    await mkdir(data, { recursive: true });
    await writeFile(join(data, 'PG_VERSION'), '13\n');
    if (isRoot) await chmod(folder, 0o755);
    const opening = openEmbedded({ dataDir: folder, durable: false });
    await expect(opening).rejects.toThrow(/made by Postgres 13; .* brings Postgres 18/);
    await expect(opening).rejects.toMatchObject({ name: 'EmbeddedError' });
    expect(await readdir(data)).toEqual(['PG_VERSION']);
  });
});

describe('its Postgres', () => {
  test.runIf(process.platform === 'linux')('listens on no TCP port', async () => {
    const embedded = await open();
    expect(await ask(embedded, 'SHOW listen_addresses')).toEqual([{ listen_addresses: '' }]);
    const sockets = socketsOf(serverPid());
    const tcp = ['tcp', 'tcp6'].map((name) => join('/proc/net', name)).filter(exists);
    const inodes = tcp.flatMap((path) =>
      readFileSync(path, 'utf8')
        .split('\n')
        .map((line) => line.trim().split(/\s+/)[9]),
    );
    expect(sockets.filter((inode) => inodes.includes(inode))).toEqual([]);
    expect(statSync(embedded.connection.host).mode & 0o777).toBe(0o700);
  });

  test('is gone when close returns, and so is the folder of its socket', async () => {
    const embedded = await open();
    expect(exists(pidFile)).toBe(true);
    await embedded.close();
    expect(exists(pidFile)).toBe(false);
    expect(exists(embedded.connection.host)).toBe(false);
  });

  test('is started again, at the same address, when it dies', async () => {
    const embedded = await open();
    const pid = serverPid();
    process.kill(pid, 'SIGKILL');
    expect(embedded.restarts()).toBe(0);
    await vi.waitUntil(() => embedded.lines.some((line) => line.includes('is back')), { timeout: 15_000 });
    expect(embedded.restarts()).toBe(1);
    expect(await ask(embedded, 'SELECT answer FROM kept')).toEqual([{ answer: 42 }]);
    expect(serverPid()).not.toBe(pid);
  });

  test('can be closed right after it died', async () => {
    const embedded = await open();
    process.kill(serverPid(), 'SIGKILL');
    await embedded.close();
    expect(exists(embedded.connection.host)).toBe(false);
    expect(await ask(await open(), 'SELECT answer FROM kept')).toEqual([{ answer: 42 }]);
  });

  test('of a killed service is taken over', async () => {
    const killed = await child();
    const answer = await killed.proceed();
    const pid = serverPid();
    await killed.killGroup();
    const embedded = await open();
    expect(serverPid()).toBe(pid);
    expect(answer).toMatchObject({ state: 'open', connection: embedded.connection });
    expect(embedded.lines).toEqual([expect.stringContaining(`process ${pid}`)]);
    await embedded.close();
    expect(exists(pidFile)).toBe(false);
  });

  test.each([
    ['of a process that is gone', 2 ** 22 + 1],
    ['that names another program by now', process.pid],
  ])('starts in spite of a postmaster.pid %s', async (_, pid) => {
    await writeFile(
      pidFile,
      [pid, join(dataDir, 'cluster/data'), 1_700_000_000, 5432, '/nowhere', '', '', ''].join('\n'),
    );
    expect(await ask(await open(), 'SELECT answer FROM kept')).toEqual([{ answer: 42 }]);
  });
});

describe('a second service on the same folder', () => {
  test('is told which folder, and which process has it', async () => {
    await open();
    const opening = openEmbedded({ dataDir, durable: false });
    await expect(opening).rejects.toThrow(`(process ${process.pid}) is using the data folder ${dataDir}`);
    await expect(opening).rejects.toMatchObject({ name: 'EmbeddedError' });
  });

  test('that starts at the same instant: one of the two wins', async () => {
    for (const folder of [dataDir, removedAfter(temporaryPath())]) {
      const both = await Promise.all([child(folder), child(folder)]);
      const answers = await Promise.all(both.map((each) => each.proceed()));
      expect(answers.map((answer) => answer.state).sort()).toEqual(['failed', 'open']);
      expect(answers.find((answer) => answer.state === 'failed')).toMatchObject({
        name: 'EmbeddedError',
        message: expect.stringContaining(folder),
      });
      expect(await both[answers.findIndex((answer) => answer.state === 'open')]!.proceed()).toEqual({
        state: 'closed',
      });
      expect(exists(join(folder, 'cluster/data/postmaster.pid'))).toBe(false);
    }
  });
});

describe('the binaries', () => {
  test('work without the links and the x bit that install scripts would have made', async () => {
    const folder = removedAfter(temporaryPath());
    await mkdir(folder, { mode: 0o755 });
    const native = await bareNative(folder);
    const source = { native, version: 'test' };
    const account = accountFor(dataDir);
    // Both at once, as two services on a fresh install.
    const [one, two] = await Promise.all([1, 2].map(() => prepareBinaries(source, account, dataDir)));
    expect(one).toMatchObject({ postgres: join(native, 'bin/postgres'), major: '18' });
    expect(two).toEqual(one);
  });

  test.skipIf(isRoot)('are copied when their folder is read-only and lacks the links', async () => {
    const folder = removedAfter(temporaryPath());
    const native = await bareNative(folder);
    onTestFinished(() => chmod(join(native, 'lib'), 0o755));
    await chmod(join(native, 'lib'), 0o555);
    const binaries = await prepareBinaries({ native, version: 'test' }, accountFor(folder), folder);
    expect(binaries.postgres).toBe(join(folder, 'native-test/bin/postgres'));
  });

  test.runIf(isRoot)('are copied, as root, out of a folder that only root can enter', async () => {
    const folder = removedAfter(temporaryPath());
    await mkdir(folder, { mode: 0o700 });
    const native = await bareNative(folder);
    const data = removedAfter(temporaryPath());
    await mkdir(data, { mode: 0o755 });
    const binaries = await prepareBinaries({ native, version: 'test' }, accountFor(data), data);
    expect(binaries).toMatchObject({ postgres: join(data, 'native-test/bin/postgres'), major: '18' });
  });
});

describe.runIf(isRoot)('root, in a folder that only root can enter,', () => {
  test('gets a data folder elsewhere', async () => {
    const folder = removedAfter(temporaryPath());
    await mkdir(folder, { mode: 0o755 });
    expect(defaultDataDir(folder)).toBe(join(folder, '.runledger'));
    await chmod(folder, 0o700);
    expect(defaultDataDir(folder)).toMatch(/^\/var\/lib\/runledger\/runledger-test-[0-9a-f]+-[0-9a-f]{8}$/);
  });

  test('is told when the data folder it gives is in there', async () => {
    const folder = removedAfter(temporaryPath());
    await mkdir(folder, { mode: 0o700 });
    const opening = openEmbedded({ dataDir: join(folder, 'data'), durable: false });
    await expect(opening).rejects.toThrow(`cannot enter the data folder ${join(folder, 'data')}`);
  });
});
