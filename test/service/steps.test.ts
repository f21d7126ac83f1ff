import { randomUUID } from 'node:crypto';
import { describe, expect } from 'vitest';
import { finishStep, latestOfRun, latestOfStep, log, startRun, startStep } from '../support/ledger.ts';
import type { TestService } from '../support/service.ts';
import { test } from '../support/test.ts';

let made = 0;
/** A run of the test's own. */
const newRun = async (service: TestService) => (await startRun(service, { name: `run ${++made}.` })).name;

const listSteps = async (service: TestService, run: string, args = '') => {
  const answer = await service.run(
    `query ($run: String!) { pipelineRun(ref: $run) { steps${args} { totalCount nodes { name attempt status } } } }`,
    { run },
  );
  const { nodes, totalCount } = answer.pipelineRun.steps;
  expect(nodes).toHaveLength(totalCount);
  return nodes.map(
    (step: { name: string; attempt: number; status: string }) => `${step.name} ${step.attempt} ${step.status}`,
  );
};
const failStart = (service: TestService, input: Record<string, unknown>) =>
  service.fail('mutation ($input: StartStepInput!) { startStep(input: $input) { id } }', { input });

describe('attempts', () => {
  test('a name that the run already has makes attempt n+1', async ({ service }) => {
    const run = await newRun(service);
    for (const attempt of [1, 2, 3])
      expect(await startStep(service, run, 'train')).toMatchObject({ attempt, status: 'RUNNING' });
    expect(await startStep(service, run, 'test')).toMatchObject({ attempt: 1 });
    expect(await startStep(service, await newRun(service), 'train')).toMatchObject({ attempt: 1 });
  });

  test('earlier attempts that had not COMPLETED become RETRIED, FAILED ones too', async ({ service }) => {
    const run = await newRun(service);
    for (const status of ['COMPLETED', 'FAILED', 'CANCELLED', 'RUNNING']) {
      const { id } = await startStep(service, run, 's');
      if (status !== 'RUNNING') await finishStep(service, id, status);
    }
    await startStep(service, run, 's');
    const all = ['s 1 COMPLETED', 's 2 RETRIED', 's 3 RETRIED', 's 4 RETRIED', 's 5 RUNNING'];
    expect(await listSteps(service, run, '(includeRetried: true)')).toEqual(all);
  });

  test('`steps` shows the newest attempts; superseded ones, whatever their status, with `includeRetried`', async ({
    service,
  }) => {
    const run = await newRun(service);
    await finishStep(service, (await startStep(service, run, 'a')).id);
    await startStep(service, run, 'b');
    await startStep(service, run, 'a');
    expect(await listSteps(service, run)).toEqual(['b 1 RUNNING', 'a 2 RUNNING']);
    expect(await listSteps(service, run, '(includeRetried: true)')).toEqual([
      'a 1 COMPLETED',
      'b 1 RUNNING',
      'a 2 RUNNING',
    ]);
  });

  test('a name alone means the newest attempt, for reading and for writing alike', async ({ service }) => {
    const run = await newRun(service);
    const first = await startStep(service, run, 's');
    await log(service, { stepId: first.id }, { k: 'of the first' });
    const second = await startStep(service, run, 's');
    const logged = await log(service, { step: { run, name: 's' } }, { k: 'of the second' });
    expect(logged.step).toEqual({ id: second.id, attempt: 2 });
    const old = await log(service, { step: { run, name: 's', attempt: 1 } }, { late: 1 });
    expect(old.step).toEqual({ id: first.id, attempt: 1 });
    const read = await service.run(
      'query ($run: String!) { pipelineRun(ref: $run) { step(name: "s") { attempt runMetadata(key: "k") { value } } one: step(name: "s", attempt: 1) { runMetadata(key: "k") { value } } } }',
      { run },
    );
    expect(read.pipelineRun).toEqual({
      step: { attempt: 2, runMetadata: { value: 'of the second' } },
      one: { runMetadata: { value: 'of the first' } },
    });
  });

  test('attempts do not share metadata', async ({ service }) => {
    const run = await newRun(service);
    const first = await startStep(service, run, 's');
    await log(service, { stepId: first.id }, { k: 1 });
    const second = await startStep(service, run, 's');
    expect(await latestOfStep(service, second.id, 'k')).toBeUndefined();
    await log(service, { stepId: first.id }, { k: 2 });
    expect(await latestOfStep(service, second.id, 'k')).toBeUndefined();
    expect(await latestOfStep(service, first.id, 'k')).toBe(2);
  });

  test('an unknown step name, or attempt, is null from a query and NOT_FOUND that names both from a mutation', async ({
    service,
  }) => {
    const run = await newRun(service);
    await startStep(service, run, 's');
    const read = await service.run(
      'query ($run: String!) { pipelineRun(ref: $run) { a: step(name: "t") { id } b: step(name: "s", attempt: 2) { id } c: step(name: "s", attempt: 0) { id } d: step(name: "s", attempt: -1) { id } e: step(name: "") { id } f: step(name: "s\\u0000") { id } } }',
      { run },
    );
    expect(read.pipelineRun).toEqual({ a: null, b: null, c: null, d: null, e: null, f: null });
    const targets = [{ name: 't' }, { name: 's', attempt: 2 }, { name: 's', attempt: 0 }];
    for (const target of targets) {
      const error = await service.fail(
        'mutation ($step: StepRef!) { logMetadata(input: { target: { step: $step }, metadata: { a: 1 } }) { replayed } }',
        { step: { run, ...target } },
      );
      expect(error.extensions.code).toBe('NOT_FOUND');
      expect(error.message).toContain(JSON.stringify(run));
      expect(error.message).toContain(JSON.stringify(target.name));
      if (target.attempt !== undefined) expect(error.message).toContain(`attempt ${target.attempt}`);
    }
  });

  test('of an unknown run the run is named', async ({ service }) => {
    const error = await failStart(service, { run: 'no such run', name: 's' });
    expect(error.extensions.code).toBe('NOT_FOUND');
    expect(error.message).toContain('"no such run"');
  });
});

