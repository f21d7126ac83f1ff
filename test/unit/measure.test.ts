import { expect, test } from 'vitest';
import { advance, beginWaiting, beginWork, endWork, startClock, timed, waitOn } from '../../src/measure/clock.ts';
import { createHistogram, observe } from '../../src/measure/histogram.ts';
import { histogram } from '../../src/measure/metric.ts';
import { createIds } from '../../src/measure/request.ts';

test('a moment is the database’s while any statement runs, else waiting while anything waits, else neither', () => {
  const clock = startClock(0);
  beginWaiting(clock, 10);
  beginWaiting(clock, 15);
  beginWork(clock, 20);
  beginWork(clock, 30);
  endWork(clock, 50);
  endWork(clock, 60);
  beginWaiting(clock, 70);
  advance(clock, 75);
  expect([clock.waitingMs, clock.databaseMs, clock.at]).toEqual([15, 40, 75]);
});

test('a wait ends once, whether its turn comes or not', () => {
  const clock = startClock();
  const end = waitOn(clock);
  expect(clock.waiting).toBe(1);
  end();
  end();
  expect(clock.waiting).toBe(0);
  waitOn(undefined)();
});

test('work is timed when it fails too, and without a clock it is just done', async () => {
  const clock = { ...startClock(), pieces: [] };
  await expect(timed(clock, 'bad', () => Promise.reject(new Error('bad')))).rejects.toThrow('bad');
  expect([clock.waiting, clock.working]).toEqual([0, 0]);
  expect(clock.pieces).toMatchObject([{ name: 'bad' }]);
  expect(await timed(undefined, 'good', async () => 1)).toBe(1);
});

test('a histogram counts a bound to itself, and what is above them all', () => {
  const values = createHistogram([1, 2]);
  for (const value of [0, 1, 1.5, 2, 2.1, 100]) observe(values, value);
  expect(values).toEqual({ bounds: [1, 2], counts: [2, 2, 2], sum: 106.6 });
  expect(histogram('h', 'help', [[{ a: 'b' }, values]]).values).toEqual([
    { metricName: 'h_bucket', labels: { le: 1, a: 'b' }, value: 2 },
    { metricName: 'h_bucket', labels: { le: 2, a: 'b' }, value: 4 },
    { metricName: 'h_bucket', labels: { le: '+Inf', a: 'b' }, value: 6 },
    { metricName: 'h_sum', labels: { a: 'b' }, value: 106.6 },
    { metricName: 'h_count', labels: { a: 'b' }, value: 6 },
  ]);
});

test('ids are never made twice, by one maker or by two', () => {
  const makers = [createIds(), createIds()];
  const ids = Array.from({ length: 1_000 }, () => makers.map((next) => next())).flat();
  expect(new Set(ids).size).toBe(2_000);
});
