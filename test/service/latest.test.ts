import { describe, expect } from 'vitest';
import { latestOfRun, latestOfStep, log, logBatchMutation, startRun, startStep } from '../support/ledger.ts';
import type { TestService } from '../support/service.ts';
import { test } from '../support/test.ts';

let made = 0;
const newRun = async (service: TestService) => (await startRun(service, { name: `run ${++made}.` })).name;

describe('the latest entry', () => {
  test('is the one with the greatest id; clocks decide nothing', async ({ service }) => {
    const run = await newRun(service);
    await log(service, { run }, { k: 'first' }, { loggedAt: '2999-01-01T00:00:00Z' });
    await log(service, { run }, { k: 'second' }, { loggedAt: '1999-01-01T00:00:00Z' });
    expect(await latestOfRun(service, run, 'k')).toBe('second');
    await log(service, { run }, undefined, { entries: [{ key: 'k', value: 'third', iteration: -5 }] });
    expect(await latestOfRun(service, run, 'k')).toBe('third');
  });

  test('ids grow as entries arrive, in the order in which a request has them', async ({ service }) => {
    const run = await newRun(service);
    const ids: bigint[] = [];
    for (let n = 0; n < 3; n += 1) {
      const { entries } = await log(service, { run }, { z: n, a: n }, { entries: [{ key: 'm', value: n }] });
      expect(entries.map(({ key }) => key)).toEqual(['z', 'a', 'm']);
      ids.push(...entries.map(({ id }) => BigInt(id)));
    }
    expect(ids).toEqual([...ids].sort((a, b) => (a < b ? -1 : 1)));
    expect(new Set(ids).size).toBe(ids.length);
  });

  test('is the last of several under one key in one request, those of `entries` after those of `metadata`', async ({
    service,
  }) => {
    const run = await newRun(service);
    await log(service, { run }, { k: 0 }, { entries: [3, 1, 2].map((value) => ({ key: 'k', value })) });
    expect(await latestOfRun(service, run, 'k')).toBe(2);
    const inputs = ['a', 'b', 'c'].map((value) => ({ target: { run }, metadata: { k: value } }));
    await service.run(logBatchMutation, { inputs });
    expect(await latestOfRun(service, run, 'k')).toBe('c');
  });

  test('is never merged with an older one', async ({ service }) => {
    const run = await newRun(service);
    await log(service, { run }, { k: { a: 1 }, list: [1, 2] });
    await log(service, { run }, { k: { b: 2 }, list: [3] });
    expect(await latestOfRun(service, run, 'k')).toEqual({ b: 2 });
    expect(await latestOfRun(service, run, 'list')).toEqual([3]);
    await log(service, { run }, { k: null });
    expect(await latestOfRun(service, run, 'k')).toBeNull();
  });

  test('of a step counts for the step and for its run; the run’s is the latest of all of them', async ({ service }) => {
    const run = await newRun(service);
    const [a, b] = [await startStep(service, run, 'a'), await startStep(service, run, 'b')];
    for (const [target, value] of [
      [{ stepId: a.id }, 'of a'],
      [{ run }, 'of the run'],
      [{ stepId: b.id }, 'of b'],
      [{ stepId: a.id }, 'of a again'],
    ] as const) {
      await log(service, target, { k: value });
      expect(await latestOfRun(service, run, 'k')).toBe(value);
    }
    expect(await latestOfStep(service, b.id, 'k')).toBe('of b');
    expect(await latestOfStep(service, a.id, 'k')).toBe('of a again');
  });
});

describe('a superseded attempt', () => {
  test('counts for itself only: the run falls back on what is left, and takes no late entry of it', async ({
    service,
  }) => {
    const run = await newRun(service);
    const other = await startStep(service, run, 'other');
    const old = await startStep(service, run, 's');
    await log(service, { stepId: other.id }, { k: 'of other' });
    await log(service, { stepId: old.id }, { k: 'of old', only: 1 });
    expect(await latestOfRun(service, run, 'only')).toBe(1);
    await startStep(service, run, 's');
    expect(await latestOfRun(service, run, 'k')).toBe('of other');
    expect(await latestOfRun(service, run, 'only')).toBeUndefined();
    expect(await latestOfRun(service, run, 's::k')).toBeUndefined();
    await log(service, { stepId: old.id }, { k: 'late', only: 2 });
    expect(await latestOfRun(service, run, 'k')).toBe('of other');
    expect(await latestOfRun(service, run, 'only')).toBeUndefined();
    expect(await latestOfStep(service, old.id, 'k')).toBe('late');
  });

  test('is left out of `metadata` of the run and kept in its history', async ({ service }) => {
    const run = await newRun(service);
    const old = await startStep(service, run, 's');
    await log(service, { stepId: old.id }, { k: 1, gone: 1 });
    await log(service, { stepId: (await startStep(service, run, 's')).id }, { k: 2 });
    await log(service, { run }, { k: 3 });
    await log(service, { stepId: old.id }, { k: 4 });
    const { pipelineRun } = await service.run(
      'query ($run: String!) { pipelineRun(ref: $run) { metadata { qualifiedKey value } metadataHistory(key: "k") { totalCount nodes { value step { attempt } } } ofStep: metadataHistory(key: "s::k") { nodes { value } } } }',
      { run },
    );
    expect(pipelineRun).toEqual({
      metadata: [
        { qualifiedKey: 'k', value: 3 },
        { qualifiedKey: 's::k', value: 2 },
      ],
      metadataHistory: {
        totalCount: 4,
        nodes: [
          { value: 4, step: { attempt: 1 } },
          { value: 3, step: null },
          { value: 2, step: { attempt: 2 } },
          { value: 1, step: { attempt: 1 } },
        ],
      },
      ofStep: { nodes: [{ value: 2 }] },
    });
  });
});