describe('cachedFrom', () => {
  test('the new step is CACHED and starts with the original’s latest entries, under its own ids, with their first loggedAt', async ({
    service,
  }) => {
    const from = await newRun(service);
    const original = await startStep(service, from, 'train');
    await log(service, { stepId: original.id }, { a: 'old', big: 2n ** 70n }, { loggedAt: '2020-01-01T00:00:00.000Z' });
    await log(service, { stepId: original.id }, undefined, {
      loggedAt: '2021-01-01T00:00:00.000Z',
      entries: [
        { key: 'a', value: 'new', iteration: 7 },
        { key: 'size', value: '1.5 GiB', type: 'STORAGE_SIZE' },
        { key: 'tags', value: [1, 2], type: 'SET' },
      ],
    });
    const run = await newRun(service);
    const cached = await startStep(service, run, 'train', { cachedFrom: original.id });
    expect(cached.status).toBe('CACHED');
    const read = async (id: string) =>
      (
        await service.run(
          'query ($id: UUID!) { step(id: $id) { endedAt cachedFrom { id } metadata { id key value type iteration loggedAt step { id } } } }',
          { id },
        )
      ).step;
    const [there, here] = [await read(original.id), await read(cached.id)];
    type Entry = { id: string; step: { id: string } };
    const withoutIds = (entries: Entry[]) => entries.map(({ id: _id, step: _step, ...entry }) => entry);
    expect(here.cachedFrom).toEqual({ id: original.id });
    expect(here.endedAt).not.toBeNull();
    expect(withoutIds(here.metadata)).toEqual(withoutIds(there.metadata));
    expect(here.metadata.map((entry: Entry) => entry.step.id)).toEqual(Array(4).fill(cached.id));
    const newest = Math.max(...there.metadata.map((entry: Entry) => Number(entry.id)));
    for (const entry of here.metadata) expect(Number(entry.id)).toBeGreaterThan(newest);
    expect(await latestOfRun(service, run, 'a')).toBe('new');
    expect(await latestOfRun(service, run, 'train::big')).toBe(2n ** 70n);
    // Only the latest entry of each key came along.
    const history = await service.run(
      'query ($id: UUID!) { step(id: $id) { metadataHistory(key: "a") { totalCount } } }',
      { id: cached.id },
    );
    expect(history.step.metadataHistory.totalCount).toBe(1);
  });

  test('what is logged to the original later stays with the original', async ({ service }) => {
    const run = await newRun(service);
    const original = await startStep(service, run, 'a');
    await log(service, { stepId: original.id }, { k: 1 });
    const cached = await startStep(service, run, 'b', { cachedFrom: original.id });
    await log(service, { stepId: original.id }, { k: 2, other: 3 });
    expect(await latestOfStep(service, cached.id, 'k')).toBe(1);
    expect(await latestOfStep(service, cached.id, 'other')).toBeUndefined();
    await log(service, { stepId: cached.id }, { k: 4 });
    expect(await latestOfStep(service, original.id, 'k')).toBe(2);
  });

  test('also from an earlier attempt at the same step, and from a step without entries', async ({ service }) => {
    const run = await newRun(service);
    const original = await startStep(service, run, 's');
    await log(service, { stepId: original.id }, { k: 1 });
    const again = await startStep(service, run, 's', { cachedFrom: original.id });
    expect(again).toMatchObject({ attempt: 2, status: 'CACHED' });
    expect(await latestOfRun(service, run, 'k')).toBe(1);
    const empty = await startStep(service, run, 'empty');
    expect(await startStep(service, run, 't', { cachedFrom: empty.id })).toMatchObject({ status: 'CACHED' });
  });

  test('an unknown original is NOT_FOUND, and no step is started', async ({ service }) => {
    const run = await newRun(service);
    const id = randomUUID();
    const error = await failStart(service, { run, name: 's', cachedFrom: id });
    expect(error.extensions.code).toBe('NOT_FOUND');
    expect(error.message).toContain(id);
    expect(await listSteps(service, run)).toEqual([]);
  });
});

