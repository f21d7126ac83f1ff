import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { constants, tmpdir } from 'node:os';
import { join } from 'node:path';
import { createClient } from '@runledger/client';
import { vi } from 'vitest';
import { packageRoot } from './service-process.ts';
import { testSpool } from './test-spool.ts';

/** What one sees of a command from outside; `code` is what a shell has in `$?`. */
export type Seen = { code: number; stdout: string; stderr: string };

/** Runs a command to its end; `onOutput` hears all that it has written so far. */
async function watch(
  argv: readonly string[],
  env: Record<string, string>,
  { input = '', onOutput }: { input?: string; onOutput?: (stdout: string, child: ChildProcess) => void } = {},
): Promise<Seen> {
  const [file = '', ...args] = argv;
  const child = spawn(file, args, { cwd: packageRoot, env, stdio: 'pipe' });
  const seen = { stdout: '', stderr: '' };
  child.stdout.setEncoding('utf8').on('data', (text) => {
    seen.stdout += text;
    onOutput?.(seen.stdout, child);
  });
  child.stderr.setEncoding('utf8').on('data', (text) => {
    seen.stderr += text;
  });
  // A command may end without reading what it is given.
  child.stdin.on('error', () => {}).end(input);
  const [code, signal] = (await once(child, 'close')) as [number | null, NodeJS.Signals | null];
  return { code: code ?? 128 + constants.signals[signal!], ...seen };
}

// Each test starts several processes of Node, one after the other: on a busy machine that takes seconds each.
vi.setConfig({ testTimeout: 120_000 });

type WatchOptions = NonNullable<Parameters<typeof watch>[2]>;

/**
 * For the command line as a shell has it: the built `runledger` is on the PATH, and there are a service and a spool of the
 * test's own. `see` runs a command to its end, `sh` a line of bash, and `client` reads what became of it.
 */
export const testCommands = testSpool
  .extend('bin', async ({ onTestFinished }) => {
    const folder = await mkdtemp(join(tmpdir(), 'runledger-bin-'));
    onTestFinished(() => rm(folder, { recursive: true, force: true }));
    const path = join(folder, 'runledger');
    await writeFile(path, `#!/bin/sh\nexec "${process.execPath}" "${packageRoot}dist/cli/main.js" "$@"\n`);
    await chmod(path, 0o755);
    return folder;
  })
  .extend('variables', ({ environment, bin }) => ({
    HOME: process.env['HOME'] ?? tmpdir(),
    PATH: `${bin}:${process.env['PATH']}`,
    LANG: 'C.UTF-8',
    // However busy the machine is, records are complete when a command has ended; where no service is, nothing waits.
    RUNLEDGER_STEP_FLUSH_SECONDS: '20',
    RUNLEDGER_EXIT_FLUSH_SECONDS: '20',
    ...environment(),
  }))
  .extend(
    'see',
    ({ variables }) =>
      (argv: readonly string[], { env, ...options }: WatchOptions & { env?: Record<string, string> } = {}) =>
        watch(argv, { ...variables, ...env }, options),
  )
  .extend(
    'sh',
    ({ see }) =>
      (line: string, env: Record<string, string> = {}) =>
        see(['bash', '-c', line], { env }),
  )
  .extend('client', ({ service }) => createClient({ url: service.url }));
