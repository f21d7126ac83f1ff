import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import fc from 'fast-check';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { errorOfCode } from '../../clients/typescript/src/errors.ts';
import { callsOf, textOfCall } from '../../clients/typescript/src/log-input.ts';
import { deliveryOf, type Post } from '../../clients/typescript/src/spool/deliver.ts';
import { lineOf } from '../../clients/typescript/src/spool/operation.ts';
import { openQueue, type Queue } from '../../clients/typescript/src/spool/queue.ts';

let directory: string;
let queue: Queue;
const open = () => openQueue({ directory, maxBytes: 2 ** 28 }, 'http://127.0.0.1:4000/graphql', () => {});
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'runledger-front-'));
  queue = open();
});
afterEach(() => {
  queue.close();
  rmSync(directory, { recursive: true, force: true });
});

/** As the sender does it; `count` numbers from `first` on, one a call, `perLine` of them in a line at most. */
function log(first: number, count: number, perLine = 1_000): void {
  for (let n = first; n < first + count; n += 1) {
    const call = callsOf({ k: n }, { run: 'r' }, { loggedAt: new Date(0) })[0]!;
    if (n % perLine === 0 || !queue.extend(call)) queue.append(lineOf('logMetadata', textOfCall(call)), { call });
  }
}

type Inputs = { requestId: string; entries: { value: number }[] }[];
const inputsOf = (body: string): Inputs => JSON.parse(body).variables.inputs;

/** Takes requests after a turn of the event loop, as a service does, and knows what comes a second time. */
function service(meanwhile = () => {}) {
  const values: number[] = [];
  const seen = new Set<string>();
  const take = (body: string) => {
    for (const { requestId, entries } of inputsOf(body)) {
      if (seen.has(requestId)) continue;
      seen.add(requestId);
      values.push(...entries.map(({ value }) => value));
    }
    return {};
  };
  const post: Post = async (body) => {
    await setImmediate();
    meanwhile();
    await setImmediate();
    return take(body);
  };
  return { values, take, post };
}

const upTo = (count: number) => Array.from({ length: count }, (_, n) => n);

test.each([1, 40])(
  'what waits is read about once, however many requests it takes: %i entries a line',
  async (perLine) => {
    const count = 30_000;
    log(0, count, perLine);
    let waiting = 0;
    for (const { bytes } of queue.peek(2 ** 30)) waiting += bytes;
    let read = 0;
    const counted: Queue = Object.create(queue, {
      peek: {
        value: (max: number) => {
          const lines = queue.peek(max);
          for (const { bytes } of lines) read += bytes;
          return lines;
        },
      },
    });
    const { values, post } = service();
    const delivery = deliveryOf(counted, post, () => {});
    let requests = 0;
    while (await delivery.next()) requests += 1;
    expect(values).toEqual(upTo(count));
    expect(requests).toBeLessThanOrEqual(count / 1_000 + count / 1_000 / 10 + 2);
    expect(read).toBeLessThan(waiting * 1.5);
  },
);

test('however bursts, failures and deliveries that make room alternate, each call arrives once, in order', async () => {
  const step = fc.oneof(
    { weight: 4, arbitrary: fc.record({ log: fc.integer({ min: 1, max: 1_500 }), perLine: fc.constantFrom(1, 30) }) },
    { weight: 4, arbitrary: fc.constantFrom('deliver', 'fail', 'make room' as const) },
    fc.record({ meanwhile: fc.constantFrom('log', 'make room' as const) }),
  );
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 25 }), async (steps) => {
      queue.close();
      queue = open();
      let logged = 0;
      const logMore = (count: number, perLine?: number) => {
        log(logged, count, perLine);
        logged += count;
      };
      let meanwhile = () => {};
      const { values, take, post } = service(() => meanwhile());
      let isAway = false;
      const delivery = deliveryOf(
        queue,
        (body) => (isAway ? setImmediate().then(() => Promise.reject(errorOfCode('UNAVAILABLE', 'away'))) : post(body)),
        () => {},
      );
      for (const what of steps) {
        isAway = what === 'fail';
        meanwhile = () => {};
        if (what === 'make room') delivery.nextNow(take);
        else if (typeof what === 'string') await delivery.next().catch(() => {});
        else if ('log' in what) logMore(what.log, what.perLine);
        else {
          meanwhile = () => (what.meanwhile === 'log' ? logMore(70) : delivery.nextNow(take));
          await delivery.next();
        }
      }
      isAway = false;
      meanwhile = () => {};
      while (await delivery.next());
      expect(values).toEqual(upTo(logged));
      expect(queue.removed).toBe(queue.appended);
    }),
    { numRuns: 60 },
  );
});

test('what does not fill a request is not read ahead of its turn: later calls still join its line', async () => {
  log(0, 10);
  const { values, post } = service();
  const delivery = deliveryOf(queue, post, () => {});
  const first = delivery.next();
  log(10, 5);
  await setImmediate();
  log(15, 5);
  await first;
  while (await delivery.next());
  expect(values).toEqual(upTo(20));
  expect(queue.appended).toBe(2);
});

test('a spool that cannot be read while a request is under way harms nothing, and is told when its turn comes', async () => {
  log(0, 2_500, 1);
  let isBroken = false;
  let failures = 0;
  const peek = (max: number) => {
    if (isBroken) failures += 1;
    if (isBroken) throw new Error('EIO: i/o error, read');
    // No more than shows that the first request is full, so that what comes after it must be read.
    return queue.peek(max).slice(0, 1_001);
  };
  const { values, post } = service();
  const delivery = deliveryOf(Object.create(queue, { peek: { value: peek } }), post, () => {});
  const first = delivery.next();
  isBroken = true;
  expect(await first).toBe(true);
  expect(failures).toBe(1);
  expect(values).toEqual(upTo(1_000));
  await expect(delivery.next()).rejects.toThrow('EIO');
  isBroken = false;
  while (await delivery.next());
  expect(values).toEqual(upTo(2_500));
});
