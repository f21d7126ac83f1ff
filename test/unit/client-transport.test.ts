import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, expect, test } from 'vitest';
import { createClient, InvalidCallError, UnavailableError } from '../../clients/typescript/src/browser.ts';
import { endpointUrl } from '../../clients/typescript/src/options.ts';
import { eventsOf } from '../../clients/typescript/src/sse.ts';

type Asked = { query: string; variables: Record<string, unknown>; headers: IncomingMessage['headers'] };

const closers: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0)) await close();
});

/** An HTTP server that answers as told. */
async function stub(answer: (asked: Asked, response: ServerResponse, count: number) => void) {
  const asked: Asked[] = [];
  const server = createServer(async (request, response) => {
    let body = '';
    for await (const chunk of request.setEncoding('utf8')) body += chunk;
    asked.push({ ...JSON.parse(body || '{}'), headers: request.headers });
    answer(asked.at(-1)!, response, asked.length);
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  closers.push(async () => {
    server.closeAllConnections();
    server.close();
    await once(server, 'close');
  });
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, asked };
}

const data = (value: unknown) => JSON.stringify({ data: value });
const failure = (code: string) => JSON.stringify({ errors: [{ message: 'why', extensions: { code } }], data: null });
const run = { id: 'i', name: 'r', pipeline: 'p', status: 'RUNNING', startedAt: '', endedAt: null };
const entry = (id: string) => ({
  id,
  key: 'k',
  qualifiedKey: 'k',
  value: 1,
  type: 'INT',
  number: 1,
  display: '1',
  iteration: null,
  loggedAt: '',
});

/** The latest entries of a run: of the run itself, and of its only step. */
const latest = (ofStep?: string, ...ofRun: string[]) =>
  data({
    pipelineRun: {
      metadata: ofRun.map(entry),
      steps: {
        nodes: ofStep === undefined ? [] : [{ metadata: [entry(ofStep)] }],
        pageInfo: { hasNextPage: false, endCursor: null },
      },
    },
  });

test('tries again with the same requestId until it succeeds, and waits as long as it is asked to', async () => {
  const start = performance.now();
  const { url, asked } = await stub((_, response, count) => {
    if (count === 1) response.writeHead(500).end('<html>');
    else if (count === 2) response.destroy();
    else if (count === 3) response.writeHead(503, { 'retry-after': '1' }).end(failure('UNAVAILABLE'));
    else if (count === 4) response.end(failure('TIMEOUT'));
    else response.end(data({ logMetadata: { replayed: true, entries: [] } }));
  });
  await createClient({ url, apiKey: 'secret' }).logMetadata({ a: 1 }, { run: 'r' });
  expect(performance.now() - start).toBeGreaterThan(990);
  expect(asked).toHaveLength(5);
  const ids = asked.map(({ variables }) => (variables['input'] as { requestId: string }).requestId);
  expect(new Set(ids).size).toBe(1);
  expect(asked[0]?.headers.authorization).toBe('Bearer secret');
});

test.each(['BAD_USER_INPUT', 'NOT_FOUND', 'AMBIGUOUS', 'CONFLICT', 'UNAUTHENTICATED', 'FORBIDDEN'])(
  '%s is for the caller to fix and is not tried again',
  async (code) => {
    const { url, asked } = await stub((_, response) => response.end(failure(code)));
    const call = createClient({ url }).pipelineRun('r');
    await expect(call).rejects.toThrow(InvalidCallError);
    await expect(call).rejects.toMatchObject({ code });
    expect(asked).toHaveLength(1);
  },
);

test.each([
  [413, InvalidCallError, 'TOO_LARGE'],
  [404, InvalidCallError, 'NOT_RUNLEDGER'],
  [401, InvalidCallError, 'UNAUTHENTICATED'],
  [502, UnavailableError, 'UNAVAILABLE'],
])('HTTP %d without a GraphQL result becomes the right error', async (status, kind, code) => {
  const { url } = await stub((_, response) => response.writeHead(status).end('<html>'));
  const call = createClient({ url, deadlineMs: 2_000 }).pipelineRun('r');
  await expect(call).rejects.toThrow(kind);
  await expect(call).rejects.toMatchObject({ code });
});

test('a 404 means a wrong URL, also when its body looks like a GraphQL result', async () => {
  const { url } = await stub((_, response) => response.writeHead(404).end(failure('BAD_USER_INPUT')));
  const call = createClient({ url: `${url}/api` }).pipelineRun('r');
  await expect(call).rejects.toMatchObject({ name: 'InvalidCallError', code: 'NOT_RUNLEDGER' });
  await expect(call).rejects.toThrow(`${url}/api/graphql`);
  await expect(call).rejects.toThrow('RUNLEDGER_URL');
});

test('a redirect that loses the request says where it leads, and does not blame the call', async () => {
  const target = await stub((_, response) => response.writeHead(400).end(failure('BAD_USER_INPUT')));
  const { url } = await stub((_, response) => response.writeHead(301, { location: `${target.url}/graphql` }).end());
  const call = createClient({ url }).pipelineRun('r');
  await expect(call).rejects.toMatchObject({ name: 'InvalidCallError', code: 'NOT_RUNLEDGER' });
  await expect(call).rejects.toThrow(`redirects to ${target.url}/graphql`);
  await expect(call).rejects.toThrow('RUNLEDGER_URL');
});

test('the deadline holds when nobody answers', async () => {
  const { url } = await stub(() => {});
  const call = createClient({ url, deadlineMs: 300, tryTimeoutMs: 100 }).pipelineRun('r');
  await expect(call).rejects.toMatchObject({ name: 'UnavailableError', code: 'TIMEOUT' });
});

test('values come back exact, and Float fields as numbers', async () => {
  const text = `{"data":{"pipelineRun":{"runMetadata":${JSON.stringify({ ...entry('1'), value: 0, number: 0 })
    .replace('"value":0', '"value":[9007199254740993,0.1]')
    .replace('"number":0', '"number":100000000000000000000')}}}}`;
  const { url } = await stub(({ query }, response) =>
    response.end(query.includes('FindRun') ? data({ pipelineRun: run }) : text),
  );
  const found = await (await createClient({ url }).pipelineRun('r')).runMetadata('k');
  expect(found?.value).toEqual([9007199254740993n, 0.1]);
  expect(found?.number).toBe(1e20);
});

test('following goes on after the last entry when the stream breaks: none twice, none missing', async () => {
  const opened: unknown[] = [];
  const { url } = await stub(({ query, variables }, response) => {
    if (query.includes('FindRun')) return void response.end(data({ pipelineRun: run }));
    if (query.includes('RunLatestIds')) return void response.end(latest('9', '10'));
    opened.push(variables['after']);
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    const send = (id: string) => response.write(`event: next\nid: x\ndata: ${data({ metadataLogged: entry(id) })}\n\n`);
    if (opened.length === 1) return void response.destroy();
    if (opened.length === 2) {
      send('11');
      response.write(': ping\n\n');
      send('12');
      return void response.write('event: next\ndata: {"da', () => response.destroy());
    }
    if (opened.length === 3) return void response.end('event: complete\ndata:\n\n');
    send('12');
    send('13');
  });
  const ids: string[] = [];
  for await (const { id } of (await createClient({ url }).pipelineRun('r')).follow()) {
    ids.push(id);
    if (id === '13') break;
  }
  expect(ids).toEqual(['11', '12', '13']);
  expect(opened).toEqual(['10', '10', '12', '12']);
});

test('following ends after the last entry of a run, also one that was logged before the stream stood', async () => {
  let streams = 0;
  const { url } = await stub(({ query }, response) => {
    const endedAt = streams === 0 ? null : 'then';
    if (query.includes('FindRun')) return void response.end(data({ pipelineRun: { ...run, endedAt } }));
    // Nothing had been logged when the follower came; when its stream stood, two entries had.
    if (query.includes('RunLatestIds')) return void response.end(streams === 0 ? latest() : latest('8', '7'));
    if (query.includes('RunHistory')) {
      const page = { nodes: [entry('8'), entry('7')], pageInfo: { hasNextPage: false, endCursor: null } };
      return void response.end(data({ pipelineRun: { metadataHistory: page } }));
    }
    streams += 1;
    response.writeHead(200, { 'content-type': 'text/event-stream' }).write(': hello\n\n');
    if (streams > 1) response.write(`event: next\ndata: ${data({ metadataLogged: entry('8') })}\n\n`);
  });
  const ids: string[] = [];
  for await (const { id } of (await createClient({ url }).pipelineRun('r')).follow()) ids.push(id);
  expect(ids).toEqual(['7', '8']);
});

test('following ends quietly when it is told to, and loudly when the call is wrong', async () => {
  const { url } = await stub(({ query }, response) => {
    if (query.includes('FindRun')) return void response.end(data({ pipelineRun: run }));
    if (query.includes('RunLatestIds')) return void response.end(latest());
    response.writeHead(200, { 'content-type': 'text/event-stream' }).write(': hello\n\n');
    if (query.includes('"bad"')) response.end();
  });
  const reader = await createClient({ url }).pipelineRun('r');
  const stop = new AbortController();
  setTimeout(() => stop.abort(), 50);
  for await (const _ of reader.follow({ signal: stop.signal })) expect.unreachable();
  const refusing = await stub(({ query }, response) =>
    query.includes('FindRun') ? response.end(data({ pipelineRun: run })) : response.end(failure('BAD_USER_INPUT')),
  );
  const follow = (await createClient({ url: refusing.url }).pipelineRun('r')).follow({ after: 'nonsense' });
  await expect(follow.next()).rejects.toMatchObject({ code: 'BAD_USER_INPUT' });
});

test('an event stream is read however it is split into chunks', async () => {
  const text = 'event: next\r\ndata: é1\r\n\r\n: ping\n\nevent: next\ndata: 2\ndata: 3\n\nevent: next\ndata: lost';
  const bytes = new TextEncoder().encode(text);
  const stream = new ReadableStream<Uint8Array>({
    start(controller) {
      for (const byte of bytes) controller.enqueue(Uint8Array.of(byte));
      controller.close();
    },
  });
  const events = [];
  for await (const event of eventsOf(stream)) events.push(event);
  expect(events).toEqual([
    { event: 'next', data: 'é1' },
    { event: 'next', data: '2\n3' },
  ]);
});

test('a URL is completed, or refused', () => {
  expect(endpointUrl('http://a:1')).toBe('http://a:1/graphql');
  expect(endpointUrl('https://a/b/')).toBe('https://a/b/graphql');
  expect(endpointUrl('http://a/graphql')).toBe('http://a/graphql');
  for (const url of ['a:1', 'ftp://a', '']) expect(() => endpointUrl(url)).toThrow(InvalidCallError);
});