describe('an id that exists', () => {
  test('startRun gives the same run when name and pipeline agree, else CONFLICT', async ({ service }) => {
    const id = randomUUID();
    const start = (more: Record<string, unknown>) => startRun(service, { id, ...more });
    const run = await start({ name: `mine ${id}`, pipeline: 'p' });
    expect(await start({ name: `mine ${id}`, pipeline: 'p' })).toEqual(run);
    expect(await start({ pipeline: 'p', startedAt: '2000-01-01T00:00:00Z' })).toEqual(run);
    for (const more of [{ name: 'another', pipeline: 'p' }, { name: `mine ${id}`, pipeline: 'q' }, {}])
      await expect(start(more)).rejects.toThrow('CONFLICT');
    await expect(startRun(service, { id: randomUUID(), name: `mine ${id}` })).rejects.toThrow('CONFLICT');
    await expect(startRun(service, { name: `mine ${id}` })).rejects.toThrow('CONFLICT');
  });

  test('startRun without a name gives one, and a retry with the id finds it', async ({ service }) => {
    const id = randomUUID();
    const run = await startRun(service, { id, pipeline: 'é'.repeat(127) });
    expect(Buffer.byteLength(run.name)).toBeLessThanOrEqual(255);
    expect(await startRun(service, { id, pipeline: 'é'.repeat(127) })).toEqual(run);
  });

  test('startRun with nothing at all starts a run of the pipeline "default"', async ({ service }) => {
    const { startRun: run } = await service.run('mutation { startRun { pipeline status startedAt endedAt } }');
    expect(run).toEqual({ pipeline: 'default', status: 'RUNNING', startedAt: expect.any(String), endedAt: null });
  });

  test('startStep gives the same step when run and name agree, without a new attempt, else CONFLICT', async ({
    service,
  }) => {
    const [run, other] = [await newRun(service), await newRun(service)];
    const id = randomUUID();
    const step = await startStep(service, run, 's', { id });
    expect(await startStep(service, run, 's', { id: id.toUpperCase() })).toEqual(step);
    expect((await failStart(service, { id, run: other, name: 's' })).extensions.code).toBe('CONFLICT');
    expect((await failStart(service, { id, run, name: 't' })).extensions.code).toBe('CONFLICT');
    expect(await listSteps(service, run, '(includeRetried: true)')).toEqual(['s 1 RUNNING']);
    await startStep(service, run, 's');
    expect(await startStep(service, run, 's', { id })).toMatchObject({ attempt: 1, status: 'RETRIED' });
  });

  test('a step and a run may have the same id without harm', async ({ service }) => {
    const id = randomUUID();
    await startRun(service, { id, name: `same id ${id}` });
    await startStep(service, `same id ${id}`, 's');
    await log(service, { run: id }, { k: 'of the run' });
    expect(await latestOfRun(service, id, 'k')).toBe('of the run');
  });
});

