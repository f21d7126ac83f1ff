import { expect } from 'vitest';
import { createGate } from '../../src/domain/access/gate.ts';
import type { HttpOptions } from '../../src/http/server.ts';
import { makeKey } from '../support/callers.ts';
import { listen, speak, type TestServer } from '../support/http.ts';
import { startRun } from '../support/ledger.ts';
import type { TestService } from '../support/service.ts';
import { test } from '../support/test.ts';

const question = JSON.stringify({ query: '{ __typename }' });

async function guarded(
  service: TestService,
  rateLimits: HttpOptions['rateLimits'],
  use: (server: TestServer) => Promise<void>,
) {
  const gate = createGate(service.db, { anonymous: 'never' });
  const server = await listen(service, { gate, ...(rateLimits && { rateLimits }) });
  try {
    await use(server);
  } finally {
    await server.close();
  }
}

const as = (secret: string) => ({ authorization: `Bearer ${secret}` });

test('a key that has asked too often is told when to come again; another is not', async ({ service }) => {
  const [one, other] = [await makeKey(service, ['READ', 'WRITE']), await makeKey(service, ['READ'])];
  await guarded(service, { requestsAMinute: 3 }, async (server) => {
    for (let times = 0; times < 3; times += 1) expect((await server.post(question, as(one.secret))).status).toBe(200);
    const refused = await server.post(question, as(one.secret));
    expect(refused.status).toBe(429);
    expect(Number(refused.headers.get('retry-after'))).toBeGreaterThanOrEqual(1);
    expect(Number(refused.headers.get('retry-after'))).toBeLessThanOrEqual(20);
    const { errors, data } = await refused.json();
    expect([errors.length, data]).toEqual([1, undefined]);
    expect(errors[0]).toMatchObject({
      message: expect.stringMatching(/3 in a minute \(RATE_LIMIT_REQUESTS\).*again in \d+ s/),
      extensions: { code: 'RATE_LIMITED', retryAfterSeconds: Number(refused.headers.get('retry-after')) },
    });
    // By every way in, and nothing is done.
    const get = await fetch(`${server.origin}/graphql?query={__typename}`, { headers: as(one.secret) });
    expect(get.status).toBe(429);
    const events = { ...as(one.secret), accept: 'text/event-stream' };
    expect((await fetch(`${server.origin}/graphql/stream?query={__typename}`, { headers: events })).status).toBe(429);
    const start = JSON.stringify({ query: 'mutation { startRun(input: { name: "too often" }) { id } }' });
    expect((await server.post(start, as(one.secret))).status).toBe(429);
    expect(await service.sql(`SELECT FROM pipeline_run WHERE name = 'too often'`)).toEqual([]);
    expect((await server.post(question, as(other.secret))).status).toBe(200);
    // Whether it lives is not asked by a key.
    expect((await fetch(`${server.origin}/health`)).status).toBe(200);
  });
});

test('who has no good key has no part in anybody’s limit', async ({ service }) => {
  const { secret } = await makeKey(service, ['READ']);
  await guarded(service, { requestsAMinute: 1 }, async (server) => {
    for (let times = 0; times < 5; times += 1) expect((await server.post(question, as(`${secret}x`))).status).toBe(401);
    expect((await server.post(question, as(secret))).status).toBe(200);
  });
});

test('bytes of bodies are counted, those in chunks too, and refused before they are read', async ({ service }) => {
  const { secret } = await makeKey(service, ['READ']);
  const big = question.padEnd(3_000);
  await guarded(service, { bytesAMinute: 5_000 }, async (server) => {
    expect((await server.post(big, as(secret))).status).toBe(200);
    const refused = await server.post(big, as(secret));
    expect(refused.status).toBe(429);
    expect((await refused.json()).errors[0].message).toContain('RATE_LIMIT_BYTES');
    const head = `POST /graphql HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nAuthorization: Bearer ${secret}\r\nContent-Type: application/json\r\n`;
    // Never sent, and refused all the same.
    expect(await speak(server.port, `${head}Content-Length: 4000\r\n\r\n`)).toMatch(/^HTTP\/1\.1 429 /);
    const chunk = `${big.length.toString(16)}\r\n${big}\r\n0\r\n\r\n`;
    expect(await speak(server.port, `${head}Transfer-Encoding: chunked\r\n\r\n`, chunk)).toMatch(/^HTTP\/1\.1 429 /);
    expect((await server.post(question, as(secret))).status).toBe(200);
  });
});

test('nothing is limited by default', async ({ service }) => {
  const { secret } = await makeKey(service, ['READ']);
  await startRun(service, { name: 'unlimited' });
  await guarded(service, undefined, async (server) => {
    const statuses = await Promise.all(
      Array.from({ length: 300 }, async () => (await server.post(question, as(secret))).status),
    );
    expect(new Set(statuses)).toEqual(new Set([200]));
  });
});
