import { expect } from 'vitest';
import { log, startRun, startStep } from '../support/ledger.ts';
import { test } from '../support/test.ts';

// Many writers to the same keys at once, in whatever order they name them, over two servers.

const keys = Array.from({ length: 200 }, (_, n) => `key ${n}`);
const writers = 12;
const rounds = 8;

/** The same seed gives the same order. */
function shuffled<T>(items: T[], seed: number): T[] {
  let state = seed;
  const random = () => {
    state = (state * 1_103_515_245 + 12_345) % 2 ** 31;
    return state / 2 ** 31;
  };
  return items
    .map((item) => ({ item, at: random() }))
    .sort((a, b) => a.at - b.at)
    .map(({ item }) => item);
}

test.for([
  ['one server', 1],
  ['two servers', 2],
] as const)(
  `${writers} writers of ${keys.length} shared keys in shuffled order, %s: none is told of an error, and the last is latest`,
  async ([_name, servers], { service, second }) => {
    const services = [service, second];
    const { id: runId } = await startRun(service);
    const steps = await Promise.all(['a', 'b', 'c'].map((name) => startStep(service, runId, name)));
    const greatest = new Map<string, bigint>();
    await Promise.all(
      Array.from({ length: writers }, async (_, writer) => {
        // A quarter of the writers log to the run itself, the others to one of its steps.
        const target = writer % 4 === 3 ? { run: runId } : { stepId: steps[writer % 4]!.id };
        for (let round = 0; round < rounds; round += 1) {
          const order = shuffled(keys, writer * rounds + round + 1);
          const metadata = Object.fromEntries(order.map((key) => [key, `${writer}.${round}`]));
          const logged = await log(services[writer % servers]!, target, metadata);
          expect(logged.entries.map(({ key }) => key)).toEqual(order);
          for (const { key, id } of logged.entries) {
            const before = greatest.get(key) ?? 0n;
            greatest.set(key, BigInt(id) > before ? BigInt(id) : before);
          }
        }
      }),
    );
    for (const one of services) {
      const cells = keys.map((key, n) => `k${n}: runMetadata(key: "${key}") { id }`);
      for (const part of [cells.slice(0, 100), cells.slice(100)]) {
        const { pipelineRun } = await one.run(`{ pipelineRun(ref: "${runId}") { ${part.join(' ')} } }`);
        for (const [alias, { id }] of Object.entries<{ id: string }>(pipelineRun))
          expect(BigInt(id)).toBe(greatest.get(keys[Number(alias.slice(1))]!));
      }
      expect(one.unexpected).toEqual([]);
    }
  },
);