describe('finishing', () => {
  const finishRun =
    'mutation ($ref: String!, $status: ExecutionStatus) { finishRun(ref: $ref, status: $status) { status endedAt } }';
  const finish =
    'mutation ($id: UUID!, $status: ExecutionStatus) { finishStep(id: $id, status: $status) { status endedAt } }';

  test.for(['COMPLETED', 'FAILED', 'CANCELLED'])(
    'as %s; again the same changes nothing, another is CONFLICT',
    async (status, { service }) => {
      const ref = await newRun(service);
      const { id } = await startStep(service, ref, 's');
      for (const [query, variables] of [
        [finish, { id, status }],
        [finishRun, { ref, status }],
      ] as const) {
        const first = Object.values(await service.run(query, variables))[0];
        expect(first).toEqual({ status, endedAt: expect.any(String) });
        expect(Object.values(await service.run(query, variables))[0]).toEqual(first);
        const other = status === 'FAILED' ? 'COMPLETED' : 'FAILED';
        expect((await service.fail(query, { ...variables, status: other })).extensions.code).toBe('CONFLICT');
      }
    },
  );

  test('is COMPLETED when nothing is said', async ({ service }) => {
    const ref = await newRun(service);
    const { id } = await startStep(service, ref, 's');
    expect((await service.run(finish, { id })).finishStep.status).toBe('COMPLETED');
    expect((await service.run(finishRun, { ref })).finishRun.status).toBe('COMPLETED');
  });

  test.for(['RUNNING', 'CACHED', 'RETRIED'])('as %s is BAD_USER_INPUT', async (status, { service }) => {
    const ref = await newRun(service);
    const { id } = await startStep(service, ref, 's');
    expect((await service.fail(finish, { id, status })).extensions.code).toBe('BAD_USER_INPUT');
    expect((await service.fail(finishRun, { ref, status })).extensions.code).toBe('BAD_USER_INPUT');
    expect(await listSteps(service, ref)).toEqual(['s 1 RUNNING']);
  });

  test('an unknown step is NOT_FOUND', async ({ service }) => {
    expect((await service.fail(finish, { id: randomUUID() })).extensions.code).toBe('NOT_FOUND');
  });

  test('copies at once with two statuses: one status wins, the others are told', async ({ service }) => {
    const { id } = await startStep(service, await newRun(service), 's');
    const outcomes = await Promise.allSettled(
      Array.from({ length: 12 }, (_, n) => finishStep(service, id, n % 2 ? 'FAILED' : 'COMPLETED')),
    );
    expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(6);
  });

  test('entries may still be logged to what is finished', async ({ service }) => {
    const { id } = await startStep(service, await newRun(service), 's');
    await finishStep(service, id);
    await log(service, { stepId: id }, { late: true });
    expect(await latestOfStep(service, id, 'late')).toBe(true);
  });
});

describe('names', () => {
  const bad = ['', ' ', '\u3000', 'a\nb', 'a\u007f', 'a\u0085', 'a\0b', '\ud800', 'x'.repeat(256), 'é'.repeat(128)];
  const good = ['x', 'x'.repeat(255), `${'é'.repeat(127)}x`, ' spaces around ', '日本 🌲', '__proto__', '%'];

  test.for(bad)('%j is no name of a run, step or pipeline', async (name, { service }) => {
    const run = await newRun(service);
    const refused = [
      await service.fail('mutation ($name: String) { startRun(input: { name: $name }) { id } }', { name }),
      await service.fail('mutation ($name: String!) { startRun(input: { pipeline: $name }) { id } }', { name }),
      await failStart(service, { run, name }),
    ];
    for (const error of refused) expect(error.extensions.code).toBe('BAD_USER_INPUT');
  });

  test.for(good)('%j is a name of each, and comes back as it was given', async (name, { service }) => {
    const run = await service.run(
      'mutation ($name: String!) { startRun(input: { name: $name, pipeline: $name }) { name pipeline } }',
      { name },
    );
    expect(run.startRun).toEqual({ name, pipeline: name });
    expect((await startStep(service, name, name)).name).toBe(name);
    await log(service, { step: { run: name, name } }, { k: 1 });
    expect(await latestOfRun(service, name, `${name}::k`)).toBe(1);
  });

  test('a step name has no `::`; run and pipeline names may', async ({ service }) => {
    const run = await newRun(service);
    for (const name of ['a::b', '::', 'a:::b'])
      expect((await failStart(service, { run, name })).extensions.code).toBe('BAD_USER_INPUT');
    await startStep(service, run, 'a:b');
    await startRun(service, { name: 'a::b', pipeline: 'c::d' });
  });
});

