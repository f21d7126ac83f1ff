import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { errorOfCode, UnavailableError } from '../../clients/typescript/src/errors.ts';
import { deliveryOf, type Post } from '../../clients/typescript/src/spool/deliver.ts';
import { deliverLeftovers } from '../../clients/typescript/src/spool/leftovers.ts';
import { startOf } from '../../clients/typescript/src/spool/location.ts';
import { lineOf, parseOperation } from '../../clients/typescript/src/spool/operation.ts';
import { openQueue, type Queue } from '../../clients/typescript/src/spool/queue.ts';

const url = 'http://127.0.0.1:4000/graphql';
/** No process has such an id. */
const deadPid = 4_194_305;

let directory: string;
let warnings: string[];
let queue: Queue;
const warn = (message: string) => void warnings.push(message);
const open = (maxBytes = 2 ** 28) => openQueue({ directory, maxBytes }, url, warn);

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'runledger-queue-'));
  warnings = [];
  queue = open();
});
afterEach(() => {
  queue.close();
  rmSync(directory, { recursive: true, force: true });
});

const logLine = (value: unknown, target: object = { run: 'r' }) =>
  lineOf('logMetadata', JSON.stringify({ target, requestId: 'q', loggedAt: 't', entries: [{ key: 'k', value }] }));
const startLine = (id: string, name?: string) =>
  lineOf('startRun', JSON.stringify({ input: { id, name, pipeline: 'p' } }));

/** Collects what is sent; `refuse` says which single value, or which text in a body, is answered with an error code. */
function service(refuse: (body: string) => string | undefined = () => undefined) {
  const taken: string[] = [];
  const post: Post = async (body) => {
    const code = refuse(body);
    if (code) throw errorOfCode(code, 'why');
    taken.push(body);
    return {};
  };
  const values = () =>
    taken.flatMap((body) =>
      (JSON.parse(body).variables.inputs ?? []).map(
        (input: { entries: { value: unknown }[] }) => input.entries[0]?.value,
      ),
    );
  return { taken, post, values };
}

async function drain(post: Post, source = queue): Promise<void> {
  const delivery = deliveryOf(source, post, warn);
  while (await delivery.next());
}

const files = (end: string) => readdirSync(directory).filter((name) => name.endsWith(end));
const linesOf = (name: string) => readFileSync(join(directory, name), 'utf8').split('\n').slice(0, -1);

test('a line is in a private file, after the header, when append returns; an empty queue leaves no file', async () => {
  expect(readdirSync(directory)).toEqual([]);
  queue.append(logLine(1));
  const [name] = files('.jsonl');
  expect(name).toMatch(new RegExp(`^\\d{13}-.*-${process.pid}-[0-9a-f]{8}\\.jsonl$`));
  expect(statSync(join(directory, name!)).mode & 0o777).toBe(0o600);
  const [header, line] = linesOf(name!);
  const pidStartedAt = startOf(process.pid) ?? null;
  expect(JSON.parse(header!)).toEqual({
    runledgerSpool: 1,
    host: hostname(),
    pid: process.pid,
    pidStartedAt,
    url,
    delivered: 0,
  });
  expect(`${line}\n`).toBe(logLine(1));
  const { post, values } = service();
  await drain(post);
  expect(values()).toEqual([1]);
  expect(linesOf(name!)).toEqual([header]);
  queue.append(logLine(2));
  await drain(post);
  queue.close();
  expect(readdirSync(directory)).toEqual([]);
});

test('operations keep their order; those that log go in batches of at most 1,000 entries, digit for digit', async () => {
  queue.append(startLine('a', 'n'), { control: true });
  for (let value = 0; value < 1_500; value += 1) queue.append(logLine(value));
  queue.append(lineOf('finishRun', '{"ref":"a","status":"COMPLETED"}'), { control: true });
  queue.append(
    '{"op":"logMetadata","input":{"target":{"run":"r"},"entries":[{"key":"k","value":9007199254740993}]}}\n',
  );
  const { taken, post, values } = service();
  await drain(post);
  expect(taken.map((body) => /\b(start|log|finish)\w+\(/.exec(body)?.[1])).toEqual([
    'start',
    'log',
    'log',
    'finish',
    'log',
  ]);
  expect(values().slice(0, 1_500)).toEqual(Array.from({ length: 1_500 }, (_, index) => index));
  expect(taken[4]).toContain('"value":9007199254740993');
});

test('a refused entry is found by halving, set aside and reported once; the rest is delivered in order', async () => {
  for (let value = 0; value < 50; value += 1) queue.append(logLine(value));
  queue.append('what is this\n');
  queue.append(logLine(50));
  const { post, values } = service((body) => (/"value":(13|14)\}/.test(body) ? 'BAD_USER_INPUT' : undefined));
  await drain(post);
  expect(values()).toEqual([...Array(51).keys()].filter((value) => value !== 13 && value !== 14));
  const [header, ...rejected] = linesOf(files('.rejected')[0]!);
  expect(JSON.parse(header!).runledgerSpool).toBe(1);
  expect(rejected).toHaveLength(3);
  expect(rejected[0]).toMatch(
    /^\{"op":"logMetadata","input":\{.*"value":13\}\]\},"rejected":\{"code":"BAD_USER_INPUT","message":"why","at":"[^"]*"\}\}$/,
  );
  expect(JSON.parse(rejected[2]!)).toMatchObject({ raw: 'what is this', rejected: { code: 'BAD_USER_INPUT' } });
  expect(warnings).toHaveLength(3);
  expect(queue.rejected).toBe(3);
});

