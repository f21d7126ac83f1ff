import { copyFileSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { errorOfCode } from '../../clients/typescript/src/errors.ts';
import { callsOf, type LogCall, textOfCall } from '../../clients/typescript/src/log-input.ts';
import { deliveryOf, type Post } from '../../clients/typescript/src/spool/deliver.ts';
import { deliverLeftovers } from '../../clients/typescript/src/spool/leftovers.ts';
import { lineOf } from '../../clients/typescript/src/spool/operation.ts';
import { partsOf, payloadOf } from '../../clients/typescript/src/spool/parts.ts';
import { openQueue, type Queue } from '../../clients/typescript/src/spool/queue.ts';

const url = 'http://127.0.0.1:4000/graphql';
/** No process has such an id. */
const deadPid = 4_194_305;

let directory: string;
let queue: Queue;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'runledger-lines-'));
  queue = openQueue({ directory, maxBytes: 2 ** 28 }, url, () => {});
});
afterEach(() => {
  queue.close();
  rmSync(directory, { recursive: true, force: true });
});

const callOf = (value: string | number, target = 'r', at = 0): LogCall =>
  callsOf({ k: value }, { run: target }, { loggedAt: new Date(at) })[0]!;

/** As the sender does it. */
function log(call: LogCall): void {
  if (!queue.extend(call)) queue.append(lineOf('logMetadata', textOfCall(call)), { call });
}

type Entry = { key: string; value: unknown; loggedAt?: string };
type Input = { target: object; requestId: string; loggedAt: string; entries: Entry[] };

/** Takes requests, and knows each by its id; refuses what `refuse` says of a body. */
function service(refuse: (body: string) => string | undefined = () => undefined) {
  const inputs = new Map<string, Input>();
  let requests = 0;
  const post: Post = async (body) => {
    requests += 1;
    const code = refuse(body);
    if (code) throw errorOfCode(code, 'why');
    for (const input of JSON.parse(body).variables.inputs ?? []) inputs.set(input.requestId, input);
    return {};
  };
  const values = () => [...inputs.values()].flatMap(({ entries }) => entries.map(({ value }) => value));
  return { post, values, inputs, requests: () => requests };
}

const fileOf = (end = '.jsonl') => join(directory, readdirSync(directory).find((name) => name.endsWith(end))!);
const linesOf = (path = fileOf()) => readFileSync(path, 'utf8').split('\n').slice(1, -1);

test('calls for one target share a line, and one of another moment keeps its own time', () => {
  log(callOf(1));
  log(callOf(2));
  log(callOf('späte€r', 'r', 5));
  log(callOf(4, 'other'));
  log(callOf(5));
  const inputs = linesOf().map((line) => JSON.parse(line).input as Input);
  expect(inputs.map(({ entries }) => entries.map(({ value, loggedAt }) => [value, loggedAt]))).toEqual([
    [
      [1, undefined],
      [2, undefined],
      ['späte€r', '1970-01-01T00:00:00.005Z'],
    ],
    [[4, undefined]],
    [[5, undefined]],
  ]);
  expect(inputs[0]?.loggedAt).toBe('1970-01-01T00:00:00.000Z');
});

test('a line that was read for delivery is not changed any more, and a large call has one of its own', async () => {
  log(callOf(1));
  const [line] = queue.peek(1000);
  log(callOf(2));
  log(callOf('x'.repeat(3_000)));
  log(callOf(3));
  expect(linesOf()).toHaveLength(4);
  expect(linesOf()[0]).toBe(line!.text);
});

test('at any moment the file has whole lines only, with all that was logged, in order', () => {
  const logged: unknown[] = [];
  for (let count = 0; count < 500; count += 1) {
    log(callOf(count, 'r', Math.floor(count / 7)));
    logged.push(count);
    const text = readFileSync(fileOf(), 'utf8');
    expect(text.endsWith(']}}\n')).toBe(true);
    const values = linesOf().flatMap((line) => (JSON.parse(line).input as Input).entries.map(({ value }) => value));
    expect(values).toEqual(logged);
  }
  expect(linesOf().length).toBeLessThan(60);
});

test('however logging, delivery and failures alternate, each call arrives once, in order', async () => {
  const step = fc.oneof(
    { weight: 8, arbitrary: fc.record({ log: fc.constantFrom('r', 'r', 'other'), at: fc.nat(3) }) },
    fc.constant('deliver' as const),
    fc.constant('fail' as const),
  );
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 60 }), async (steps) => {
      queue = openQueue({ directory, maxBytes: 2 ** 28 }, url, () => {});
      let isAway = false;
      const { post, values } = service(() => (isAway ? 'UNAVAILABLE' : undefined));
      const delivery = deliveryOf(queue, post, () => {});
      let count = 0;
      for (const each of steps) {
        if (typeof each === 'object') {
          count += 1;
          log(callOf(count, each.log, each.at));
        } else {
          isAway = each === 'fail';
          await delivery.next().catch(() => {});
        }
      }
      isAway = false;
      while (await delivery.next());
      expect(values()).toEqual(Array.from({ length: count }, (_, index) => index + 1));
      queue.close();
    }),
    { numRuns: 60 },
  );
});