describe('the order of steps', () => {
  test('is that in which they were started, by the clock given, then as they came', async ({ service }) => {
    const run = await newRun(service);
    const at = (second: number) => ({ startedAt: `2026-01-01T00:00:0${second}Z` });
    for (const [name, second] of [
      ['c', 3],
      ['a', 1],
      ['b', 1],
      ['d', 3],
    ] as const)
      await startStep(service, run, name, at(second));
    expect((await listSteps(service, run)).map((text: string) => text[0])).toEqual(['a', 'b', 'c', 'd']);
  });

  test('pages hold while steps are added and superseded', async ({ service }) => {
    const run = await newRun(service);
    for (let n = 0; n < 7; n += 1) await startStep(service, run, `s${n}`);
    const seen: string[] = [];
    let after = null as string | null;
    for (let page = 0; ; page += 1) {
      const query =
        'query ($run: String!, $after: String) { pipelineRun(ref: $run) { steps(first: 3, after: $after) { edges { cursor node { name } } pageInfo { hasNextPage hasPreviousPage startCursor endCursor } } } }';
      const answer = await service.run(query, { run, after });
      const { edges, pageInfo } = answer.pipelineRun.steps;
      seen.push(...edges.map((edge: { node: { name: string } }) => edge.node.name));
      expect(pageInfo).toMatchObject({
        hasPreviousPage: page > 0,
        startCursor: edges[0].cursor,
        endCursor: edges.at(-1).cursor,
      });
      if (!pageInfo.hasNextPage) break;
      after = pageInfo.endCursor;
      if (page === 0) {
        // One that was seen, the very one of the cursor, is superseded: it does not shift the pages.
        await startStep(service, run, 's2');
        await startStep(service, run, 'new');
      }
    }
    expect(seen).toEqual(['s0', 's1', 's2', 's3', 's4', 's5', 's6', 's2', 'new']);
  });

  test('`first` is 0 to 200, and `after` a cursor of this list', async ({ service }) => {
    const run = await newRun(service);
    await startStep(service, run, 's');
    const page =
      'query ($run: String!, $first: Int, $after: String) { pipelineRun(ref: $run) { steps(first: $first, after: $after) { nodes { name } pageInfo { hasNextPage endCursor } } } }';
    expect((await service.run(page, { run, first: 0 })).pipelineRun.steps).toEqual({
      nodes: [],
      pageInfo: { hasNextPage: true, endCursor: null },
    });
    expect((await service.run(page, { run, first: 200 })).pipelineRun.steps.nodes).toHaveLength(1);
    const cursor = (parts: unknown) => Buffer.from(JSON.stringify(parts)).toString('base64url');
    const forged = [
      '',
      'x',
      'e30',
      cursor([]),
      cursor(['1']),
      cursor([1, 2 ** 40]),
      cursor([8.64e15, 1]),
      cursor([-8.64e15, 1]),
      cursor([1, -(2 ** 31) - 1]),
    ];
    for (const variables of [{ first: -1 }, { first: 201 }, ...forged.map((after) => ({ after }))])
      expect((await service.fail(page, { run, ...variables })).extensions.code).toBe('BAD_USER_INPUT');
  });

  test('the pages of a history take no forged cursor either', async ({ service }) => {
    const run = await newRun(service);
    const page =
      'query ($run: String!, $first: Int, $after: String) { pipelineRun(ref: $run) { metadataHistory(key: "k", first: $first, after: $after) { nodes { id } } } }';
    const cursor = (parts: unknown) => Buffer.from(JSON.stringify(parts)).toString('base64url');
    for (const after of ['x', cursor([1]), cursor(['9999999999999999999']), cursor(['-1'])])
      expect((await service.fail(page, { run, after })).extensions.code).toBe('BAD_USER_INPUT');
    for (const first of [-1, 201])
      expect((await service.fail(page, { run, first })).extensions.code).toBe('BAD_USER_INPUT');
  });
});