test.each(['UNAVAILABLE', 'TIMEOUT', 'INTERNAL_SERVER_ERROR', 'UNAUTHENTICATED', 'FORBIDDEN', 'NOT_RUNLEDGER'])(
  '%s is not the operation’s fault: it stays, and goes first later',
  async (code) => {
    queue.append(logLine(1));
    queue.append(logLine(2));
    await expect(drain(service(() => code).post)).rejects.toMatchObject({ code });
    const { post, values } = service();
    await drain(post);
    expect(values()).toEqual([1, 2]);
  },
);

test('a name that is taken gets the beginning of the id appended', async () => {
  queue.append(startLine('0123456789', 'mine'), { control: true });
  const { taken, post } = service((body) => (body.includes('"mine"') ? 'CONFLICT' : undefined));
  await drain(post);
  expect(taken[0]).toContain('"name":"mine-01234567"');
  expect(warnings[0]).toContain('recorded as mine-01234567');
});

test('what does not exist yet may still be in the file of another process: it waits for that', async () => {
  const other = open();
  other.append(startLine('run-1'), { control: true });
  queue.append(logLine(1, { run: 'run-1' }));
  const refusing = service(() => 'NOT_FOUND');
  await expect(drain(refusing.post)).rejects.toThrow(UnavailableError);
  expect(queue.removed).toBe(0);
  await drain(service().post, other);
  other.close();
  await drain(refusing.post);
  expect(queue.rejected).toBe(1);
});

test('the bound refuses the newest, with one warning; starts and ends may exceed it', () => {
  const small = open(2_000);
  for (let value = 0; value < 100; value += 1) small.append(logLine(value));
  expect(small.refused).toBeGreaterThan(50);
  expect(warnings).toHaveLength(1);
  const before = small.appended;
  small.append(startLine('a'), { control: true });
  expect(small.appended).toBe(before + 1);
});

test('where no file can be written, entries are kept in memory', async () => {
  writeFileSync(join(directory, 'file'), '');
  const nowhere = openQueue({ directory: join(directory, 'file', 'x'), maxBytes: 2 ** 28 }, url, warn);
  for (let value = 0; value < 3; value += 1) nowhere.append(logLine(value));
  expect([nowhere.inMemory, warnings.length]).toEqual([3, 1]);
  const { post, values } = service();
  await drain(post, nowhere);
  expect([values(), nowhere.inMemory]).toEqual([[0, 1, 2], 0]);
});

/** A file as another process leaves it. */
function leave(name: string, lines: string, { pid = deadPid, host = hostname(), to = url, version = 1 } = {}): void {
  const header = JSON.stringify({ runledgerSpool: version, host, pid, pidStartedAt: null, url: to });
  writeFileSync(join(directory, name), `${header}\n${lines}`);
}
const name = (at: number, pid = deadPid, suffix = '') => `${at}-a-b-${pid}-0123abcd.jsonl${suffix}`;
const leftovers = (post: Post, anyHost = false) =>
  deliverLeftovers({ directory, warn, anyHost, postFor: (header) => (header.url === url ? post : undefined) });

test('leftovers of dead processes are delivered once, the oldest first, a torn last line is not', async () => {
  leave(name(20), logLine('second'));
  leave(name(3), logLine('first'));
  leave(name(100, deadPid, `.claimed-${deadPid}-7`), `${logLine('third')}{"op":"logMeta`);
  const { post, values } = service();
  expect(await leftovers(post)).toEqual({ delivered: 3, rejected: 0, kept: [] });
  expect(values()).toEqual(['first', 'second', 'third']);
  expect(readdirSync(directory)).toEqual([]);
});

test('files of the living, of other hosts, for other services and of other versions are left alone', async () => {
  const alive = process.ppid;
  leave(name(1, alive), logLine('alive'), { pid: alive });
  leave(name(2, deadPid, `.claimed-${alive}-0`), logLine('claimed'));
  leave(name(3), logLine('elsewhere'), { host: 'other' });
  leave(name(4), logLine('other service'), { to: 'http://other/graphql' });
  leave(name(5), logLine('future'), { version: 2 });
  writeFileSync(join(directory, name(6)), '{"runledgerSpool":1');
  const { post, values } = service();
  await leftovers(post);
  expect(values()).toEqual([]);
  expect(readdirSync(directory)).toHaveLength(5);
  await leftovers(post, true);
  expect(values()).toEqual(['elsewhere']);
});

test('leftovers that cannot be delivered now are put back', async () => {
  leave(name(1), logLine(1));
  const report = await leftovers(service(() => 'UNAVAILABLE').post);
  expect(report.kept[0]?.error?.code).toBe('UNAVAILABLE');
  expect(readdirSync(directory)).toEqual([name(1)]);
});

test('only a line that is exactly an operation is read as one', () => {
  expect(parseOperation(logLine(1).trimEnd())).toMatchObject({ op: 'logMetadata', entries: 1, needs: ['r'] });
  for (const line of [
    '',
    '{}',
    '{"op":"deleteRun","variables":{}}',
    '{"op":"startRun","input":{}}',
    '{"op":"logMetadata","input":{"a"}}',
  ])
    expect(parseOperation(line)).toBeUndefined();
});
