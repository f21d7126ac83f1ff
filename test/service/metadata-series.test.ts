import { expect } from 'vitest';
import { log, startRun, startStep } from '../support/ledger.ts';
import type { TestService } from '../support/service.ts';
import { test } from '../support/test.ts';

let run: string;
let step: string;
test.beforeEach(async ({ service }) => {
  run = (await startRun(service)).id;
  step = (await startStep(service, run, 'train')).id;
});

type Point = { value: number; iteration: number | null; loggedAt: string };

async function series(
  service: TestService,
  key: string,
  maxPoints?: number | null,
): Promise<{ total: number; points: Point[] }> {
  const query = `query ($id: UUID!, $key: String!, $maxPoints: Int = 500) {
    step(id: $id) { metadataSeries(key: $key, maxPoints: $maxPoints) { total points { value iteration loggedAt } } } }`;
  const variables = { id: step, key, ...(maxPoints === undefined ? {} : { maxPoints }) };
  return (await service.run(query, variables)).step.metadataSeries;
}

const values = async (service: TestService, key: string, maxPoints?: number) =>
  (await series(service, key, maxPoints)).points.map(({ value }) => value);

/** Many entries past the service: `value` and `iteration` are SQL of n. */
async function insert(
  service: TestService,
  count: number,
  value: string,
  iteration = 'n',
  loggedAt = "'2026-11-24'::timestamptz",
): Promise<void> {
  await service.sql(
    `INSERT INTO metadata_entry (run_id, scope_id, key, type, value, iteration, logged_at)
     SELECT $1, $2, 'loss', 'FLOAT', to_json(${value}), ${iteration}, ${loggedAt} FROM generate_series(1, ${count}) AS n`,
    [run, step],
  );
}

test('a short series comes whole: every number, in order of the iteration', async ({ service }) => {
  const at = (iteration: number, value: unknown) => ({ key: 'loss', iteration, value });
  await log(service, { stepId: step }, undefined, { entries: [at(3, 0.3), at(1, 1), at(2, -0.5)] });
  await log(service, { stepId: step }, undefined, { entries: [at(2, 9007199254740993n), at(0, 5e-324)] });
  const { total, points } = await series(service, 'loss');
  expect(total).toBe(5);
  expect(points.map(({ value, iteration }) => [iteration, value])).toEqual([
    [0, 5e-324],
    [1, 1],
    [2, -0.5],
    [2, 9007199254740992],
    [3, 0.3],
  ]);
});

test('where an entry has no iteration, all are in order of the time', async ({ service }) => {
  const at = (loggedAt: string, value: number, iteration?: number) =>
    log(service, { stepId: step }, undefined, { loggedAt, entries: [{ key: 'loss', value, iteration }] });
  await at('2026-11-24T00:00:03Z', 3, 1);
  await at('2026-11-24T00:00:01Z', 1, 3);
  await at('2026-11-24T00:00:02.5Z', 2);
  await at('2026-11-24T00:00:02.5Z', 2.5);
  expect(await values(service, 'loss')).toEqual([1, 2, 2.5, 3]);
  expect((await series(service, 'loss')).points[2]).toEqual({
    value: 2.5,
    iteration: null,
    loggedAt: '2026-11-24T00:00:02.500Z',
  });
});

test('what is no number, what no double can hold, and what was retracted are left out', async ({ service }) => {
  const sent: { key: string; value: unknown; type?: string }[] = [
    { key: 'loss', value: 1 },
    { key: 'loss', value: '2' },
    { key: 'loss', value: 'NaN', type: 'FLOAT' },
    { key: 'loss', value: null },
    { key: 'loss', value: true },
    { key: 'loss', value: [3] },
    { key: 'loss', value: 10n ** 308n },
    { key: 'loss', value: 10n ** 309n },
    { key: 'loss', value: -(10n ** 400n) },
    { key: 'loss', value: '1.5 kB', type: 'STORAGE_SIZE' },
    { key: 'loss', value: 4 },
    { key: 'other', value: 5 },
  ];
  const { entries } = await log(service, { stepId: step }, undefined, { entries: sent });
  await log(service, { run }, { loss: 6 });
  await service.run('mutation ($id: ID!) { retractMetadata(entryId: $id, reason: "wrong") { latest { id } } }', {
    id: entries[10]!.id,
  });
  expect(await values(service, 'loss')).toEqual([1, 1e308, 1500]);
  expect((await series(service, 'loss')).total).toBe(3);
  expect(await series(service, 'never')).toEqual({ total: 0, points: [] });
  expect(await series(service, '\0')).toEqual({ total: 0, points: [] });
});

test('only the attempt that is asked has its curve', async ({ service }) => {
  await log(service, { stepId: step }, { loss: 1 });
  const second = await startStep(service, run, 'train');
  await log(service, { stepId: second.id }, { loss: 2 });
  expect(await values(service, 'loss')).toEqual([1]);
  step = second.id;
  expect(await values(service, 'loss')).toEqual([2]);
});

