import { request } from 'node:http';
import { connect } from 'node:net';
import { gunzipSync } from 'node:zlib';
import { describe, expect } from 'vitest';
import { listen, speak, type TestServer } from '../support/http.ts';
import { openService } from '../support/service.ts';
import { test as base } from '../support/test.ts';

const test = base.extend('server', { scope: 'file' }, async ({ service }, { onCleanup }) => {
  const server = await listen(service, {
    maxBodyBytes: 100_000,
    allowedHosts: ['ledger.example.com'],
    allowedOrigins: ['https://dash.example.com'],
  });
  onCleanup(server.close);
  return server;
});

const good = JSON.stringify({ query: '{ __typename }' });
const goodAnswer = { data: { __typename: 'Query' } };

/** As `fetch`, which does not let a caller choose Host. */
const ask = (server: TestServer, path: string, headers: Record<string, string> = {}, method = 'GET', body?: string) =>
  new Promise<{ status: number; headers: Record<string, string | undefined>; body: Buffer }>((resolve, reject) => {
    const asked = request({ host: '127.0.0.1', port: server.port, path, method, headers }, (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('end', () =>
        resolve({
          status: response.statusCode!,
          headers: response.headers as Record<string, string | undefined>,
          body: Buffer.concat(chunks),
        }),
      );
    });
    asked.on('error', reject);
    asked.end(body);
  });

describe('a body', () => {
  test('of just the limit is taken, one byte more is 413', async ({ server }) => {
    expect(await (await server.post(good.padEnd(100_000))).json()).toEqual(goodAnswer);
    const refused = await server.post(good.padEnd(100_001));
    expect(refused.status).toBe(413);
    expect((await refused.json()).errors[0].message).toContain('100000 bytes');
  });

  test('that says it is too large is refused before it is sent', async ({ server }) => {
    const head = `POST /graphql HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: 100001\r\n\r\n`;
    expect(await speak(server.port, head)).toMatch(/^HTTP\/1\.1 413 /);
  });

  test('that is too large and does not say so is refused when it has come so far', async ({ server }) => {
    const head = `POST /graphql HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n`;
    const chunk = `${(10_000).toString(16)}\r\n${'x'.repeat(10_000)}\r\n`;
    expect(await speak(server.port, head, ...Array<string>(11).fill(chunk))).toMatch(/^HTTP\/1\.1 413 /);
  });

  test('that is much too large, sent by someone who first sends all, still gets its 413', async ({ server }) => {
    const stream = () => {
      let left = 500;
      return new ReadableStream<Uint8Array>({
        pull(controller) {
          left -= 1;
          if (left < 0) controller.close();
          else controller.enqueue(new Uint8Array(10_000).fill(32));
        },
      });
    };
    const headers = { 'content-type': 'application/json' };
    const init = { method: 'POST', headers, body: stream(), duplex: 'half' } as const;
    const response = await fetch(`${server.origin}/graphql`, init);
    expect(response.status).toBe(413);
  });

  test('in chunks within the limit is taken', async ({ server }) => {
    const head = `POST /graphql HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n`;
    const chunks = Array.from(good, (character) => `1\r\n${character}\r\n`);
    const answer = await speak(server.port, head, ...chunks, '0\r\n\r\n');
    expect(answer).toMatch(/^HTTP\/1\.1 200 /);
    expect(answer).toContain(JSON.stringify(goodAnswer));
  });

  test.for([
    'text/plain',
    'application/x-www-form-urlencoded',
    'multipart/form-data; boundary=x',
    'application/jsonp',
    '',
  ])('of the type %j is 415', async (type, { server }) =>
    expect((await ask(server, '/graphql', { 'content-type': type }, 'POST', good)).status).toBe(415),
  );

  test.for(['application/json; charset=utf-8', 'APPLICATION/JSON', 'application/json ;x=y'])(
    'of the type %j is taken',
    async (type, { server }) =>
      expect((await ask(server, '/graphql', { 'content-type': type }, 'POST', good)).status).toBe(200),
  );

  test.for(['utf-16', 'UTF-16LE', 'iso-8859-1', '"utf-16"'])(
    'that says it is %s is 415',
    async (charset, { server }) => {
      const response = await server.post(good, { 'content-type': `application/json; charset=${charset}` });
      expect(response.status).toBe(415);
      expect((await response.json()).errors[0].message).toContain('UTF-8');
    },
  );

  test('with a byte order mark is taken', async ({ server }) => {
    const marked = Buffer.concat([Buffer.from([0xef, 0xbb, 0xbf]), Buffer.from(good)]);
    expect(await (await server.post(marked)).json()).toEqual(goodAnswer);
  });

  test('that is compressed is 415', async ({ server }) => {
    expect((await server.post(good, { 'content-encoding': 'gzip' })).status).toBe(415);
  });

  test.for([
    [
      'a byte that is none of UTF-8',
      Buffer.concat([Buffer.from('{"query":"{ __typename } #'), Buffer.from([0xff]), Buffer.from('"}')]),
    ],
    [
      'a surrogate in UTF-8',
      Buffer.concat([Buffer.from('{"query":"{ __typename } #'), Buffer.from([0xed, 0xa0, 0x80]), Buffer.from('"}')]),
    ],
    ['UTF-16', Buffer.from(good, 'utf16le')],
  ] as const)('with %s is 400', async ([_, body], { server }) => {
    const response = await server.post(new Uint8Array(body));
    expect(response.status).toBe(400);
    expect((await response.json()).errors[0].extensions.code).toBe('BAD_USER_INPUT');
  });

  test.for([
    '',
    '{',
    '[]',
    '"x"',
    'null',
    '{"query": secret-word}',
    `{"query":"{ __typename }"} secret-word`,
    '{"query":1}',
    '{"variables":{}}',
    '{"query":""}',
    '{"query":"{ __typename }","variables":[]}',
    '{"query":"{ __typename }","operationName":1}',
    `[${good}]`,
    '['.repeat(50_000),
    '{"a":'.repeat(20_000),
  ])('that is %.40j is 400, and not repeated', async (body, { server }) => {
    for (const accept of ['application/json', 'application/graphql-response+json']) {
      const response = await server.post(body, { accept });
      expect(response.status).toBe(400);
      const text = await response.text();
      expect(text).not.toContain('secret-word');
      expect(JSON.parse(text).errors[0].extensions.code).toBe('BAD_USER_INPUT');
    }
  });

  test('that never comes whole does not hold up others', async ({ service, server }) => {
    const head = `POST /graphql HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: 100\r\n\r\n{`;
    const socket = connect(server.port, '127.0.0.1');
    socket.on('error', () => {});
    socket.write(head);
    expect(await (await server.post(good)).json()).toEqual(goodAnswer);
    socket.destroy();
    expect(await (await server.post(good)).json()).toEqual(goodAnswer);
    expect(service.unexpected).toEqual([]);
  });
});

