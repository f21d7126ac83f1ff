// npm run bench:client [-- --calls 100000 --rounds 3]
// How fast a loop of logMetadata reaches the service: from the first call to the moment when all is stored. Then the service is
// asked for the whole history, which must have every value once and in order. Each round is a process of its own; medians.
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { createClient } from '@runledger/client';
import { median, table } from './report.js';

const root = fileURLToPath(new URL('..', import.meta.url));
const { values: options } = parseArgs({
  options: { calls: { type: 'string', default: '100000' }, rounds: { type: 'string', default: '3' } },
});
const [calls = 0, rounds = 0] = [options.calls, options.rounds].map(Number);

/** The loops that are measured: what stands between two calls. */
const loops = {
  'a loop without await': '',
  'a loop that awaits every 100 calls': 'if (n % 100 === 99) await new Promise(setImmediate);',
};

/** @param {string} between */
const program = (between) => `
  import { flush, logMetadata, pipelineRun, step } from '@runledger/client';
  const before = process.memoryUsage.rss();
  const { id } = await pipelineRun({ pipeline: 'bench' }, (run) => step('train', async () => {
    await flush();
    const began = performance.now();
    for (let n = 0; n < ${calls}; n += 1) { logMetadata({ loss: n / 7 }, { iteration: n }); ${between} }
    const logged = performance.now();
    if (!(await flush(600_000))) throw new Error('not all was delivered');
    const stored = performance.now();
    const after = process.resourceUsage().maxRSS * 1024;
    console.log(JSON.stringify({ run: run.id, loop: logged - began, stored: stored - began, before, after }));
    return run;
  }));`;

async function startService(/** @type {string} */ folder) {
  const env = { ...process.env, PORT: '0', RUNLEDGER_DATA_DIR: join(folder, 'data'), LOG_LEVEL: 'warn' };
  const child = spawn(process.execPath, ['--max-semi-space-size=32', `${root}dist/main.js`], {
    env,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const [line] = await once(createInterface({ input: child.stdout }), 'line');
  const stop = async () => {
    child.kill();
    await once(child, 'close');
  };
  return { url: /http:\S+/.exec(line)?.[0] ?? '', stop };
}

/** Throws unless the step has all of it, once and in order. */
async function checkHistory(/** @type {string} */ url, /** @type {string} */ run) {
  const reader = await createClient({ url }).pipelineRun(run);
  let expected = calls - 1;
  for await (const { value, iteration } of reader.step('train').metadataHistory('loss', { pageSize: 200 })) {
    if (value !== expected / 7 || Number(iteration) !== expected)
      throw new Error(`iteration ${iteration} is ${value} where ${expected / 7} of ${expected} was expected`);
    expected -= 1;
  }
  if (expected !== -1) throw new Error(`the first ${expected + 1} of ${calls} are not stored`);
}

const folder = mkdtempSync(join(tmpdir(), 'runledger-bench-'));
// As root, the embedded database runs as another user, who must be able to enter.
chmodSync(folder, 0o755);
const service = await startService(folder);
try {
  /** @type {Record<string, { loop: number, stored: number, before: number, after: number }[]>} */
  const results = {};
  for (let round = 0; round < rounds; round += 1) {
    for (const [name, between] of Object.entries(loops)) {
      const env = {
        ...process.env,
        RUNLEDGER_URL: service.url,
        RUNLEDGER_SPOOL_DIR: join(folder, 'spool'),
        RUNLEDGER_LINK: '0',
      };
      const text = execFileSync(process.execPath, ['--input-type=module', '-e', program(between)], {
        cwd: root,
        env,
        encoding: 'utf8',
        stdio: ['ignore', 'pipe', 'inherit'],
      });
      const { run, ...measured } = JSON.parse(text);
      await checkHistory(service.url, run);
      results[name] = [...(results[name] ?? []), measured];
    }
  }
  const rows = Object.entries(results).map(([name, all]) => {
    const middle = (/** @type {'loop' | 'stored' | 'before' | 'after'} */ key) => median(all.map((one) => one[key]));
    const perSecond = Math.round(calls / (middle('stored') / 1_000)).toLocaleString('en');
    const perCall = ((middle('loop') / calls) * 1_000).toFixed(1);
    const memory = `${Math.round(middle('before') / 2 ** 20)}, ${Math.round(middle('after') / 2 ** 20)} MiB`;
    return [name, perSecond, `${perCall} µs`, memory];
  });
  console.log(`${calls.toLocaleString('en')} calls; medians of ${rounds} rounds in turn.\n`);
  console.log(table(['', 'entries a second, stored', 'a call takes', 'memory before, at most'], rows));
} finally {
  await service.stop();
  rmSync(folder, { recursive: true, force: true });
}
