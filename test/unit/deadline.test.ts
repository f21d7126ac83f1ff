import { expect, test } from 'vitest';
import { createDeadline } from '../../src/graphql/deadline.ts';

const never = () => new Promise<never>(() => {});

test('what is done in time is answered, well or ill', async () => {
  const within = createDeadline(60_000);
  expect(await within(Promise.resolve(1))).toBe(1);
  await expect(within(Promise.reject(new Error('own')))).rejects.toThrow('own');
});

test('what is not done in time is TIMEOUT, and says what to do; the others go on', async () => {
  const within = createDeadline(200);
  const began = Date.now();
  const late = within(never()).catch((error: unknown) => error);
  let answer: (value: string) => void = () => {};
  const later = within(
    new Promise<string>((resolve) => {
      answer = resolve;
    }),
  );
  answer('in time');
  expect(await later).toBe('in time');
  const error = await late;
  expect(error).toMatchObject({ code: 'TIMEOUT' });
  expect(String(error)).toContain('0.2 s');
  expect(String(error)).toContain('same ids');
  expect(Date.now() - began).toBeGreaterThanOrEqual(200);
  expect(Date.now() - began).toBeLessThan(2_000);
});

test('each has its own time, however many wait', async () => {
  const within = createDeadline(300);
  const began = Date.now();
  const ended: number[] = [];
  const wait = () => within(never()).catch(() => void ended.push(Date.now() - began));
  const first = wait();
  await first;
  await Promise.all([wait(), wait()]);
  expect(ended[1]! - ended[0]!).toBeGreaterThanOrEqual(290);
});