describe('hosts', () => {
  test.for([
    'localhost',
    'localhost:4000',
    'LOCALHOST',
    '127.0.0.1:4000',
    '10.1.2.3',
    '[::1]',
    '[::1]:4000',
    'ledger.example.com',
    'LEDGER.example.com:8080',
  ])('%s is served', async (host, { server }) =>
    expect((await ask(server, '/graphql', { host, 'content-type': 'application/json' }, 'POST', good)).status).toBe(
      200,
    ),
  );
  test.for([
    'evil.example',
    'localhost.evil.example',
    'ledger.example.com.evil.example',
    'xledger.example.com',
    '127.0.0.1.nip.io',
    '[evil]',
  ])('%s is not', async (host, { server }) => {
    for (const path of ['/graphql', '/health'])
      expect((await ask(server, path, { host, 'content-type': 'application/json' }, 'POST', good)).status).toBe(403);
  });
});

test('an empty host, and none at all, are not served', async ({ server }) => {
  expect(await speak(server.port, 'GET /health HTTP/1.1\r\nHost:\r\nConnection: close\r\n\r\n')).toMatch(
    /^HTTP\/1\.1 403 /,
  );
  expect(await speak(server.port, 'GET /health HTTP/1.0\r\n\r\n')).toMatch(/^HTTP\/1\.1 403 /);
});

describe('origins', () => {
  const from = (server: TestServer, origin: string, method = 'POST') =>
    ask(
      server,
      '/graphql',
      { origin, 'content-type': 'application/json', host: 'localhost:4000', 'access-control-request-method': 'POST' },
      method,
      method === 'POST' ? good : undefined,
    );

  test('a page of a listed origin gets its CORS headers, and no credentials', async ({ server }) => {
    const { status, headers } = await from(server, 'https://dash.example.com');
    expect(status).toBe(200);
    expect(headers['access-control-allow-origin']).toBe('https://dash.example.com');
    expect(headers['access-control-allow-credentials']).toBeUndefined();
    expect(headers['vary']?.toLowerCase()).toContain('origin');
    const preflight = await from(server, 'https://dash.example.com', 'OPTIONS');
    expect(preflight.status).toBe(204);
    expect(preflight.headers['access-control-allow-methods']).toContain('POST');
    expect(preflight.headers['access-control-allow-headers']).toContain('content-type');
  });

  test('a page of our own origin is served without them', async ({ server }) => {
    const { status, headers } = await from(server, 'http://localhost:4000');
    expect(status).toBe(200);
    expect(headers['access-control-allow-origin']).toBeUndefined();
  });

  test.for([
    'https://evil.example',
    'http://dash.example.com',
    'https://dash.example.com.evil.example',
    'https://dash.example.com:8443',
    'null',
    'http://localhost:4001',
    '',
  ])('a page of %j is not served', async (origin, { server }) => {
    for (const method of ['POST', 'OPTIONS']) {
      const { status, headers, body } = await from(server, origin, method);
      expect(status).toBe(403);
      expect(headers['access-control-allow-origin']).toBeUndefined();
      expect(body.toString()).not.toContain('data');
    }
  });
});

