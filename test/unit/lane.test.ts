import { describe, expect, test } from 'vitest';
import { startClock } from '../../src/measure/clock.ts';
import { createLane, type LaneCounts } from '../../src/storage/postgres/lane.ts';
import { until } from '../support/until.ts';

/** A lane, and work in it that ends when it is told to. */
function openLane(atOnce: number) {
  const counts: LaneCounts = { running: 0, dear: 0, waiting: 0 };
  const lane = createLane(atOnce, counts);
  const begun: string[] = [];
  const ends = new Map<string, (error?: Error) => void>();
  const ask = (name: string, { isDear = false, waitMs = 60_000, clock = startClock() } = {}) =>
    lane(
      {
        name,
        key: name,
        isDear,
        run: () => {
          begun.push(name);
          return new Promise<string>((resolve, reject) => {
            ends.set(name, (error) => (error ? reject(error) : resolve(`result of ${name}`)));
          });
        },
      },
      waitMs,
      clock,
    );
  const end = async (name: string, error?: Error) => {
    await until(`${name} has begun`, () => ends.has(name));
    ends.get(name)!(error);
    ends.delete(name);
  };
  return { ask, begun, counts, end };
}

describe('a lane', () => {
  test('lets so much run at once, and the rest in turn', async () => {
    const { ask, begun, counts, end } = openLane(2);
    const results = ['a', 'b', 'c', 'd'].map((name) => ask(name));
    await until('two have begun', () => begun.length === 2);
    expect(counts).toEqual({ running: 2, dear: 0, waiting: 2 });
    for (const name of ['b', 'c', 'a', 'd']) await end(name);
    expect(await Promise.all(results)).toEqual(['a', 'b', 'c', 'd'].map((name) => `result of ${name}`));
    expect(begun).toEqual(['a', 'b', 'c', 'd']);
    expect(counts).toEqual({ running: 0, dear: 0, waiting: 0 });
  });

  test('leaves one place to what is not dear, and one to what is', async () => {
    const { ask, begun, counts, end } = openLane(3);
    const dear = [1, 2, 3, 4].map((n) => ask(`dear ${n}`, { isDear: true }));
    await until('two have begun', () => begun.length === 2);
    const light = [1, 2, 3].map((n) => ask(`light ${n}`));
    await until('a light one has begun', () => begun.length === 3);
    expect(begun).toEqual(['dear 1', 'dear 2', 'light 1']);
    expect(counts).toEqual({ running: 3, dear: 2, waiting: 4 });
    // However many light ones wait, one place is the dear ones' again.
    await end('dear 1');
    await end('dear 2');
    await until('both places are taken again', () => begun.length === 5);
    expect(begun.slice(3).sort()).toEqual(['dear 3', 'light 2']);
    for (const name of ['light 1', 'light 2', 'dear 3', 'light 3', 'dear 4']) await end(name);
    await Promise.all([...dear, ...light]);
  });

  test('the first that a request asks for goes before the second of another', async () => {
    const { ask, begun, end } = openLane(1);
    const [greedy, modest] = [startClock(), startClock()];
    const all = [1, 2, 3].map((n) => ask(`greedy ${n}`, { clock: greedy }));
    await until('the first has begun', () => begun.length === 1);
    all.push(ask('modest', { clock: modest }));
    for (const name of ['greedy 1', 'modest', 'greedy 2', 'greedy 3']) await end(name);
    await Promise.all(all);
    expect(begun).toEqual(['greedy 1', 'modest', 'greedy 2', 'greedy 3']);
  });

  test('whoever asks the same before it has begun shares it; an error too; what has begun is not shared', async () => {
    const { ask, begun, counts, end } = openLane(1);
    const running = ask('same');
    await until('it has begun', () => begun.length === 1);
    const sharing = [ask('same'), ask('same')];
    expect(counts.waiting).toBe(2);
    await end('same');
    expect(await running).toBe('result of same');
    await end('same', new Error('it broke'));
    for (const result of sharing) await expect(result).rejects.toThrow('it broke');
    expect(begun).toEqual(['same', 'same']);
    expect(counts).toEqual({ running: 0, dear: 0, waiting: 0 });
  });

  test('whose turn does not come in time is told so, and is not begun', async () => {
    const { ask, begun, counts, end } = openLane(1);
    const running = ask('long');
    const late = ask('late', { waitMs: 20 });
    await expect(late).rejects.toMatchObject({ name: 'CrowdedError' });
    expect(counts).toEqual({ running: 1, dear: 0, waiting: 0 });
    await end('long');
    await running;
    expect(begun).toEqual(['long']);
  });

  test('beyond a thousand that wait, more is refused at once; of one that asks for many, half as many', async () => {
    const { ask, begun, counts, end } = openLane(1);
    const running = ask('long');
    await until('it has begun', () => begun.length === 1);
    const clock = startClock();
    const greedy = Array.from({ length: 600 }, (_, n) => ask(`greedy ${n}`, { clock, waitMs: 200 }));
    expect(counts.waiting).toBe(500);
    const others = Array.from({ length: 600 }, (_, n) => ask(`other ${n}`, { waitMs: 200 }));
    expect(counts.waiting).toBe(1_000);
    const settled = await Promise.allSettled([...greedy, ...others]);
    expect(new Set(settled.map(({ status }) => status))).toEqual(new Set(['rejected']));
    expect(counts).toEqual({ running: 1, dear: 0, waiting: 0 });
    await end('long');
    await running;
    expect(begun).toEqual(['long']);
  });
});
