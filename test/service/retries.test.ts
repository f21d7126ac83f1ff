import { randomUUID } from 'node:crypto';
import { describe, expect } from 'vitest';
import { type Logged, log, logBatchMutation, logMutation, startRun, startStep } from '../support/ledger.ts';
import type { TestService } from '../support/service.ts';
import { test } from '../support/test.ts';

const newRun = async (service: TestService) => (await startRun(service)).id;
const count = async (service: TestService, run: string): Promise<number> =>
  (await service.sql('SELECT count(*)::int AS n FROM metadata_entry WHERE run_id = $1', [run]))[0].n;
const batch = async (service: TestService, inputs: unknown[]): Promise<Logged[]> =>
  (await service.run(logBatchMutation, { inputs })).logMetadataBatch;
const failBatch = (service: TestService, inputs: unknown[]) => service.fail(logBatchMutation, { inputs });

describe('the same request id', () => {
  test('with the same content writes nothing; `replayed` is true, and the first entries are returned', async ({
    service,
  }) => {
    const run = await newRun(service);
    const step = await startStep(service, run, 's');
    const requestId = randomUUID();
    const loggedAt = '2026-01-02T03:04:05.678Z';
    const send = () =>
      log(
        service,
        { stepId: step.id },
        { a: 2n ** 80n, b: [0.1433] },
        { requestId, loggedAt, entries: [{ key: 'c', value: 'x', iteration: 3 }] },
      );
    const first = await send();
    expect(first.replayed).toBe(false);
    await log(service, { stepId: step.id }, { a: 'later' });
    for (let n = 0; n < 2; n += 1) expect(await send()).toEqual({ ...first, replayed: true });
    expect(await count(service, run)).toBe(4);
  });

  test('without a loggedAt the times of the first are returned', async ({ service }) => {
    const run = await newRun(service);
    const query = 'mutation ($input: LogMetadataInput!) { logMetadata(input: $input) { entries { loggedAt } } }';
    const input = { target: { run }, metadata: { a: 1 }, requestId: randomUUID() };
    expect(await service.run(query, { input })).toEqual(await service.run(query, { input }));
  });

  test.for([
    ['another value', { metadata: { a: 2 } }],
    ['another key', { metadata: { b: 1 } }],
    ['one entry more', { metadata: { a: 1, b: 1 } }],
    ['another type', { metadata: {}, entries: [{ key: 'a', value: 1, type: 'FLOAT' }] }],
    ['an iteration', { metadata: {}, entries: [{ key: 'a', value: 1, iteration: 1 }] }],
    ['a loggedAt', { metadata: { a: 1 }, loggedAt: '2026-01-01T00:00:00Z' }],
  ] as const)('with %s is a CONFLICT, and nothing is written', async ([_, other], { service }) => {
    const run = await newRun(service);
    const requestId = randomUUID();
    await log(service, { run }, { a: 1 }, { requestId });
    const error = await service.fail(logMutation, { input: { target: { run }, requestId, ...other } });
    expect(error.extensions.code).toBe('CONFLICT');
    expect(error.message).toContain(requestId);
    expect(await count(service, run)).toBe(1);
  });

  test('with another target in the run is a CONFLICT', async ({ service }) => {
    const run = await newRun(service);
    const [s, t] = [await startStep(service, run, 's'), await startStep(service, run, 't')];
    const requestId = randomUUID();
    await log(service, { stepId: s.id }, { a: 1 }, { requestId });
    for (const target of [{ stepId: t.id }, { run }, { step: { run, name: 't' } }]) {
      const error = await service.fail(logMutation, { input: { target, metadata: { a: 1 }, requestId } });
      expect(error.extensions.code).toBe('CONFLICT');
    }
    expect(await count(service, run)).toBe(1);
  });

  test('with the same target said in another way is a replay', async ({ service }) => {
    const run = await newRun(service);
    const step = await startStep(service, run, 's');
    const requestId = randomUUID();
    const first = await log(service, { stepId: step.id }, { a: 1 }, { requestId });
    for (const target of [
      { step: { run, name: 's' } },
      { step: { run, name: 's', attempt: 1 } },
      { stepId: step.id.toUpperCase() },
    ])
      expect(await log(service, target, { a: 1 }, { requestId: requestId.toUpperCase() })).toEqual({
        ...first,
        replayed: true,
      });
  });

  test('in another run is another request', async ({ service }) => {
    const requestId = randomUUID();
    for (const run of [await newRun(service), await newRun(service)])
      expect((await log(service, { run }, { a: 1 }, { requestId })).replayed).toBe(false);
  });

  test('after a new attempt has begun answers what was answered then', async ({ service }) => {
    const run = await newRun(service);
    const first = await startStep(service, run, 's');
    const requestId = randomUUID();
    const target = { step: { run, name: 's' } };
    const answer = await log(service, target, { a: 1 }, { requestId });
    expect(answer.step?.id).toBe(first.id);
    const newest = await startStep(service, run, 's');
    expect(await log(service, target, { a: 1 }, { requestId })).toEqual({ ...answer, replayed: true });
    expect(await count(service, run)).toBe(1);
    for (const other of [{ stepId: newest.id }, { step: { run, name: 's', attempt: 2 } }]) {
      const error = await service.fail(logMutation, { input: { target: other, metadata: { a: 1 }, requestId } });
      expect(error.extensions.code).toBe('CONFLICT');
    }
  });

  test('of a call that failed is as good as new', async ({ service }) => {
    const run = await newRun(service);
    const requestId = randomUUID();
    await expect(log(service, { step: { run, name: 's' } }, { a: 1 }, { requestId })).rejects.toThrow('NOT_FOUND');
    await expect(log(service, { run }, { a: 'x\0' }, { requestId })).rejects.toThrow('BAD_USER_INPUT');
    expect((await log(service, { run }, { a: 1 }, { requestId })).replayed).toBe(false);
  });
});