describe('paths', () => {
  test.for([
    '/x',
    '/graphql/',
    '/graphqlx',
    '/favicon.ico',
    '//graphql',
    '/..%2fgraphql',
    '/.yoga-health-is-not-served',
  ])('%s is 404', async (path, { server }) => {
    for (const method of ['GET', 'POST'])
      expect(
        (await ask(server, path, { 'content-type': 'application/json' }, method, method === 'POST' ? good : undefined))
          .status,
      ).toBe(404);
    const { errors } = JSON.parse((await ask(server, path)).body.toString());
    expect(errors[0].extensions.code).toBe('NOT_FOUND');
  });

  test('/health answers at once, /ready when the database answers', async ({ server }) => {
    for (const path of ['/health', '/ready', '/health?x=1']) expect((await ask(server, path)).status).toBe(200);
    const away = await openService({ database: { url: 'postgresql://nobody@127.0.0.1:1/none' } });
    const other = await listen(away);
    expect((await fetch(`${other.origin}/health`)).status).toBe(200);
    expect((await fetch(`${other.origin}/ready`)).status).toBe(503);
    await other.close();
    await away.close();
  });

  test('a query by GET is answered, a mutation by GET is 405', async ({ service, server }) => {
    const get = (query: string) =>
      ask(server, `/graphql?query=${encodeURIComponent(query)}`, { accept: 'application/json' });
    const answer = await get('{ __typename }');
    expect([answer.status, JSON.parse(answer.body.toString())]).toEqual([200, goodAnswer]);
    expect((await get('mutation { startRun { id } }')).status).toBe(405);
    expect((await get(`{ ${'a: __typename '.repeat(101)} }`)).status).toBe(400);
    expect(await service.sql('SELECT FROM pipeline_run')).toEqual([]);
  });

  test.for(['PUT', 'DELETE', 'PATCH'])('%s is 405, with what is allowed', async (method, { server }) => {
    const { status, headers } = await ask(server, '/graphql', {}, method);
    expect([status, headers['allow']]).toEqual([405, 'GET, POST, OPTIONS']);
  });
});

describe('GraphiQL', () => {
  const page = (server: TestServer, headers: Record<string, string> = {}) =>
    ask(server, '/graphql', { accept: 'text/html,*/*', ...headers });

  test('is one page that loads nothing from anywhere', async ({ server }) => {
    const { status, headers, body } = await page(server);
    expect(status).toBe(200);
    expect(headers['content-type']).toContain('text/html');
    const html = body.toString();
    const tags = html.match(/<(script|link|img|iframe)\b[^>]*>/g) ?? [];
    expect(tags.length).toBeGreaterThan(0);
    for (const tag of tags) expect(tag).not.toMatch(/(src|href)\s*=\s*["']?(https?:)?\/\//);
    expect(headers['content-security-policy']).toContain("default-src 'none'");
  });

  test('comes compressed to those who can, with a tag that saves the next time', async ({ server }) => {
    const compressed = await page(server, { 'accept-encoding': 'gzip, br' });
    expect(compressed.headers['content-encoding']).toBe('gzip');
    const plain = await page(server);
    expect(gunzipSync(compressed.body).equals(plain.body)).toBe(true);
    expect(compressed.body.length).toBeLessThan(plain.body.length / 2);
    const { etag } = compressed.headers;
    const again = await page(server, { 'if-none-match': etag! });
    expect([again.status, again.body.length]).toEqual([304, 0]);
    expect((await page(server, { 'if-none-match': '"another"' })).status).toBe(200);
  });

  test('can be switched off', async ({ service }) => {
    const other = await listen(service, { graphiql: false });
    expect((await fetch(`${other.origin}/graphql`, { headers: { accept: 'text/html' } })).status).toBe(404);
    await other.close();
  });
});