describe('at once', () => {
  test('starts of one name, through two servers, make attempts 1 to n without gaps, and only the last counts', async ({
    service,
    second,
  }) => {
    const run = await newRun(service);
    const started = await Promise.all(
      Array.from({ length: 24 }, (_, n) => startStep(n % 2 ? service : second, run, 's')),
    );
    expect(started.map(({ attempt }) => attempt).sort((a, b) => a - b)).toEqual(
      Array.from({ length: 24 }, (_, n) => n + 1),
    );
    expect(await listSteps(service, run)).toEqual(['s 24 RUNNING']);
    expect(await listSteps(service, run, '(includeRetried: true)')).toHaveLength(24);
  });

  test('the same step id, through two servers, starts one step', async ({ service, second }) => {
    const run = await newRun(service);
    const id = randomUUID();
    const started = await Promise.all(
      Array.from({ length: 20 }, (_, n) => startStep(n % 2 ? service : second, run, 's', { id })),
    );
    expect(new Set(started.map((step) => JSON.stringify(step)))).toEqual(
      new Set([JSON.stringify({ id, name: 's', attempt: 1, status: 'RUNNING' })]),
    );
  });

  test('the same step id in two runs: one of them has it, the other is told', async ({ service, second }) => {
    const [one, two] = [await newRun(service), await newRun(service)];
    const id = randomUUID();
    const outcomes = await Promise.allSettled(
      Array.from({ length: 10 }, (_, n) => startStep(n % 2 ? service : second, n % 4 < 2 ? one : two, 's', { id })),
    );
    const failed = outcomes.filter((outcome) => outcome.status === 'rejected');
    expect([4, 6]).toContain(failed.length);
    for (const { reason } of failed) expect(String(reason)).toContain('CONFLICT');
    expect(await service.sql('SELECT FROM step WHERE id = $1', [id])).toHaveLength(1);
  });

  test('the same run id, through two servers, starts one run', async ({ service, second }) => {
    const id = randomUUID();
    const started = await Promise.all(Array.from({ length: 20 }, (_, n) => startRun(n % 2 ? service : second, { id })));
    expect(new Set(started.map(({ name }) => name)).size).toBe(1);
  });

  test('the same run name with different ids: one run has it, the others are told', async ({ service, second }) => {
    const outcomes = await Promise.allSettled(
      Array.from({ length: 10 }, (_, n) =>
        startRun(n % 2 ? service : second, { id: randomUUID(), name: 'wanted by many' }),
      ),
    );
    expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
  });
});

describe('when something ended', () => {
  const finishRun =
    'mutation ($ref: String!, $endedAt: DateTime) { finishRun(ref: $ref, endedAt: $endedAt) { startedAt endedAt } }';
  const finish =
    'mutation ($id: UUID!, $endedAt: DateTime) { finishStep(id: $id, endedAt: $endedAt) { endedAt status } }';
  const started = '2026-01-01T10:00:00.000Z';
  const ended = '2026-01-01T10:30:00.000Z';

  test('can be said afterwards', async ({ service }) => {
    const run = await startRun(service, { startedAt: started });
    const step = await startStep(service, run.id, 's', { startedAt: started });
    expect((await service.run(finish, { id: step.id, endedAt: ended })).finishStep.endedAt).toBe(ended);
    expect((await service.run(finishRun, { ref: run.id, endedAt: ended })).finishRun.endedAt).toBe(ended);
  });

  test('is never before it started: BAD_USER_INPUT, and nothing has ended', async ({ service }) => {
    const run = await startRun(service, { startedAt: ended });
    const step = await startStep(service, run.id, 's', { startedAt: ended });
    for (const [query, variables] of [
      [finish, { id: step.id, endedAt: started }],
      [finishRun, { ref: run.id, endedAt: started }],
    ] as const) {
      const error = await service.fail(query, variables);
      expect([error.extensions.code, error.message]).toEqual(['BAD_USER_INPUT', expect.stringContaining('endedAt')]);
    }
    expect(await listSteps(service, run.id)).toEqual(['s 1 RUNNING']);
  });

  test('is the start where that lies ahead and nothing is said', async ({ service }) => {
    const ahead = '2999-01-01T00:00:00.000Z';
    const run = await startRun(service, { startedAt: ahead });
    const step = await startStep(service, run.id, 's', { startedAt: ahead });
    expect((await service.run(finish, { id: step.id })).finishStep.endedAt).toBe(ahead);
    expect((await service.run(finishRun, { ref: run.id })).finishRun.endedAt).toBe(ahead);
  });

  test('an attempt that was superseded while it ran stays RETRIED, and its end is noted once', async ({ service }) => {
    const run = await startRun(service);
    const first = await startStep(service, run.id, 's', { startedAt: started });
    await startStep(service, run.id, 's');
    expect((await service.run(finish, { id: first.id, endedAt: ended })).finishStep).toEqual({
      endedAt: ended,
      status: 'RETRIED',
    });
    expect((await service.run(finish, { id: first.id })).finishStep).toEqual({ endedAt: ended, status: 'RETRIED' });
  });
});

