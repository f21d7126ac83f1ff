import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import {
  currentRun,
  Float,
  logEnvironment,
  logMetadata,
  pipelineRun,
  StorageSize,
  step,
  stepEnvironment,
  Uri,
} from '../../clients/typescript/src/index.ts';
import { type Recording, record } from '../../clients/typescript/src/testing/index.ts';
import { fitLine } from '../../examples/typescript/pipeline.ts';

let spool: string;
beforeAll(() => {
  spool = mkdtempSync(join(tmpdir(), 'runledger-testing-'));
  vi.stubEnv('RUNLEDGER_SPOOL_DIR', spool);
  vi.stubEnv('RUNLEDGER_URL', 'http://127.0.0.1:9');
});
afterAll(() => {
  vi.unstubAllEnvs();
  expect(readdirSync(spool)).toEqual([]);
  rmSync(spool, { recursive: true });
});

async function* load() {
  for (let batch = 0; batch < 2; batch += 1) {
    logMetadata({ batch }, { iteration: batch });
    yield batch;
  }
}

const job = (fails = false) =>
  pipelineRun({ name: 'mine', pipeline: 'job' }, async () => {
    logMetadata({ seed: 7 });
    for await (const _batch of await step('load', load)) logMetadata({ seen: true });
    await step('train', () => {
      logMetadata({ loss: 0.5, one: Float(1), size: StorageSize('1.5 KiB'), kinds: new Set([1, 1.5, 1]) });
      if (fails) throw new RangeError('no data');
    });
  });

test('what was said is there as it would be read back, and nothing is written', async () => {
  const { run, steps, elsewhere } = await record(async () => {
    await job();
    logMetadata({ far: 1n }, { run: 'another', stepName: 'x', buffered: true });
    const { entries } = await logMetadata({ near: Uri('s3://a') }, { run: 'mine' });
    expect(entries).toMatchObject([{ key: 'near', value: 's3://a', type: 'URI', display: 's3://a' }]);
  });
  expect([run.name, run.pipeline, run.status, run.failure]).toEqual(['mine', 'job', 'COMPLETED', null]);
  expect(run.metadata).toEqual({ seed: 7, seen: true, near: 's3://a' });
  expect(Object.keys(steps)).toEqual(['load', 'train']);
  expect(steps['load']?.history('batch')).toEqual([0, 1]);
  expect(steps['load']?.entries.map(({ iteration }) => iteration)).toEqual([0, 1]);
  expect(steps['train']?.metadata).toEqual({ loss: 0.5, one: 1, size: 1536, kinds: [1, 1.5] });
  expect(steps['train']?.entries.map(({ type }) => type)).toEqual(['FLOAT', 'FLOAT', 'STORAGE_SIZE', 'SET']);
  expect(elsewhere).toMatchObject({ '{"step":{"run":"another","name":"x"}}': [{ key: 'far', value: 1, type: 'INT' }] });
  expect(currentRun()).toBeUndefined();
});

test('a failure is recorded and thrown, and the next attempt is under the same name', async () => {
  const { run } = await record(async (recorded) => {
    await expect(job(true)).rejects.toThrow('no data');
    expect([recorded.run.status, recorded.steps['train']?.failure?.type]).toEqual(['FAILED', 'RangeError']);
  });
  expect(run.failure).toMatchObject({ message: 'no data', traceback: expect.stringContaining('RangeError') });
  const { run: retried } = await record(() =>
    pipelineRun({}, async () => {
      const attempt = (fails: boolean) =>
        step('s', () => logMetadata(fails ? { bad: 1, worse: BigInt(2) } : { good: 1 }));
      await step('s', () => {
        throw new Error('once');
      }).catch(() => {});
      await attempt(false);
    }),
  );
  expect(retried.attempts.map(({ name, status }) => [name, status])).toEqual([
    ['s', 'FAILED'],
    ['s', 'COMPLETED'],
  ]);
  expect(retried.steps['s']?.metadata).toEqual({ good: 1 });
});

