import { setImmediate } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { createTurns } from '../../src/process/turns.ts';
import { CrowdedError } from '../../src/storage/postgres/failures.ts';
import { until } from '../support/until.ts';

const patient = { atOnce: 1, longMs: 60_000, waitMs: 60_000, maxWaiting: 100 };

/** Work that ends when it is told to. */
function openTurns(options: Partial<typeof patient>) {
  const turns = createTurns({ ...patient, ...options });
  const begun: string[] = [];
  const ends = new Map<string, (error?: Error) => void>();
  const ask = (name: string) =>
    turns(() => {
      begun.push(name);
      return new Promise<string>((resolve, reject) => {
        ends.set(name, (error) => (error ? reject(error) : resolve(`result of ${name}`)));
      });
    });
  return { ask, begun, end: (name: string, error?: Error) => ends.get(name)!(error) };
}

test('as many begin as may at once, the others in the order in which they came, also after one that fails', async () => {
  const { ask, begun, end } = openTurns({ atOnce: 2 });
  const asked = ['a', 'b', 'c', 'd'].map(ask);
  await setImmediate();
  expect(begun).toEqual(['a', 'b']);
  end('b', new Error('b failed'));
  await expect(asked[1]).rejects.toThrow('b failed');
  await until('c begins', () => begun.length === 3);
  expect(begun).toEqual(['a', 'b', 'c']);
  end('a');
  expect(await asked[0]).toBe('result of a');
  await until('d begins', () => begun.length === 4);
  end('d');
  end('c');
  expect(await Promise.all(asked.slice(2))).toEqual(['result of c', 'result of d']);
});

test('one that takes long holds up no other, and its result is given all the same', async () => {
  const { ask, begun, end } = openTurns({ longMs: 20 });
  const [long, next] = [ask('long'), ask('next')];
  await until('the next begins', () => begun.length === 2);
  end('next');
  expect(await next).toBe('result of next');
  end('long', new Error('late'));
  await expect(long).rejects.toThrow('late');
});

test('whose turn does not come in time, or who comes when too many wait, is refused, and its work never begun', async () => {
  const { ask, begun, end } = openTurns({ waitMs: 30, maxWaiting: 1 });
  const first = ask('first');
  const second = ask('second');
  await expect(ask('third')).rejects.toThrow(CrowdedError);
  await expect(second).rejects.toThrow(CrowdedError);
  end('first');
  expect(await first).toBe('result of first');
  expect(begun).toEqual(['first']);
  // None of them is still counted as waiting.
  const last = ask('last');
  await until('the last begins', () => begun.length === 2);
  end('last');
  expect(await last).toBe('result of last');
});