/** What the queue has written so far, as the file of a process that was killed. */
function killed(name = `7-a-${deadPid}-0123abcd.jsonl`): void {
  const text = readFileSync(fileOf(), 'utf8').replace(`"pid":${process.pid}`, `"pid":${deadPid}`);
  // Its number has other digits: what stands behind it must not move.
  const [header = '', ...rest] = text.split('\n');
  const shift = String(deadPid).length - String(process.pid).length;
  const moved = header.replace(/"delivered": *(\d+)\}$/, (_, place) => {
    const offset = Number(place) === 0 ? 0 : Number(place) + shift;
    return `"delivered":${String(offset).padStart(20)}}`;
  });
  queue.close();
  for (const left of readdirSync(directory)) rmSync(join(directory, left));
  writeFileSync(join(directory, name), [moved, ...rest].join('\n'));
}

const leftovers = (post: Post) => deliverLeftovers({ directory, warn: () => {}, postFor: () => post });
/** Too large for a request that has another such line. */
const large = (name: string) => callOf(name + 'x'.repeat(700_000));

test('a process that was killed in the middle of its delivery is gone on with where it was', async () => {
  for (const name of ['a', 'b', 'c', 'd']) log(large(name));
  const first = service();
  const delivery = deliveryOf(queue, first.post, () => {});
  for (let count = 0; count < 2; count += 1) await delivery.next();
  const delivered = first.values().length;
  killed();
  const second = service();
  await leftovers(second.post);
  expect([delivered > 0, delivered + second.values().length]).toEqual([true, 4]);
  expect(readdirSync(directory)).toEqual([]);
});

test('a delivery of leftovers that is interrupted goes on where it was', async () => {
  for (const name of ['a', 'b', 'c']) log(large(name));
  killed();
  let count = 0;
  const first = service(() => {
    count += 1;
    return count > 1 ? 'UNAVAILABLE' : undefined;
  });
  await leftovers(first.post);
  const second = service();
  await leftovers(second.post);
  expect(first.values().length + second.values().length).toBe(3);
});

test('a file that was emptied and filled again is delivered from its start', async () => {
  const { post } = service();
  const delivery = deliveryOf(queue, post, () => {});
  for (const name of ['a', 'b', 'c']) log(large(name));
  while (await delivery.next());
  for (const name of ['d', 'e', 'f']) log(large(name));
  killed();
  const second = service();
  await leftovers(second.post);
  expect(second.values()).toHaveLength(3);
});

test('a place that is none, and a file without one, are delivered from the start', async () => {
  const header = JSON.stringify({ runledgerSpool: 1, host: hostname(), pid: deadPid, pidStartedAt: null, url });
  const line = lineOf('logMetadata', textOfCall(callOf(1)));
  const wrong = `${header.slice(0, -1)},"delivered":${'9'.padStart(20)}}`;
  writeFileSync(join(directory, `8-a-${deadPid}-0123abcd.jsonl`), `${header}\n${line}`);
  writeFileSync(join(directory, `9-a-${deadPid}-0123abcd.jsonl`), `${wrong.replace('   9}', ' 200}')}\n${line}${line}`);
  const { post, requests } = service();
  expect(await leftovers(post)).toMatchObject({ delivered: 3, kept: [] });
  expect(requests()).toBe(2);
});

test('of a line that is refused only the wrong entries are set aside, by ids that follow from its own', async () => {
  for (let count = 0; count < 5; count += 1) log(callOf(count));
  const [{ requestId } = { requestId: '' }] = linesOf().map((line) => JSON.parse(line).input as Input);
  const { post, values, inputs } = service((body) => (body.includes('"value":3}') ? 'BAD_USER_INPUT' : undefined));
  const delivery = deliveryOf(queue, post, () => {});
  while (await delivery.next());
  expect(values()).toEqual([0, 1, 2, 4]);
  expect(inputs.has(requestId)).toBe(false);
  const rejected = linesOf(fileOf('.rejected'));
  expect(rejected.map((line) => JSON.parse(line))).toEqual([
    {
      op: 'logMetadata',
      input: expect.objectContaining({ entries: [{ key: 'k', value: 3 }] }),
      rejected: expect.anything(),
    },
  ]);
});

test('the parts of a line keep every digit, and have the ids that the other client gives them', () => {
  const head = '{"target":{"step":{"run":"a \\"quoted\\" [name]","name":"t"}},"requestId":';
  const id = '0198c2f0-5b1e-7cc3-8d55-2f6a0f3c9f11';
  const entries = ['{"key":"a,]","value":[1.0,{"b":12345678901234567890}]}', '{"key":"\\\\","value":"}]"}'];
  const parts = partsOf(`${head}"${id}","loggedAt":"t","entries":[${entries.join(',')}]}`);
  expect(parts?.entries).toEqual(entries);
  const part = `${head}"1ec96cfb-7732-5e42-a5a2-bb315044d8f0","loggedAt":"t","entries":[${entries.join(',')}]}`;
  expect(payloadOf(parts!, 0, 2)).toBe(part);
  expect(partsOf(`${head}"${id}","loggedAt":"t","metadata":{}}`)).toBeUndefined();
});

test('what is delivered is cut off once it is much, and when room is needed', async () => {
  const { post } = service();
  const delivery = deliveryOf(queue, post, () => {});
  for (let count = 0; count < 12; count += 1) log(large(String(count)));
  const before = readFileSync(fileOf()).length;
  for (let count = 0; count < 7; count += 1) await delivery.next();
  expect(readFileSync(fileOf()).length).toBeLessThan(before / 2);
  const copy = join(directory, 'copy');
  copyFileSync(fileOf(), copy);
  expect(linesOf(copy)).toHaveLength(12 - queue.removed);
});
