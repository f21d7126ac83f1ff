import { expect, test } from 'vitest';
import { createSingleFlight } from '../../src/storage/postgres/single-flight.ts';

/** Calls that end when they are told to. */
function controlled() {
  const calls: { resolve: (value: number) => void; reject: (error: Error) => void }[] = [];
  const call = () =>
    new Promise<number>((resolve, reject) => {
      calls.push({ resolve, reject });
    });
  return { calls, call };
}

/** Lets everything that is already due happen. */
const settle = () => new Promise((resolve) => setImmediate(resolve));

test('who asks while a call is under way shares the next one, so no answer is older than its question', async () => {
  const ask = createSingleFlight<number>();
  const { calls, call } = controlled();
  const first = ask('page', call);
  const second = ask('page', call);
  const third = ask('page', call);
  expect(calls).toHaveLength(1);
  calls[0]!.resolve(1);
  expect(await first).toBe(1);
  await settle();
  expect(calls).toHaveLength(2);
  // Asked after the second call began: it waits for a third.
  const late = ask('page', call);
  calls[1]!.resolve(2);
  expect(await Promise.all([second, third])).toEqual([2, 2]);
  await settle();
  expect(calls).toHaveLength(3);
  calls[2]!.resolve(3);
  expect(await late).toBe(3);
});

test('other keys do not wait for it', async () => {
  const ask = createSingleFlight<number>();
  const { calls, call } = controlled();
  const pending = [ask('a', call), ask('b', call)];
  expect(calls).toHaveLength(2);
  for (const { resolve } of calls) resolve(0);
  expect(await Promise.all(pending)).toEqual([0, 0]);
});

test('a call that fails fails for those who share it, and the next is made all the same', async () => {
  const ask = createSingleFlight<number>();
  const { calls, call } = controlled();
  const first = ask('page', call);
  const second = ask('page', call);
  calls[0]!.reject(new Error('away'));
  await expect(first).rejects.toThrow('away');
  await settle();
  calls[1]!.resolve(2);
  expect(await second).toBe(2);
});

test('once answered, the next question is a call of its own', async () => {
  const ask = createSingleFlight<number>();
  for (const value of [1, 2, 3]) {
    const { calls, call } = controlled();
    const answer = ask('page', call);
    expect(calls).toHaveLength(1);
    calls[0]!.resolve(value);
    expect(await answer).toBe(value);
    await settle();
  }
});