test('recordings at the same time do not mix, and one inside another takes what is in it', async () => {
  const one = (name: string) => record(() => pipelineRun({ name }, () => step(name, () => logMetadata({ name }))));
  const recordings = await Promise.all(['a', 'b', 'c'].map(one));
  expect(recordings.map(({ run, steps }) => [run.name, Object.keys(steps)])).toEqual([
    ['a', ['a']],
    ['b', ['b']],
    ['c', ['c']],
  ]);
  let inner: Recording | undefined;
  const outer = await record(() =>
    pipelineRun({ name: 'outer' }, async () => {
      inner = await record(() => step('within', () => {}));
      await step('after', () => {});
    }),
  );
  expect([Object.keys(inner?.steps ?? {}), Object.keys(outer.steps)]).toEqual([['within'], ['after']]);
});

test('in it mistakes throw, children do not log, and RUNLEDGER_DISABLED does not matter', async () => {
  vi.stubEnv('RUNLEDGER_DISABLED', '1');
  try {
    const { run } = await record(() =>
      pipelineRun({}, async () => {
        expect(() => logMetadata({})).toThrow('nothing to log');
        expect(stepEnvironment()).toEqual({ RUNLEDGER_DISABLED: '1' });
        logMetadata({ seen: 1 });
      }),
    );
    expect(run.metadata).toEqual({ seen: 1 });
  } finally {
    vi.stubEnv('RUNLEDGER_DISABLED', undefined);
  }
  const nothing = await record(() => {});
  expect(() => nothing.run).toThrow('0 runs were recorded');
});

test('RUNLEDGER_DISABLED=1 makes every call a no-op, and gives the results of the functions', async () => {
  vi.stubEnv('RUNLEDGER_DISABLED', '1');
  try {
    const result = await pipelineRun({ name: 'x' }, () =>
      step('s', async () => {
        logMetadata({ a: 1 });
        await logEnvironment();
        return (await logMetadata({ a: 1 }, { run: 'y' })).entries;
      }),
    );
    expect(result).toEqual([]);
    expect(await step('outside a run', () => 5)).toBe(5);
    logMetadata({ outside: 1 });
  } finally {
    vi.stubEnv('RUNLEDGER_DISABLED', undefined);
  }
});

test('logEnvironment says in one entry what a run runs in, and no variable but those of the job', async () => {
  vi.stubEnv('GITHUB_ACTIONS', 'true');
  vi.stubEnv('GITHUB_SHA', 'abc');
  vi.stubEnv('GITHUB_TOKEN', 'secret');
  try {
    const { run } = await record(() => pipelineRun({}, () => step('s', () => logEnvironment())));
    const environment = run.metadata['environment'];
    expect(environment).toMatchObject({
      node: process.versions.node,
      cwd: process.cwd(),
      argv: process.argv.slice(1),
      jobs: { 'GitHub Actions': { sha: 'abc' } },
    });
    expect(JSON.stringify(environment)).not.toContain('secret');
    const { run: less } = await record(() =>
      pipelineRun({}, () => logEnvironment({ arguments: false, packages: false })),
    );
    expect(Object.keys(less.metadata['environment'] as object)).not.toEqual(
      expect.arrayContaining([expect.stringMatching(/argv|cwd|packages/)]),
    );
    await expect(logEnvironment()).rejects.toThrow('call it inside pipelineRun(…) or step(…)');
  } finally {
    for (const name of ['GITHUB_ACTIONS', 'GITHUB_SHA', 'GITHUB_TOKEN']) vi.stubEnv(name, undefined);
  }
});

test('the example in TypeScript does what its README says', async () => {
  const { run, steps } = await record(() => fitLine());
  expect([run.pipeline, run.status]).toEqual(['fit-line', 'COMPLETED']);
  expect(Object.keys(steps)).toEqual(['load', 'train', 'train_2', 'train_3', 'choose']);
  expect(steps['train_3']?.history('loss')).toHaveLength(100);
});