describe('twenty copies at once', () => {
  const race = async (service: TestService, servers: TestService[]) => {
    const run = await newRun(service);
    const step = await startStep(service, run, 's');
    const requestId = randomUUID();
    const answers = await Promise.all(
      Array.from({ length: 20 }, (_, n) =>
        log(servers[n % servers.length]!, { stepId: step.id }, { a: 1, b: 2 }, { requestId }),
      ),
    );
    expect(answers.filter(({ replayed }) => !replayed)).toHaveLength(1);
    expect(new Set(answers.map(({ entries }) => JSON.stringify(entries))).size).toBe(1);
    expect(await count(service, run)).toBe(2);
  };
  test('in one server write once and all answer the same', ({ service }) => race(service, [service]));
  test('over two servers write once and all answer the same', ({ service, second }) =>
    race(service, [service, second]));

  test('of which half differ: one content is written, and the others are told', async ({ service, second }) => {
    const run = await newRun(service);
    const requestId = randomUUID();
    const outcomes = await Promise.allSettled(
      Array.from({ length: 20 }, (_, n) => log(n % 4 < 2 ? service : second, { run }, { a: n % 2 }, { requestId })),
    );
    const failed = outcomes.filter((outcome) => outcome.status === 'rejected');
    expect(failed).toHaveLength(10);
    for (const { reason } of failed) expect(String(reason)).toContain('CONFLICT');
    expect(await count(service, run)).toBe(1);
  });

  test('by the name of a step while new attempts begin write once', async ({ service, second }) => {
    const run = await newRun(service);
    await startStep(service, run, 's');
    const requestId = randomUUID();
    const target = { step: { run, name: 's' } };
    const [answers] = await Promise.all([
      Promise.all(Array.from({ length: 20 }, (_, n) => log(n % 2 ? service : second, target, { a: 1 }, { requestId }))),
      Promise.all(Array.from({ length: 5 }, () => startStep(second, run, 's'))),
    ]);
    expect(answers.filter(({ replayed }) => !replayed)).toHaveLength(1);
    expect(new Set(answers.map((answer) => JSON.stringify([answer.entries, answer.step]))).size).toBe(1);
    expect(await count(service, run)).toBe(1);
  });

  test('of a batch write once and all answer the same', async ({ service, second }) => {
    const [one, two] = [await newRun(service), await newRun(service)];
    const inputs = [one, two].map((run) => ({ target: { run }, metadata: { a: 1 }, requestId: randomUUID() }));
    const answers = await Promise.all(
      Array.from({ length: 20 }, (_, n) => (n % 2 ? service : second).run(logBatchMutation, { inputs })),
    );
    expect(answers.filter((answer) => !answer.logMetadataBatch[0].replayed)).toHaveLength(1);
    expect([await count(service, one), await count(service, two)]).toEqual([1, 1]);
  });
});

