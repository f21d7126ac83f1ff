import { randomUUID } from 'node:crypto';
import { Agent, request } from 'node:http';
import { expect } from 'vitest';
import { createGate } from '../../src/domain/access/gate.ts';
import { makeKey as inventKey } from '../../src/domain/access/key-format.ts';
import { revokeApiKey } from '../../src/domain/access/revoke-api-key.ts';
import { signToken } from '../../src/domain/access/run-token.ts';
import { makeKey, operator } from '../support/callers.ts';
import { listen, type TestServer } from '../support/http.ts';
import { testAlone as test } from '../support/test.ts';

const body = JSON.stringify({ query: '{ pipelineRuns { nodes { id } } }' });
const agent = new Agent({ keepAlive: true, maxSockets: 16 });

/** The status of a request that shows this, or nothing. */
const ask = (server: TestServer, authorization: string | undefined) =>
  new Promise<number>((resolve, reject) => {
    const headers = { 'content-type': 'application/json', ...(authorization === undefined ? {} : { authorization }) };
    const asked = request({ port: server.port, path: '/graphql', method: 'POST', headers, agent }, (response) => {
      response.resume();
      response.on('end', () => resolve(response.statusCode!));
    });
    asked.on('error', reject);
    asked.end(body);
  });

test('10,000 requests with bad tokens are 401, open no connection to the database, and ask it next to nothing', {
  timeout: 180_000,
}, async ({ service, client }) => {
  const good = await makeKey(service, ['READ']);
  const revoked = await makeKey(service, ['READ']);
  await revokeApiKey(service.db, operator, revoked.id);
  // No run is started: what tells other servers of it would be sent in the midst of this.
  const run = { id: randomUUID() };
  const token = await signToken(service.db, { runId: run.id, stepId: null, expiresAt: Date.now() + 60_000 });
  const [claims, signature] = token.slice(4).split('.') as [string, string];
  const unsigned = [{ alg: 'none' }, { sub: 'ada', exp: 4_102_444_800 }].map((part) =>
    Buffer.from(JSON.stringify(part)).toString('base64url'),
  );
  const bad: ((n: number) => string | undefined)[] = [
    () => undefined,
    () => '',
    () => 'Bearer',
    () => 'Bearer ',
    () => `Basic ${Buffer.from('admin:admin').toString('base64')}`,
    (n) => `Bearer ${n}`,
    (n) => `Bearer rl_${n}`,
    () => `Bearer ${good.secret.slice(0, -1)}`,
    () => `Bearer ${good.secret} ${good.secret}`,
    () => `Bearer ${good.secret.toLowerCase()}`,
    () => `Bearer ${revoked.secret}`,
    () => `Bearer ${inventKey().secret}`,
    () => `Bearer rl_${good.id}_${inventKey().secret.slice(16)}`,
    (n) =>
      `Bearer rlt_${Buffer.from(JSON.stringify({ k: n, r: run.id, e: 4_102_444_800 })).toString('base64url')}.${signature}`,
    () => `Bearer rlt_${claims}.${'A'.repeat(43)}`,
    () => `Bearer ${unsigned.join('.')}.`,
    (n) => `Bearer ${'x'.repeat(4_000)}${n}`,
  ];
  const gate = createGate(service.db, { anonymous: 'never' });
  const server = await listen(service, { gate });
  try {
    expect(await ask(server, `Bearer ${good.secret}`)).toBe(200);
    const connections = async () => {
      const { rows } = await client.query(
        `SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid() ORDER BY 1`,
      );
      return rows.map(({ pid }) => pid);
    };
    const before = await connections();
    service.queries();
    const begunAt = performance.now();
    let asked = 0;
    const statuses = new Set<number>();
    const goOn = async () => {
      for (let n = asked++; n < 10_000; n = asked++) statuses.add(await ask(server, bad[n % bad.length]!(n)));
    };
    await Promise.all(Array.from({ length: 16 }, goOn));
    const seconds = (performance.now() - begunAt) / 1_000;
    expect([...statuses]).toEqual([401]);
    expect(await connections()).toEqual(before);
    // What is known of keys is read anew every two seconds; an unknown key is looked for once a second for each address, as is
    // a signing key that nobody knows.
    const statements = service.queries();
    expect(statements.filter((sql) => !/list_keys|list_signing_keys|signingKey/i.test(sql))).toEqual([]);
    expect(statements.length).toBeLessThan(5 + 3 * seconds);
    expect(await ask(server, `Bearer ${good.secret}`)).toBe(200);
    expect(service.unexpected).toEqual([]);
  } finally {
    agent.destroy();
    await server.close();
  }
});
