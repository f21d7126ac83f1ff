import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { createOverdue } from '../../src/measure/overdue.ts';

beforeEach(() => void vi.useFakeTimers({ toFake: ['Date', 'performance', 'setInterval', 'clearInterval'] }));
afterEach(() => void vi.useRealTimers());

test('what has not ended in time is told once, at the next tick; what has is not', () => {
  const told: string[] = [];
  const overdue = createOverdue(1_000, 100);
  overdue.begin(() => told.push('first'));
  const second = overdue.begin(() => told.push('second'));
  vi.advanceTimersByTime(500);
  overdue.begin(() => told.push('third'));
  overdue.end(second);
  overdue.end(second);
  vi.advanceTimersByTime(499);
  expect(told).toEqual([]);
  vi.advanceTimersByTime(1);
  expect(told).toEqual(['first']);
  vi.advanceTimersByTime(500);
  expect(told).toEqual(['first', 'third']);
  expect(vi.getTimerCount()).toBe(0);
});

test('a clock that is put forward or back makes nothing overdue, and nothing endless', () => {
  const told: string[] = [];
  const overdue = createOverdue(1_000, 100);
  overdue.begin(() => told.push('one'));
  vi.setSystemTime(Date.now() + 3_600_000);
  vi.advanceTimersByTime(900);
  expect(told).toEqual([]);
  vi.setSystemTime(Date.now() - 7_200_000);
  vi.advanceTimersByTime(100);
  expect(told).toEqual(['one']);
});