test('of 100,000 points at most as many come as asked for: the first, the last, peaks and dips', async ({
  service,
}) => {
  // A sine with one spike up and, right beside it, one down: what any stretch of the curve may hold together.
  await insert(service, 100_000, 'CASE n WHEN 70001 THEN 40 WHEN 70002 THEN -40 ELSE sin(n / 5000.0) END::float8');
  for (const maxPoints of [2, 3, 4, 500]) {
    service.queries();
    const { total, points } = await series(service, 'loss', maxPoints);
    expect(service.queries().filter((sql) => sql.includes('metadata_entry'))).toHaveLength(1);
    expect(total).toBe(100_000);
    expect(points.length).toBeLessThanOrEqual(maxPoints);
    expect(points.length).toBeGreaterThanOrEqual(maxPoints - 3);
    const iterations = points.map(({ iteration }) => iteration!);
    expect([iterations[0], iterations.at(-1)]).toEqual([1, 100_000]);
    expect(iterations).toEqual([...new Set(iterations)].sort((a, b) => a - b));
    for (const { value, iteration } of points) {
      const logged = iteration === 70_001 ? 40 : iteration === 70_002 ? -40 : Math.sin(iteration! / 5000);
      expect(value).toBeCloseTo(logged, 12);
    }
    if (maxPoints < 4) continue;
    const kept = points.map(({ value }) => value);
    expect([Math.max(...kept), Math.min(...kept)]).toEqual([40, -40]);
  }
});

test('every peak and dip of a noisy curve is kept while there is room for all of them', async ({ service }) => {
  // 400 blocks of 50 points; each block has one peak and one dip of its own, at places that differ.
  await insert(
    service,
    20_000,
    '(CASE n % 50 WHEN 5 + (n / 50) % 35 THEN 10 + n / 1e3 WHEN 43 THEN -10 - n / 1e3 ELSE 0 END)::float8',
  );
  const kept = await values(service, 'loss', 802);
  expect(new Set(kept.filter((value) => value > 0)).size).toBe(400);
  expect(new Set(kept.filter((value) => value < 0)).size).toBe(400);
});

