import { expect, test } from 'vitest';
import { startClock } from '../../src/measure/clock.ts';
import { createBatch } from '../../src/storage/postgres/batch.ts';
import { batchCounts, createCounts } from '../../src/storage/postgres/counts.ts';

const settle = () => new Promise((resolve) => setImmediate(() => setImmediate(resolve)));

/** A batch whose calls end when they are told to. */
function controlled(options: Parameters<typeof createBatch<number, number>>[1]) {
  const calls: { items: number[]; end: () => void }[] = [];
  const run = (items: number[]) =>
    new Promise<number[]>((resolve) => {
      calls.push({ items, end: () => resolve(items) });
    });
  const ask = createBatch(run, options);
  return { calls, ask: (item: number) => ask(item) };
}

test('all that wait at one moment go in one call', async () => {
  const { calls, ask } = controlled({});
  const answers = Promise.all([1, 2, 3].map(ask));
  await settle();
  expect(calls.map(({ items }) => items)).toEqual([[1, 2, 3]]);
  calls[0]!.end();
  expect(await answers).toEqual([1, 2, 3]);
});

test('while as many calls as may be are under way, the rest gathers', async () => {
  const { calls, ask } = controlled({ maxInFlight: 1 });
  const answers = [ask(1)];
  await settle();
  answers.push(ask(2), ask(3));
  await settle();
  expect(calls).toHaveLength(1);
  calls[0]!.end();
  await settle();
  expect(calls.map(({ items }) => items)).toEqual([[1], [2, 3]]);
  calls[1]!.end();
  expect(await Promise.all(answers)).toEqual([1, 2, 3]);
});

test('with a share, few items wait until there are more, or until nothing is under way', async () => {
  const { calls, ask } = controlled({ maxInFlight: 2, minShare: 0.5 });
  const answers = [1, 2, 3, 4].map(ask);
  await settle();
  answers.push(ask(5));
  await settle();
  expect(calls).toHaveLength(1);
  answers.push(ask(6));
  await settle();
  expect(calls.map(({ items }) => items)).toEqual([
    [1, 2, 3, 4],
    [5, 6],
  ]);
  answers.push(ask(7));
  calls[1]!.end();
  await settle();
  expect(calls).toHaveLength(2);
  calls[0]!.end();
  await settle();
  expect(calls[2]!.items).toEqual([7]);
  calls[2]!.end();
  expect(await Promise.all(answers)).toEqual([1, 2, 3, 4, 5, 6, 7]);
});

test('the share lapses: a call that is held up does not hold up the rest', async () => {
  const { calls, ask } = controlled({ maxInFlight: 2, minShare: 0.5 });
  const held = [1, 2, 3, 4].map(ask);
  await settle();
  const answer = ask(5);
  while (calls.length < 2) await settle();
  expect(calls[1]!.items).toEqual([5]);
  calls[1]!.end();
  expect(await answer).toBe(5);
  calls[0]!.end();
  expect(await Promise.all(held)).toEqual([1, 2, 3, 4]);
});

test('counts how many wait, how many went together, and where the time of a request went', async () => {
  const counts = createCounts();
  const ends: (() => void)[] = [];
  const run = (items: number[]) =>
    new Promise<number[]>((resolve) => {
      ends.push(() => resolve(items));
    });
  const ask = createBatch(run, { maxInFlight: 1, name: 'numbers', counts: batchCounts(counts, 'numbers') });
  const clock = { ...startClock(), pieces: [] };
  const { sizes } = batchCounts(counts, 'numbers');
  const first = ask(1);
  await settle();
  const rest = [ask(2, clock), ask(3)];
  expect(batchCounts(counts, 'numbers').waiting).toBe(2);
  expect([clock.waiting, clock.working]).toEqual([1, 0]);
  ends[0]!();
  await first;
  await settle();
  expect([clock.waiting, clock.working]).toEqual([0, 1]);
  ends[1]!();
  await Promise.all(rest);
  expect([clock.waiting, clock.working]).toEqual([0, 0]);
  expect(clock.waitingMs).toBeGreaterThan(0);
  expect(clock.databaseMs).toBeGreaterThan(0);
  expect(clock.pieces).toMatchObject([{ name: 'numbers' }]);
  expect(batchCounts(counts, 'numbers').waiting).toBe(0);
  expect(sizes.counts.slice(0, 2)).toEqual([1, 1]);
  expect(sizes.sum).toBe(3);
});