describe('a batch', () => {
  test('answers in the order of its inputs, replays among them', async ({ service }) => {
    const [one, two] = [await newRun(service), await newRun(service)];
    const step = await startStep(service, two, 's');
    const known = { target: { run: one }, metadata: { a: 0 }, requestId: randomUUID() };
    const [earlier] = await batch(service, [known]);
    const answers = await batch(service, [
      { target: { stepId: step.id }, metadata: { a: 1 } },
      known,
      { target: { run: two }, metadata: { a: 2, b: 3 } },
      { target: { step: { run: two, name: 's' } }, metadata: { a: 4 } },
    ]);
    expect(answers.map(({ run }) => run.id)).toEqual([two, one, two, two]);
    expect(answers.map(({ step: logged }) => logged?.id)).toEqual([step.id, undefined, undefined, step.id]);
    expect(answers.map(({ entries }) => entries.map(({ value }) => value))).toEqual([[1], [0], [2, 3], [4]]);
    expect(answers[1]).toEqual({ ...earlier, replayed: true });
    expect(await count(service, one)).toBe(1);
  });

  test('of nothing answers with nothing', async ({ service }) => expect(await batch(service, [])).toEqual([]));

  test('sent again whole is replayed whole', async ({ service }) => {
    const run = await newRun(service);
    const inputs = [1, 2].map((a) => ({ target: { run }, metadata: { a }, requestId: randomUUID() }));
    const first = await batch(service, inputs);
    expect(await batch(service, inputs)).toEqual(first.map((payload) => ({ ...payload, replayed: true })));
    expect(await count(service, run)).toBe(2);
  });

  test('with one request id twice: the same content is a replay of the first, other content a CONFLICT', async ({
    service,
  }) => {
    const run = await newRun(service);
    const input = { target: { run }, metadata: { a: 1 }, requestId: randomUUID() };
    const [first, copy] = await batch(service, [input, input]);
    expect(copy).toEqual({ ...first, replayed: true });
    expect(await count(service, run)).toBe(1);
    const other = { ...input, requestId: randomUUID() };
    expect((await failBatch(service, [other, { ...other, metadata: { a: 2 } }])).extensions.code).toBe('CONFLICT');
    const step = await startStep(service, run, 's');
    expect((await failBatch(service, [other, { ...other, target: { stepId: step.id } }])).extensions.code).toBe(
      'CONFLICT',
    );
    expect(await count(service, run)).toBe(1);
  });

  test.for([
    ['an unknown step id', () => ({ target: { stepId: randomUUID() }, metadata: { a: 1 } }), 'NOT_FOUND'],
    ['an unknown run', () => ({ target: { run: 'nobody at all' }, metadata: { a: 1 } }), 'NOT_FOUND'],
    ['a bad value', (run: string) => ({ target: { run }, metadata: { a: 'x\0' } }), 'BAD_USER_INPUT'],
    ['a bad key', (run: string) => ({ target: { run }, metadata: { ' ': 1 } }), 'BAD_USER_INPUT'],
    ['nothing to log', (run: string) => ({ target: { run } }), 'BAD_USER_INPUT'],
    ['no target', () => ({ target: {}, metadata: { a: 1 } }), 'BAD_USER_INPUT'],
  ] as const)('of which one has %s writes nothing', async ([_, bad, code], { service }) => {
    const run = await newRun(service);
    const good = { target: { run }, metadata: { a: 1 }, requestId: randomUUID() };
    const error = await failBatch(service, [good, bad(run), good]);
    expect(error.extensions.code).toBe(code);
    expect(await count(service, run)).toBe(0);
    // Its request ids are not used up.
    expect((await batch(service, [good]))[0]!.replayed).toBe(false);
  });

  test('of which one is in conflict says which, and writes nothing', async ({ service }) => {
    const run = await newRun(service);
    const used = { target: { run }, metadata: { a: 1 }, requestId: randomUUID() };
    await batch(service, [used]);
    const error = await failBatch(service, [
      { target: { run }, metadata: { b: 1 } },
      { ...used, metadata: { a: 2 } },
    ]);
    expect(error.extensions).toMatchObject({ code: 'CONFLICT', input: 1 });
    expect(error.message).toContain('inputs[1]');
    expect(await count(service, run)).toBe(1);
  });

  test('has at most 1,000 entries in all', async ({ service }) => {
    const run = await newRun(service);
    const input = (n: number) => ({
      target: { run },
      entries: Array.from({ length: n }, (_, value) => ({ key: 'k', value })),
    });
    expect((await failBatch(service, [input(500), input(501)])).extensions.code).toBe('BAD_USER_INPUT');
    expect(await count(service, run)).toBe(0);
    await batch(service, [input(500), input(500)]);
    expect(await count(service, run)).toBe(1_000);
  });
});

test('a mutation with several fields of which one fails has written what the others say', async ({ service }) => {
  const run = await newRun(service);
  const answer = await service.answer(
    JSON.stringify({
      query: `mutation { a: logMetadata(input: { target: { run: "${run}" }, metadata: { a: 1 } }) { replayed } b: logMetadata(input: { target: { run: "nobody at all" }, metadata: { a: 1 } }) { replayed } }`,
    }),
    'application/json',
  );
  expect(answer.status).toBe(200);
  expect(await count(service, run)).toBe(1);
});