test('as many points as asked for come whole, one more is thinned out', async ({ service }) => {
  await insert(service, 10, 'n::float8');
  expect(await values(service, 'loss', 10)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
  const nine = await values(service, 'loss', 9);
  expect(nine.length).toBeLessThanOrEqual(9);
  expect([nine[0], nine.at(-1)]).toEqual([1, 10]);
});

test('huge values do not overflow, and a constant curve stays one', async ({ service }) => {
  await insert(
    service,
    1_000,
    '(CASE n % 2 WHEN 0 THEN 1.7976931348623157e308 ELSE -1.7976931348623157e308 END)::float8',
  );
  expect(new Set(await values(service, 'loss', 10))).toEqual(
    new Set([1.7976931348623157e308, -1.7976931348623157e308]),
  );
  const second = await startStep(service, run, 'train');
  step = second.id;
  await insert(service, 1_000, '1.5::float8');
  const constant = await series(service, 'loss', 10);
  expect(constant.total).toBe(1_000);
  expect(new Set(constant.points.map(({ value }) => value))).toEqual(new Set([1.5]));
});

test.for([1, 0, -5, 10_001, 2_147_483_647])('maxPoints %i is refused', async (maxPoints, { service }) => {
  const error = await service.fail(
    'query ($id: UUID!, $maxPoints: Int) { step(id: $id) { metadataSeries(key: "loss", maxPoints: $maxPoints) { total } } }',
    { id: step, maxPoints },
  );
  expect(error.extensions.code).toBe('BAD_USER_INPUT');
  expect(error.message).toContain(`maxPoints is ${maxPoints}`);
});

test('2 and 10,000 points can be asked for, and null means 500', async ({ service }) => {
  await insert(service, 20_000, 'random()');
  expect(await values(service, 'loss', 2)).toHaveLength(2);
  const most = (await values(service, 'loss', 10_000)).length;
  expect(most).toBeGreaterThan(9_000);
  expect(most).toBeLessThanOrEqual(10_000);
  const byDefault = (await series(service, 'loss', null)).points.length;
  expect(byDefault).toBeGreaterThan(400);
  expect(byDefault).toBeLessThanOrEqual(500);
});

test('the axis and its bounds are the caller’s; min, max and total are of all points within', async ({ service }) => {
  const at = (second: number, value: number, iteration?: number) => ({
    key: 'loss',
    value,
    iteration,
    loggedAt: `2026-11-24T00:00:0${second}Z`,
  });
  await log(service, { stepId: step }, undefined, { entries: [at(1, 5, 30), at(2, 9), at(3, -1, 10), at(4, 2, 20)] });
  const ask = async (args: string) =>
    (
      await service.run(
        `query ($id: UUID!) { step(id: $id) { metadataSeries(key: "loss", ${args}) { total min max points { value } step { name } key run { id } } } }`,
        { id: step },
      )
    ).step.metadataSeries;
  const valuesOf = ({ points }: { points: Point[] }) => points.map(({ value }) => value);
  expect(valuesOf(await ask('x: AUTO'))).toEqual([5, 9, -1, 2]);
  expect(valuesOf(await ask('x: LOGGED_AT'))).toEqual([5, 9, -1, 2]);
  expect(await ask('x: ITERATION')).toMatchObject({ total: 3, min: -1, max: 5, step: { name: 'train' }, key: 'loss' });
  expect(valuesOf(await ask('x: ITERATION'))).toEqual([-1, 2, 5]);
  expect(valuesOf(await ask('x: ITERATION, from: 20, to: 30'))).toEqual([2, 5]);
  const milliseconds = Date.parse('2026-11-24T00:00:02Z');
  expect(await ask(`x: LOGGED_AT, from: ${milliseconds}, to: ${milliseconds + 1_000}`)).toMatchObject({
    total: 2,
    min: -1,
    max: 9,
  });
  expect(await ask('x: ITERATION, from: 31')).toMatchObject({ total: 0, min: null, max: null, points: [] });
  // Thinned to the first and the last, the least and the greatest are still told.
  expect(await ask('x: ITERATION, maxPoints: 2')).toMatchObject({ total: 3, min: -1, max: 5 });
});

test('an iteration of 64 bits comes back to the last digit', async ({ service }) => {
  const iterations = [
    -9223372036854775808n,
    -4294967297n,
    -1n,
    0n,
    4294967295n,
    9007199254740993n,
    9223372036854775807n,
  ];
  await log(service, { stepId: step }, undefined, {
    entries: iterations.map((iteration, index) => ({ key: 'loss', value: index, iteration })),
  });
  const { points } = await series(service, 'loss');
  expect(points.map(({ iteration }) => BigInt(iteration!))).toEqual(iterations);
  for (const iteration of ['9223372036854775808', '1.5', '"1"', 'true']) {
    const error = await service.fail(
      `mutation { logMetadata(input: { target: { stepId: "${step}" }, entries: [{ key: "k", value: 1, iteration: ${iteration} }] }) { replayed } }`,
    );
    expect(error.message).toMatch(/Long/);
  }
});

test('curves of many runs come in one statement, in the order of the runs and then of the keys', async ({
  service,
}) => {
  const other = (await startRun(service, { name: `other-${run}` })).id;
  await log(service, { stepId: step }, { loss: 3, acc: 0.5, note: 'x' });
  await log(service, { stepId: step }, { loss: 1 });
  await log(service, { run }, { loss: 2 });
  await startStep(service, other, 'train');
  const first = await startStep(service, other, 'train');
  await log(service, { stepId: first.id }, { loss: 10 });
  await startStep(service, other, 'train');
  await log(service, { step: { run: other, name: 'train' } }, { loss: 7 });
  await log(service, { run: other }, { 'train::acc': 9 });
  const query = `query ($refs: [String!]!, $keys: [String!]!) {
    series(refs: $refs, keys: $keys) { run { id } step { name attempt } key total min max points { value } } }`;
  service.queries();
  const found = (await service.run(query, { refs: [other, run], keys: ['loss', 'train::acc', 'note', 'train::loss'] }))
    .series;
  expect(service.queries().filter((sql) => sql.includes('read_series'))).toHaveLength(1);
  const told = found.map((each: { run: { id: string }; step: unknown; key: string; points: Point[] }) => [
    each.run.id === run ? 'run' : 'other',
    each.key,
    each.step,
    each.points.map(({ value }) => value),
  ]);
  expect(told).toEqual([
    ['other', 'loss', null, [7]],
    ['other', 'train::acc', null, [9]],
    ['other', 'train::loss', { name: 'train', attempt: 3 }, [7]],
    ['run', 'loss', null, [3, 1, 2]],
    ['run', 'train::acc', { name: 'train', attempt: 1 }, [0.5]],
    ['run', 'train::loss', { name: 'train', attempt: 1 }, [3, 1]],
  ]);
  expect((await service.run(query, { refs: [], keys: ['loss'] })).series).toEqual([]);
  const code = async (refs: string[], keys: string[]) => (await service.fail(query, { refs, keys })).extensions.code;
  expect(await code(['nowhere'], ['loss'])).toBe('NOT_FOUND');
  expect(await code(Array(101).fill(run), ['loss'])).toBe('BAD_USER_INPUT');
  expect(await code([run], Array(21).fill('loss'))).toBe('BAD_USER_INPUT');
});
