import { expect } from 'vitest';
import { createClient, Path, StorageSize, Tuple, Uri } from '../../clients/typescript/src/index.ts';
import { runCommand, runJob } from '../support/service-process.ts';
import { testJobs } from '../support/test.ts';

const job = `
  import { logMetadata, pipelineRun, step } from '@runledger/client';
  for (const name of ['reading-1', 'reading-2'])
    await pipelineRun({ name, pipeline: 'reading' }, async () => {
      await step('train', () => {
        for (let epoch = 0; epoch < 25; epoch += 1) logMetadata({ loss: 1 / (epoch + 1) }, { iteration: epoch });
        logMetadata({ samples: 9007199254740993n, name });
        throw new Error('once more');
      }).catch(() => {});
      await step('train', () => logMetadata({ loss: 0.5 }));
    });`;

const test = testJobs.extend('client', { scope: 'file' }, async ({ service, env }) => {
  const { code, stderr } = await runJob(job, env);
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  return createClient({ url: service.url });
});

/** Starts a run that stays open, and gives its id. */
async function startRun(url: string, name: string): Promise<string> {
  const query = 'mutation ($name: String) { startRun(input: { name: $name }) { id } }';
  const headers = { 'content-type': 'application/json' };
  const response = await fetch(url, { method: 'POST', headers, body: JSON.stringify({ query, variables: { name } }) });
  return ((await response.json()) as { data: { startRun: { id: string } } }).data.startRun.id;
}

async function all<T>(items: AsyncIterable<T>): Promise<T[]> {
  const list: T[] = [];
  for await (const item of items) list.push(item);
  return list;
}

test('a run is found by id, name or prefix, and read by step and key', async ({ client }) => {
  const run = await client.pipelineRun('reading-1');
  expect((await client.pipelineRun(run.id)).name).toBe('reading-1');
  expect((await run.step('train').runMetadata('loss'))?.value).toBe(0.5);
  expect((await run.step('train', { attempt: 1 }).runMetadata('samples'))?.value).toBe(9007199254740993n);
  expect(await run.step('train').runMetadata('samples')).toBeNull();
  await expect(client.pipelineRun('reading')).rejects.toMatchObject({ code: 'AMBIGUOUS' });
  await expect(client.pipelineRun('nothing')).rejects.toMatchObject({ code: 'NOT_FOUND' });
  expect(await client.findPipelineRun('nothing')).toBeNull();
  await expect(run.step('missing').runMetadata('loss')).rejects.toMatchObject({ code: 'NOT_FOUND' });
});

test('history, steps, series and runs are complete, whatever the page size', async ({ client }) => {
  const run = await client.pipelineRun('reading-1');
  const history = await all(run.step('train', { attempt: 1 }).metadataHistory('loss', { pageSize: 7 }));
  expect(history.map(({ iteration }) => iteration)).toEqual(Array.from({ length: 25 }, (_, index) => 24 - index));
  expect(await all(run.metadataHistory('loss', { pageSize: 10 }))).toHaveLength(26);
  expect((await all(run.steps({ includeRetried: true }))).map(({ attempt }) => attempt)).toEqual([1, 2]);
  expect(await all(run.steps())).toHaveLength(1);
  const { total, points } = await run.step('train', { attempt: 1 }).metadataSeries('loss', { maxPoints: 5 });
  expect([total, points.length <= 5, points[0]?.value]).toEqual([25, true, 1]);
  const filter = { pipeline: 'reading', metadata: { key: 'loss', lt: 0.6 } };
  const runs = await all(client.pipelineRuns({ filter, orderBy: { name: 'ASC' }, pageSize: 1 }));
  expect(runs.map(({ name }) => name)).toEqual(['reading-1', 'reading-2']);
  const { rows } = await client.compareRuns(['reading-1', 'reading-2']);
  expect(rows.map(({ key }) => key)).toContain('train::loss');
  expect((await client.metadataKeys({ pipeline: 'reading' })).map(({ key }) => key)).toContain('loss');
});

