import { readdir, readFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { expect } from 'vitest';
import { startProxy } from '../support/service-process.ts';
import { testCommands as test } from '../support/test-commands.ts';
import { until } from '../support/until.ts';

/** What a shell sees of these is the same with and without; the last says what is recorded. */
const commands: [line: string, status: string, signal?: string][] = [
  ['exit 0', 'COMPLETED'],
  ['exit 3', 'FAILED'],
  ['exit 255', 'FAILED'],
  ['echo out; echo err >&2; exit 1', 'FAILED'],
  ['tr a-z A-Z', 'COMPLETED'],
  ['kill -KILL $$', 'FAILED', 'SIGKILL'],
  ['kill -SEGV $$', 'FAILED', 'SIGSEGV'],
  ['kill -ABRT $$', 'FAILED', 'SIGABRT'],
  ['kill -PIPE $$', 'FAILED', 'SIGPIPE'],
  ['kill -TERM $$', 'CANCELLED', 'SIGTERM'],
  ['kill -INT $$', 'CANCELLED', 'SIGINT'],
  ['kill -HUP $$', 'CANCELLED', 'SIGHUP'],
];

test.for(commands)(
  '%s: output and exit code are its own, and it is recorded',
  async ([line, status, signal], { see, client, spool }) => {
    const name = `as-is ${line}`;
    const alone = await see(['sh', '-c', line], { input: 'text\n' });
    const run = await see(['runledger', 'run', name, '--pipeline', 'commands', '--', 'sh', '-c', line], {
      input: 'text\n',
    });
    expect(run).toEqual(alone);
    const found = await client.pipelineRun(name);
    expect([found.status, found.pipeline]).toEqual([status, 'commands']);
    const metadata = await found.metadata();
    expect(metadata.get('exit_code')?.value).toBe(alone.code);
    expect(metadata.get('signal')?.value).toBe(signal);
    expect(metadata.get('host')?.value).toBe(hostname());
    expect(metadata.get('duration')?.type).toBe('FLOAT');
    expect(found.failure?.type).toBe(status === 'FAILED' ? 'CommandFailed' : undefined);
    expect(await readdir(spool)).toEqual([]);
  },
);

test.for([
  ['no-such-command', 127, 'there is no such command'],
  ['./package.json', 126, 'may not be executed'],
  ['echo a | cat', 127, 'write sh -c "echo a | cat"'],
] as const)(
  '%s cannot be started, which is said as a shell says it',
  async ([file, code, message], { see, client }) => {
    const seen = await see(['runledger', 'run', `start ${code} ${file.length}`, '--', file]);
    expect(seen).toEqual({ code, stdout: '', stderr: expect.stringContaining(message) });
    const { status, failure } = await client.pipelineRun(`start ${code} ${file.length}`);
    expect([status, failure?.message]).toEqual(['FAILED', expect.stringContaining(message)]);
  },
);

test('a signal reaches the command, which decides what becomes of it', async ({ see, client }) => {
  const line = 'trap "echo usr" USR1; trap "echo asked; exit 0" TERM; echo ready; while :; do sleep 0.05; done';
  const seen = await see(['runledger', 'run', 'asked', '--', 'sh', '-c', line], {
    onOutput: (stdout, child) =>
      child.kill(stdout.endsWith('usr\n') ? 'SIGTERM' : stdout.endsWith('ready\n') ? 'SIGUSR1' : 0),
  });
  expect(seen).toEqual({ code: 0, stdout: 'ready\nusr\nasked\n', stderr: '' });
  expect((await client.pipelineRun('asked')).status).toBe('COMPLETED');

  const ended = await see(['runledger', 'run', 'ended', '--', 'sh', '-c', 'echo ready; exec sleep 60'], {
    onOutput: (_, child) => child.kill('SIGTERM'),
  });
  expect(ended).toEqual({ code: 143, stdout: 'ready\n', stderr: '' });
  expect((await client.pipelineRun('ended')).status).toBe('CANCELLED');
});

test('what is asked to end while it waits for the service does not begin', async ({ see, service }) => {
  let ask = () => {};
  const proxy = await startProxy(service.url, () => {
    ask();
    return { wait: new Promise(() => {}) };
  });
  const { code, stdout } = await see(['bash', '-c', 'echo $$; exec runledger run -- echo begun'], {
    env: { RUNLEDGER_URL: proxy.url },
    onOutput: (_, child) => {
      ask = () => child.kill('SIGTERM');
    },
  });
  await proxy.close();
  expect([code, stdout]).toEqual([143, expect.stringMatching(/^\d+\n$/)]);
});

test('what a command leaves in the background is not waited for, and goes on', async ({ see, client }) => {
  const { code, stdout } = await see([
    'bash',
    '-c',
    'runledger run forks -- sh -c "sleep 60 >/dev/null 2>&1 3>&- & echo \\$!"; echo over',
  ]);
  const [pid, over] = stdout.split('\n');
  expect([code, over]).toEqual([0, 'over']);
  process.kill(Number(pid), 'SIGKILL');
  expect((await client.pipelineRun('forks')).status).toBe('COMPLETED');
});

test('a background process that holds the output does not hold up the end', async ({ see }) => {
  let pid = 0;
  // It writes to our pipe, so that `watch` waits for it: only when runledger is gone is it ended.
  const line = 'runledger run holds -- sh -c "sleep 60 & echo \\$!"; echo over';
  const seen = await see(['bash', '-c', line], {
    onOutput(stdout) {
      pid = Number.parseInt(stdout, 10);
      if (stdout.endsWith('over\n')) process.kill(pid, 'SIGKILL');
    },
  });
  expect(seen).toEqual({ code: 0, stdout: `${pid}\nover\n`, stderr: '' });
});

test('a flood of output comes through whole, also to a slow reader, and ends when nobody reads', async ({ sh }) => {
  const flood = 'head -c 200000000 /dev/zero';
  const { stdout } = await sh(`${flood} | sha256sum; runledger run flood -- ${flood} | (sleep 1; sha256sum)`);
  const [alone, recorded] = stdout.trim().split('\n');
  expect(recorded).toBe(alone);
  const cut = await sh(`runledger run cut -- yes | head -n 1; echo "\${PIPESTATUS[@]}"`);
  expect(cut).toEqual({ code: 0, stdout: 'y\n141 0\n', stderr: '' });
});

test('the duration is that of the command', async ({ sh, client }) => {
  const start = performance.now();
  await sh('runledger run timed -- sleep 1');
  const seconds = (performance.now() - start) / 1_000;
  const { value } = (await (await client.pipelineRun('timed')).runMetadata('duration'))!;
  expect(value).toBeGreaterThanOrEqual(1);
  expect(value).toBeLessThan(seconds);
});

test.skipIf(process.platform !== 'linux')(
  'descriptors are as they were: blocking, and those above 2 too',
  async ({ sh, spool }) => {
    const three = join(spool, 'three');
    const flags = `runledger run -- sh -c 'for fd in 0 1 2; do sed -n s/^flags:.//p /proc/self/fdinfo/$fd; done; echo 3 >&3'`;
    const { stdout } = await sh(`${flags} 3> ${three} 2> >(cat >&2) < <(sleep 0.1) | cat`);
    const nonBlocking = stdout
      .trim()
      .split('\n')
      .map((text) => Number.parseInt(text, 8) & 0o4000);
    expect(nonBlocking).toEqual([0, 0, 0]);
    expect(await readFile(three, 'utf8')).toBe('3\n');
  },
);

test('without a service the command is what it is, and is recorded later', async ({ see, sh, service, client }) => {
  const proxy = await startProxy(service.url, () => undefined);
  await proxy.close();
  const away = await sh('runledger run away -p later --link -- sh -c "cat; sleep 0.3; exit 5" <<< text', {
    RUNLEDGER_URL: proxy.url,
  });
  expect(away).toMatchObject({ code: 5, stdout: 'text\n', stderr: expect.stringContaining('runledger flush') });
  expect((await see(['runledger', 'flush', '--url', service.url])).code).toBe(0);
  const run = await client.pipelineRun('away');
  expect([run.status, run.pipeline]).toEqual(['FAILED', 'later']);
  expect(Date.parse(run.endedAt!) - Date.parse(run.startedAt)).toBeGreaterThanOrEqual(300);
  expect((await run.runMetadata('exit_code'))?.value).toBe(5);
});

test('a service that does not answer holds a command up for a moment only', async ({ see, service, client }) => {
  const proxy = await startProxy(service.url, () => ({ wait: new Promise(() => {}) }));
  const start = performance.now();
  let begunMs = Number.POSITIVE_INFINITY;
  const { code, stdout } = await see(['runledger', 'run', 'hangs', '--', 'echo', 'begun'], {
    env: { RUNLEDGER_URL: proxy.url, RUNLEDGER_STEP_FLUSH_SECONDS: '', RUNLEDGER_EXIT_FLUSH_SECONDS: '' },
    onOutput() {
      begunMs = performance.now() - start;
    },
  });
  // One second for the start, two for the end; the rest is for a machine that is busy.
  expect([code, stdout]).toEqual([0, 'begun\n']);
  expect(begunMs).toBeLessThan(8_000);
  expect(performance.now() - start).toBeLessThan(15_000);
  await proxy.close();
  await see(['runledger', 'flush', '--url', service.url]);
  expect((await client.pipelineRun('hangs')).status).toBe('COMPLETED');
});

test('while its command runs, a run is kept alive', async ({ see, client }) => {
  let isSeen = Promise.resolve();
  await see(['runledger', 'run', 'lives', '--', 'sh', '-c', 'echo ready; exec sleep 60'], {
    env: { RUNLEDGER_KEEP_ALIVE_SECONDS: '0.2' },
    onOutput(_, child) {
      const isKeptAlive = async () => (await client.pipelineRun('lives')).lastSeenAt !== null;
      isSeen = until('it is kept alive', isKeptAlive).finally(() => child.kill('SIGTERM'));
    },
  });
  await isSeen;
});

test.for([
  [['run']],
  [['run', 'a', 'b', '--', 'true']],
  [['run', 'name']],
  [['run', '--pipelin', 'x', '--', 'true']],
  [['run', 'a\u0007', '--', 'true']],
  [['step', '--', 'true']],
  [['step', 'train']],
  [['step', 'train', '--', 'true']],
])('%j is a wrong command line, and runs nothing', async ([args], { see }) => {
  const { code, stdout, stderr } = await see(['runledger', ...args!]);
  expect([code, stdout]).toEqual([2, '']);
  expect(stderr).toMatch(/^runledger: /);
});
