import { once } from 'node:events';
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { createClient, UnavailableError } from '../../clients/typescript/src/browser.ts';
import { sayWaiting } from '../../clients/typescript/src/waiting.ts';
import { until } from '../support/until.ts';

let said: string[];
const closers: (() => Promise<unknown>)[] = [];
beforeEach(() => {
  said = [];
  vi.spyOn(console, 'warn').mockImplementation((message) => void said.push(message));
});
afterEach(async () => {
  vi.restoreAllMocks();
  for (const close of closers.splice(0)) await close();
});

/** The URL of a server that answers as told, the first time and later. */
async function serve(answer: (response: ServerResponse, count: number) => void): Promise<string> {
  let count = 0;
  const server = createServer((_, response) => {
    count += 1;
    answer(response, count);
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  closers.push(() => {
    server.closeAllConnections();
    return once(server.close(), 'close');
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

const nothing = JSON.stringify({ data: { pipelineRun: null } });

test('where nothing listens on this machine a read says so after a second, how to start one, and gives up early', async () => {
  const url = await serve(() => {});
  for (const close of closers.splice(0)) await close();
  const start = performance.now();
  const error = await createClient({ url })
    .pipelineRun('r')
    .catch((reason) => reason);
  expect(performance.now() - start).toBeLessThan(8_000);
  expect(error).toBeInstanceOf(UnavailableError);
  expect(error.message).toContain('`npx runledger serve` starts one');
  expect(said).toEqual([
    expect.stringMatching(
      /127\.0\.0\.1:\d+.* cannot be reached.*npx runledger serve.*Waiting for it, up to [45] s more/,
    ),
  ]);
});

test('a service that does not answer is named, once, with how long it is waited for', async () => {
  const url = await serve(() => {});
  const call = createClient({ url, deadlineMs: 3_500, tryTimeoutMs: 3_400 }).pipelineRun('r');
  await expect(call).rejects.toMatchObject({ code: 'TIMEOUT' });
  expect(said).toEqual([`runledger: ${url}/graphql has not answered yet. Waiting for it, up to 1 s more.`]);
});

test('a busy process, which hears of a failure late, says so all the same, once', async () => {
  vi.useFakeTimers({ toFake: ['performance'] });
  try {
    const waiting = sayWaiting('http://here', 10_000);
    vi.advanceTimersByTime(3_500);
    waiting.failed(new UnavailableError('UNAVAILABLE', 'It is away.'), 5_000);
    await until('it is said', () => said.length > 0);
    waiting.failed(new UnavailableError('UNAVAILABLE', 'It is still away.'), 5_000);
    waiting.over();
  } finally {
    vi.useRealTimers();
  }
  expect(said).toEqual(['runledger: It is away. Waiting for it, up to 2 s more.']);
});

test('nothing is said of a wait that is over soon', async () => {
  const url = await serve((response, count) => {
    if (count === 1) response.destroy();
    else response.end(nothing);
  });
  expect(await createClient({ url }).findPipelineRun('r')).toBeNull();
  expect(said).toEqual([]);
});

test('a caller that has used up what it may for now is let in later', async () => {
  const url = await serve((response, count) => {
    const limited = JSON.stringify({
      errors: [{ message: 'later', extensions: { code: 'RATE_LIMITED' } }],
      data: null,
    });
    if (count === 1) response.writeHead(429, { 'retry-after': '0' }).end(limited);
    else response.end(nothing);
  });
  expect(await createClient({ url }).findPipelineRun('r')).toBeNull();
});

test('every read ends with its signal, with the reason of the signal', async () => {
  const fields = { id: 'i', name: 'r', pipeline: 'p', status: 'RUNNING', startedAt: '', endedAt: null };
  const url = await serve((response, count) => {
    if (count === 1) response.end(JSON.stringify({ data: { pipelineRun: fields } }));
  });
  const client = createClient({ url });
  const run = await client.pipelineRun('r');
  const step = run.step('s');
  const { signal, abort } = ((controller) => ({
    signal: controller.signal,
    abort: () => controller.abort(new Error('enough')),
  }))(new AbortController());
  const reads = [
    client.pipelineRun('r', { signal }),
    client.findPipelineRun('r', { signal }),
    client.pipelineRuns({ signal }).next(),
    client.metadataKeys({ signal }),
    client.compareRuns(['r'], { signal }),
    client.series(['r'], ['k'], { signal }),
    run.runMetadata('k', { signal }),
    run.metadata({ signal }),
    run.metadataHistory('k', { signal }).next(),
    run.steps({ signal }).next(),
    run.series('k', { signal }),
    step.info({ signal }),
    step.runMetadata('k', { signal }),
    step.metadata({ signal }),
    step.metadataHistory('k', { signal }).next(),
    step.metadataSeries('k', { signal }),
  ].map((read) =>
    read.then(
      () => 'answered',
      (error: Error) => error.message,
    ),
  );
  abort();
  expect(new Set(await Promise.all(reads))).toEqual(new Set(['enough']));
});