test('a list has the latest entries of the keys that it is asked for, of none, too', async ({ client }) => {
  const filter = { pipeline: 'reading' };
  const orderBy = { name: 'ASC' } as const;
  const plain = await all(client.pipelineRuns({ filter, orderBy }));
  const listed = await all(client.pipelineRuns({ filter, orderBy, metadata: ['loss', 'train::loss', 'nothing'] }));
  expect(listed.map(({ latest }) => [...latest].map(([key, { value }]) => [key, value]))).toEqual(
    plain.map(() => [
      ['loss', 0.5],
      ['train::loss', 0.5],
    ]),
  );
  const none = await all(client.pipelineRuns({ filter, orderBy, metadata: [] }));
  expect(none.map(({ latest }) => latest.size)).toEqual(plain.map(() => 0));
  // Besides that they are runs of a list like any other.
  for (const runs of [listed, none]) {
    expect(runs.map(({ latest: _, ...run }) => JSON.stringify(run))).toEqual(plain.map((run) => JSON.stringify(run)));
    for (const run of runs) expect(Object.keys(run)).toEqual([...Object.keys(plain[0]!), 'latest']);
  }
});

test('values of every kind come back exact, by qualified key, and can be taken back', async ({ client }) => {
  const values = {
    uri: Uri('s3://b/m'),
    path: Path('/x'),
    size: StorageSize('1.5 GiB'),
    tuple: Tuple([1, 2]),
    set: new Set([1, 'a']),
    tiny: 5e-324,
    minus: -0,
    deep: { a: [12345678901234567890n, { b: null }] },
    ['__proto__']: 'mine',
  };
  const { entries } = await client.logMetadata(values, { run: 'reading-2', stepName: 'train' });
  const metadata = await (await client.pipelineRun('reading-2')).metadata({ scope: 'STEPS' });
  expect(metadata.get('train::size')).toMatchObject({ type: 'STORAGE_SIZE', value: 1610612736, display: '1.5 GiB' });
  expect(metadata.get('train::uri')).toMatchObject({ type: 'URI', value: 's3://b/m', number: null });
  expect(metadata.get('train::tuple')).toMatchObject({ type: 'TUPLE', value: [1, 2] });
  expect(metadata.get('train::set')).toMatchObject({ type: 'SET', value: [1, 'a'] });
  expect(metadata.get('train::tiny')?.value).toBe(5e-324);
  expect(metadata.get('train::minus')?.value).toBe(-0);
  expect(metadata.get('train::deep')?.value).toEqual({ a: [12345678901234567890n, { b: null }] });
  expect(metadata.get('train::__proto__')?.value).toBe('mine');
  const size = entries.find(({ key }) => key === 'size');
  expect(await client.retractMetadata(size!.id, 'wrong unit')).toBeNull();
});

test('a run is followed through a restart of the service: every entry once, in order', async ({ service, client }) => {
  const run = await client.pipelineRun(await startRun(service.url, 'live'));
  const { entries } = await client.logMetadata({ live: -1 }, { run: run.id });
  const seen: unknown[] = [];
  const writer = (async () => {
    for (let value = 0; value < 30; value += 1) {
      if (value === 10) {
        await service.kill();
        await service.start();
      }
      await client.logMetadata({ live: value, noise: value }, { run: run.id });
    }
  })();
  for await (const { value } of run.follow({ keys: ['live'], after: entries[0]!.id })) {
    seen.push(value);
    if (value === 29) break;
  }
  await writer;
  expect(seen).toEqual(Array.from({ length: 30 }, (_, index) => index));
});

test('the command line logs and reads exactly, and says what is wrong with a call', async ({ env }) => {
  const step = ['--run', 'reading-1', '--step', 'train'];
  const args = ['log', 'big=12345678901234567890', 'note=str:5', 'cfg=json:{"a":[1,9007199254740993]}', ...step];
  expect(await runCommand(args, env)).toMatchObject({ code: 0, stderr: '' });
  const get = async (...more: string[]) => (await runCommand(['get', ...more, ...step], env)).stdout;
  expect([await get('big'), await get('note'), await get('note', '--json'), await get('cfg')]).toEqual([
    '12345678901234567890\n',
    '5\n',
    '"5"\n',
    '{"a":[1,9007199254740993]}\n',
  ]);
  expect(await runCommand(['get', 'nothing', ...step], env)).toMatchObject({ code: 1, stdout: '' });
  expect(await runCommand(['log', 'x=1'], env)).toMatchObject({ code: 2, stdout: '' });
  expect(await runCommand(['log', 'x=1', '--run', 'nobody'], env)).toMatchObject({ code: 1 });
});