describe('names in another Unicode form', () => {
  const composed = 'caf\u00e9';
  const decomposed = 'cafe\u0301';

  test('are the same name: written in one, found in the other', async ({ service }) => {
    const run = await startRun(service, { name: `${decomposed} 1`, pipeline: decomposed });
    expect(run.name).toBe(`${composed} 1`);
    await startStep(service, `${composed} 1`, decomposed);
    await log(service, { step: { run: `${decomposed} 1`, name: composed } }, { k: 1 });
    const query = `query ($ref: String!, $step: String!, $key: String!, $filter: PipelineRunFilter) {
      pipelineRun(ref: $ref) { step(name: $step) { name } runMetadata(key: $key) { value } }
      pipelineRuns(filter: $filter) { nodes { name } } metadataKeys(pipeline: $step) { key } }`;
    for (const form of [composed, decomposed]) {
      for (const filter of [
        { pipeline: form },
        { namePrefix: form },
        { metadata: { key: 'k', step: form } },
        { metadata: { key: `${form}::k`, equals: 1 } },
      ]) {
        const answer = await service.run(query, { ref: form, step: form, key: `${form}::k`, filter });
        expect(answer).toEqual({
          pipelineRun: { step: { name: composed }, runMetadata: { value: 1 } },
          pipelineRuns: { nodes: [{ name: `${composed} 1` }] },
          metadataKeys: [{ key: 'k' }],
        });
      }
    }
    expect((await startStep(service, `${decomposed} 1`, composed)).attempt).toBe(2);
    const again = await service.fail('mutation ($n: String) { startRun(input: { name: $n }) { id } }', {
      n: `${decomposed} 1`,
    });
    expect(again.extensions.code).toBe('CONFLICT');
  });
});

test('ids of runs are random from the first digit on', async ({ service }) => {
  const ids = await Promise.all(Array.from({ length: 60 }, async () => (await startRun(service)).id));
  expect(new Set(ids.map((id) => id.slice(0, 8))).size).toBe(60);
  expect(new Set(ids.map((id) => id[0])).size).toBeGreaterThan(8);
});

test('a whole number beyond 2^53 is a bound like any other, by variable and by literal', async ({ service }) => {
  const run = await startRun(service);
  await service.run(
    'mutation ($r: String!) { logMetadata(input: { target: { run: $r }, metadata: { t: 1732612345678901300 } }) { replayed } }',
    { r: run.id },
  );
  const literal =
    '{ pipelineRuns(filter: { metadata: { key: "t", gt: 1732612345678900000, lte: 1732612345678901760 } }) { nodes { id } } }';
  const variable =
    'query ($gt: Float, $lte: Float!) { pipelineRuns(filter: { metadata: { key: "t", gt: $gt, lte: $lte } }) { nodes { id } } }';
  const input = 'query ($f: PipelineRunFilter) { pipelineRuns(filter: $f) { nodes { id } } }';
  const bounds = { gt: 1732612345678900000n, lte: 1732612345678901760n };
  for (const answer of [
    await service.run(literal),
    await service.run(variable, bounds),
    await service.run(input, { f: { metadata: { key: 't', ...bounds } } }),
  ])
    expect(answer.pipelineRuns.nodes).toEqual([{ id: run.id }]);
});