describe('`step::key`', () => {
  test('is first the run’s own key of that name, then the key of the step', async ({ service }) => {
    const run = await newRun(service);
    const step = await startStep(service, run, 'train');
    await log(service, { run }, { k: 'plain' });
    expect(await latestOfRun(service, run, 'train::k')).toBeUndefined();
    await log(service, { stepId: step.id }, { k: 'of the step' });
    expect(await latestOfRun(service, run, 'train::k')).toBe('of the step');
    await log(service, { run }, { 'train::k': 'literal' });
    await log(service, { stepId: step.id }, { k: 'of the step again' });
    expect(await latestOfRun(service, run, 'train::k')).toBe('literal');
  });

  test('is split at the first `::`', async ({ service }) => {
    const run = await newRun(service);
    await log(service, { stepId: (await startStep(service, run, 'a')).id }, { 'b::c': 1, ':d': 2, '::': 3 });
    expect(await latestOfRun(service, run, 'a::b::c')).toBe(1);
    expect(await latestOfRun(service, run, 'a:::d')).toBe(2);
    expect(await latestOfRun(service, run, 'a::::')).toBe(3);
    expect(await latestOfRun(service, run, 'a::b')).toBeUndefined();
    expect(await latestOfRun(service, run, '::b')).toBeUndefined();
    expect(await latestOfRun(service, run, 'a::')).toBeUndefined();
  });

  test('a step’s literal key does not stand in for the run’s, nor for another step’s', async ({ service }) => {
    const run = await newRun(service);
    await log(service, { stepId: (await startStep(service, run, 'odd')).id }, { 'train::k': 'odd' });
    expect(await latestOfRun(service, run, 'train::k')).toBeUndefined();
    expect(await latestOfRun(service, run, 'odd::train::k')).toBe('odd');
  });
});

describe('keys', () => {
  test('are looked up in the normal form in which they are stored', async ({ service }) => {
    const run = await newRun(service);
    const step = await startStep(service, run, 's');
    await log(service, { stepId: step.id }, { 'cafe\u0301': 1 });
    for (const key of ['café', 'cafe\u0301', 's::café', 's::cafe\u0301'])
      expect(await latestOfRun(service, run, key)).toBe(1);
    const { entries } = await log(service, { stepId: step.id }, { café: 2, 'cafe\u0301': 3 });
    expect(entries.map(({ key }) => key)).toEqual(['café', 'café']);
    expect(await latestOfStep(service, step.id, 'cafe\u0301')).toBe(3);
  });

  test.for(['__proto__', 'constructor', 'toJSON', '$type', 'hasOwnProperty', ' k ', '0', '🌲', '%', 'x'.repeat(255)])(
    '%j is a key like any other',
    async (key, { service }) => {
      const run = await newRun(service);
      const metadata = JSON.parse(`{${JSON.stringify(key)}: {${JSON.stringify(key)}: [1]}}`);
      const logged = await log(service, { run }, metadata);
      expect(logged.entries).toMatchObject([{ key }]);
      expect(JSON.stringify(await latestOfRun(service, run, key))).toBe(JSON.stringify(metadata[key]));
    },
  );

  test.for(['', '  ', 'a\nb', '\u0085', '\u007f', 'a\0', '\ud800', 'x'.repeat(256), 'é'.repeat(128)])(
    '%j is refused in writing and null in reading',
    async (key, { service }) => {
      const run = await newRun(service);
      await expect(log(service, { run }, { [key]: 1 })).rejects.toThrow('BAD_USER_INPUT');
      await expect(log(service, { run }, undefined, { entries: [{ key, value: 1 }] })).rejects.toThrow(
        'BAD_USER_INPUT',
      );
      expect(await latestOfRun(service, run, key)).toBeUndefined();
      expect(await latestOfRun(service, run, `s::${key}`)).toBeUndefined();
    },
  );
});

test('filters look under "" for the whole run, under the name for the newest attempt, and nowhere else', async ({
  service,
}) => {
  const run = await newRun(service);
  const { id } = await startRun(service, {
    id: (await service.run('query ($run: String!) { pipelineRun(ref: $run) { id } }', { run })).pipelineRun.id,
    name: run,
  });
  const old = await startStep(service, run, 's');
  await log(service, { stepId: old.id }, { k: 1 });
  const read = async () =>
    (
      await service.sql(
        `SELECT CASE scope_id WHEN run_id THEN 'run' WHEN '00000000-0000-0000-0000-000000000000' THEN 'all' ELSE scope_id::text END AS scope, filter_scope
         FROM latest_entry WHERE run_id = $1 AND key = 'k' ORDER BY entry_id, scope_id <> '00000000-0000-0000-0000-000000000000'`,
        [id],
      )
    ).map(({ scope, filter_scope }) => [scope, filter_scope]);
  expect(await read()).toEqual([
    ['all', ''],
    [old.id, 's'],
  ]);
  const newest = await startStep(service, run, 's');
  expect(await read()).toEqual([[old.id, null]]);
  await log(service, { stepId: newest.id }, { k: 2 });
  await log(service, { stepId: old.id }, { k: 3 });
  expect(await read()).toEqual([
    ['all', ''],
    [newest.id, 's'],
    [old.id, null],
  ]);
  await log(service, { run }, { k: 4 });
  expect(await read()).toEqual([
    [newest.id, 's'],
    [old.id, null],
    ['all', ''],
    ['run', null],
  ]);
});
