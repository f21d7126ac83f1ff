import { describe, expect } from 'vitest';
import { createGate } from '../../src/domain/access/gate.ts';
import { createMetricsServer } from '../../src/http/metrics-server.ts';
import { listen, speak } from '../support/http.ts';
import { openService } from '../support/service.ts';
import { test } from '../support/test.ts';

/** The head of an answer: its status, and its headers. */
function parse(answer: string): { status: number; headers: Map<string, string>; body: string } {
  const [head = '', body = ''] = answer.split('\r\n\r\n', 2);
  const [first = '', ...lines] = head.split('\r\n');
  const headers = lines.map((line) => [line.slice(0, line.indexOf(':')).toLowerCase(), line.split(': ')[1]!] as const);
  return { status: Number(first.split(' ')[1]), headers: new Map(headers), body };
}

const json = 'Content-Type: application/json\r\n';
const post = (body: string, more = '') =>
  `POST /graphql HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n${json}${more}Content-Length: ${body.length}\r\n\r\n${body}`;
const get = (path: string, more = '') => `GET ${path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n${more}\r\n`;

const answers = [
  [200, 'an answer', post('{"query":"{ __typename }"}')],
  [200, 'an answer by GET', get('/graphql?query={__typename}')],
  [200, 'a stream', get('/graphql?query={__typename}', 'Accept: text/event-stream\r\n')],
  [200, 'GraphiQL', get('/graphql', 'Accept: text/html\r\n')],
  [200, 'whether it lives', get('/health')],
  [302, 'the way to GraphQL', get('/')],
  [400, 'a refused body', post('{')],
  [400, 'a refused query', post('{"query":"{ nope }"}', 'Accept: application/graphql-response+json\r\n')],
  [400, 'what is no HTTP', 'nonsense\r\n\r\n'],
  [400, 'a header that breaks its line', 'GET / HTTP/1.1\r\nHost: localhost\r\nX: a\rb\r\n\r\n'],
  [
    400,
    'two lengths',
    'POST /graphql HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n',
  ],
  [400, 'no host', 'GET /health HTTP/1.1\r\nConnection: close\r\n\r\n'],
  [403, 'another host', 'GET /health HTTP/1.1\r\nHost: evil.example\r\nConnection: close\r\n\r\n'],
  [403, 'another origin', get('/graphql', 'Origin: https://evil.example\r\n')],
  [404, 'nothing', get('/nothing')],
  [405, 'another method', 'DELETE /graphql HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n'],
  [413, 'too much', `POST /graphql HTTP/1.1\r\nHost: localhost\r\n${json}Content-Length: 99999999\r\n\r\n`],
  [415, 'another type', 'POST /graphql HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nContent-Length: 1\r\n\r\nx'],
  [431, 'headers without end', get('/health', `X: ${'x'.repeat(20_000)}\r\n`)],
  [204, 'a preflight', 'OPTIONS /graphql HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n'],
] as const;

describe('security headers', () => {
  test.for(answers)('stand on a %i: %s', async ([status, _, request], { server }) => {
    const answer = parse(await speak(server.port, request));
    expect(answer.status).toBe(status);
    expect(Object.fromEntries(answer.headers)).toMatchObject({
      'x-content-type-options': 'nosniff',
      'x-frame-options': 'DENY',
      'referrer-policy': 'no-referrer',
      'cross-origin-resource-policy': 'same-origin',
      'content-security-policy': expect.stringMatching(/^default-src 'none';.*frame-ancestors 'none'/),
    });
    // What the service is made of is nobody's business.
    for (const name of ['server', 'x-powered-by']) expect(answer.headers.has(name)).toBe(false);
  });

  test('what is refused as no HTTP is told so in JSON, without what was sent', async ({ server }) => {
    const answer = parse(await speak(server.port, 'secret-word\r\n\r\n'));
    expect(JSON.parse(answer.body).errors[0].extensions.code).toBe('BAD_USER_INPUT');
    expect(answer.body).not.toContain('secret-word');
  });

  test('stand where a key is asked for, and nothing of the answer may be kept', async ({ service, server }) => {
    const guarded = await listen(service, { gate: createGate(service.db, { anonymous: 'never' }) });
    try {
      const refused = await guarded.post('{"query":"{ __typename }"}');
      expect(refused.status).toBe(401);
      expect(refused.headers.get('x-frame-options')).toBe('DENY');
      expect(refused.headers.get('cache-control')).toBe('no-store');
      expect((await server.post('{"query":"{ __typename }"}')).headers.get('cache-control')).toBe('no-store');
    } finally {
      await guarded.close();
    }
  });

  test('stand on metrics that have a port of their own', async () => {
    const server = createMetricsServer(async () => 'up 1\n', []).listen(0, '127.0.0.1');
    await new Promise((resolve) => server.once('listening', resolve));
    const { port } = server.address() as { port: number };
    for (const path of ['/metrics', '/other']) {
      const { headers } = await fetch(`http://127.0.0.1:${port}${path}`);
      expect(headers.get('x-content-type-options')).toBe('nosniff');
    }
    server.close();
    server.closeAllConnections();
  });
});

describe('introspection', () => {
  test('can be switched off, and then names are not guessed either', async ({ database }) => {
    const closed = await openService({ database, introspection: false });
    try {
      for (const query of ['{ __schema { queryType { name } } }', '{ __type(name: "Query") { name } }']) {
        const { message, extensions } = await closed.fail(query);
        expect(message).toMatch(/switched off.*schema\.graphql.*INTROSPECTION=true/);
        expect(extensions.code).toBe('GRAPHQL_VALIDATION_FAILED');
      }
      const hinted = await closed.fail('{ pipelineRunz { id } }');
      expect(hinted.message).toBe('Cannot query field "pipelineRunz" on type "Query".');
      expect((await closed.fail('{ pipelineRun(reff: "x") { id } }')).message).not.toContain('Did you mean');
      expect(await closed.run('{ __typename service { __typename } }')).toMatchObject({ __typename: 'Query' });
    } finally {
      await closed.close();
    }
  });
});
