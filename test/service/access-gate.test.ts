import { expect } from 'vitest';
import { createGate } from '../../src/domain/access/gate.ts';
import { makeKey as inventKey, parseKey } from '../../src/domain/access/key-format.ts';
import { writeUses } from '../../src/domain/access/key-ring.ts';
import { revokeApiKey } from '../../src/domain/access/revoke-api-key.ts';
import { signToken } from '../../src/domain/access/run-token.ts';
import { createJwtVerifier } from '../../src/http/jwt.ts';
import { makeKey, openIssuer, operator } from '../support/callers.ts';
import { listen } from '../support/http.ts';
import { startRun, startStep } from '../support/ledger.ts';
import { openService, type TestService } from '../support/service.ts';
import { testAlone as test } from '../support/test.ts';
import { until } from '../support/until.ts';

const from = (secret: string, address = '127.0.0.1') => ({ authorization: `Bearer ${secret}`, address });
const nobody = { authorization: undefined, address: '127.0.0.1' };

const settle = async (service: TestService, secret: string | null, options = { anonymous: 'never' as const }) =>
  createGate(service.db, options).identify(secret === null ? nobody : from(secret));

test('a key is well-formed or not, without a look', () => {
  for (let times = 0; times < 200; times += 1) {
    const { id, secret } = inventKey();
    expect(secret).toMatch(/^rl_[0-9A-Za-z]{12}_[0-9A-Za-z]{49}$/);
    expect(parseKey(secret)).toBe(id);
    const at = 3 + Math.floor(Math.random() * (secret.length - 3));
    const other = secret[at] === 'a' ? 'b' : 'a';
    expect(parseKey(secret.slice(0, at) + other + secret.slice(at + 1))).toBeNull();
  }
  expect(new Set(Array.from({ length: 1_000 }, () => inventKey().secret)).size).toBe(1_000);
});

test('without a key in the database whoever comes may do everything; from the first key on nobody may without one', async ({
  service,
}) => {
  const gate = createGate(service.db, { anonymous: 'untilKeys' });
  expect(await gate.identify(nobody)).toMatchObject({ kind: 'anonymous' });
  // A client that has a key of another service is let in as well: nothing is asked for.
  expect(await gate.identify(from(inventKey().secret))).toMatchObject({ kind: 'anonymous' });
  const { id, secret } = await makeKey(service, ['READ'], { name: 'dashboard' });
  await expect((async () => gate.identify(nobody))()).rejects.toMatchObject({ code: 'UNAUTHENTICATED' });
  expect(await gate.identify(from(secret))).toMatchObject({ kind: 'key', name: 'dashboard', keyId: id });
  // Revoked or not: a service that asked for keys once does not stop asking.
  await revokeApiKey(service.db, operator, id);
  await expect((async () => gate.identify(nobody))()).rejects.toMatchObject({ code: 'UNAUTHENTICATED' });
});

test('the secret is not kept, and a key says no more than it may', async ({ service }) => {
  const { secret } = await makeKey(service, ['READ', 'READ'], { pipelines: ['iris*'] });
  for (const table of ['api_key', 'audit_entry'])
    expect(await service.sql(`SELECT FROM ${table} t WHERE t::text LIKE '%' || $1 || '%'`, [secret.slice(16)])).toEqual(
      [],
    );
  const caller = await settle(service, secret);
  expect([...caller.scopes]).toEqual(['READ']);
  expect(caller.sight).toEqual({ of: 'pipelines', names: [], prefixes: ['iris'] });
});

test('a key that another server revoked is refused within five seconds, and one that it made is taken at once', async ({
  service,
  database,
}) => {
  const second = await openService({ database });
  try {
    const gate = createGate(service.db, { anonymous: 'never' });
    const { id, secret } = await makeKey(second, ['READ']);
    expect(await gate.identify(from(secret))).toMatchObject({ keyId: id });
    const revoked = performance.now();
    await revokeApiKey(second.db, operator, id);
    await until('the other server refuses it', async () => {
      try {
        await gate.identify(from(secret));
        return false;
      } catch {
        return true;
      }
    });
    expect(performance.now() - revoked).toBeLessThan(5_000);
  } finally {
    await second.close();
  }
});

test('keys cost no statement a request, and bad ones none at all but one a second for each address', async ({
  service,
}) => {
  const gate = createGate(service.db, { anonymous: 'never' });
  const { secret } = await makeKey(service, ['READ']);
  await gate.identify(from(secret));
  service.queries();
  for (let times = 0; times < 1_000; times += 1) await gate.identify(from(secret));
  for (let times = 0; times < 1_000; times += 1)
    await expect((async () => gate.identify(from(`rl_${'x'.repeat(62)}`)))()).rejects.toMatchObject({
      code: 'UNAUTHENTICATED',
    });
  // Reading the keys anew, in the background, is all that there may be.
  expect(service.queries().filter((sql) => !sql.includes('list_keys'))).toEqual([]);
  service.queries();
  for (let times = 0; times < 500; times += 1)
    await expect((async () => gate.identify(from(inventKey().secret)))()).rejects.toMatchObject({
      code: 'UNAUTHENTICATED',
    });
  expect(service.queries().length).toBeLessThan(10);
});

test('when a key was last used is noted, to the minute', async ({ service }) => {
  const { id, secret } = await makeKey(service, ['READ']);
  await settle(service, secret);
  await writeUses(service.db);
  const [{ used }] = await service.sql('SELECT last_used_at AS used FROM api_key WHERE id = $1', [id]);
  expect(used.getUTCSeconds()).toBe(0);
  expect(Date.now() - used.getTime()).toBeLessThan(120_000);
});

test('a stream ends within five seconds of the revocation of the key that opened it', async ({ service }) => {
  const gate = createGate(service.db, { anonymous: 'never' });
  const guarded = await openService({ database: { url: service.url }, isStillGood: gate.isStillGood });
  const server = await listen(guarded, { gate });
  try {
    const { id, secret } = await makeKey(service, ['READ']);
    const other = await makeKey(service, ['READ']);
    const open = async (key: string) => {
      const response = await fetch(`${server.origin}/graphql`, {
        method: 'POST',
        body: JSON.stringify({ query: 'subscription { changes { cursor } }' }),
        headers: {
          'content-type': 'application/json',
          accept: 'text/event-stream',
          authorization: `Bearer ${key}`,
        },
      });
      return response.body!.pipeThrough(new TextDecoderStream()).getReader();
    };
    const [mine, others] = [await open(secret), await open(other.secret)];
    await revokeApiKey(service.db, operator, id);
    const revoked = performance.now();
    for (let text = ''; !text.includes('event: complete'); ) {
      const { value, done } = await mine.read();
      if (done) break;
      text += value;
    }
    expect(performance.now() - revoked).toBeLessThan(5_000);
    // Whoever else follows goes on.
    await startRun(service);
    for (let text = ''; !text.includes('cursor'); ) text += (await others.read()).value;
    await others.cancel();
  } finally {
    await server.close();
    await guarded.close();
  }
});

test('a run token for one step logs to that step alone, and reads the run', async ({ service }) => {
  const run = await startRun(service, { name: 'r' });
  const step = await startStep(service, 'r', 'train');
  const sibling = await startStep(service, 'r', 'eval');
  const gate = createGate(service.db, { anonymous: 'never' });
  const server = await listen(service, { gate });
  try {
    const token = await signToken(service.db, { runId: run.id, stepId: step.id, expiresAt: Date.now() + 60_000 });
    const ask = async (query: string) => {
      const response = await server.post(JSON.stringify({ query }), { authorization: `Bearer ${token}` });
      const { errors } = await response.json();
      return errors?.[0].extensions.code ?? 'done';
    };
    const log = (target: string) =>
      ask(`mutation { logMetadata(input: { target: ${target}, metadata: { a: 1 } }) { replayed } }`);
    expect(await log(`{ stepId: "${step.id}" }`)).toBe('done');
    expect(await log('{ step: { run: "r", name: "train" } }')).toBe('done');
    expect(await log(`{ stepId: "${sibling.id}" }`)).toBe('FORBIDDEN');
    expect(await log('{ run: "r" }')).toBe('FORBIDDEN');
    expect(await ask('mutation { startStep(input: { run: "r", name: "more" }) { id } }')).toBe('FORBIDDEN');
    expect(await ask(`mutation { finishStep(id: "${sibling.id}") { id } }`)).toBe('FORBIDDEN');
    expect(await ask('{ pipelineRun(ref: "r") { steps { nodes { name } } } }')).toBe('done');
    expect(await ask(`mutation { finishStep(id: "${step.id}") { id } }`)).toBe('done');
    // Forged: another run, a later end, or signed by nobody.
    const [body, signature] = token.slice(4).split('.');
    const claims = JSON.parse(Buffer.from(body!, 'base64url').toString());
    const forge = (more: object) =>
      `rlt_${Buffer.from(JSON.stringify({ ...claims, ...more })).toString('base64url')}.${signature}`;
    for (const forged of [
      forge({ e: claims.e + 1 }),
      forge({ s: undefined }),
      forge({ k: 99 }),
      token.slice(0, -1),
      `${token}x`,
    ])
      await expect((async () => gate.identify(from(forged)))()).rejects.toMatchObject({ code: 'UNAUTHENTICATED' });
  } finally {
    await server.close();
  }
});

test('the keys of an issuer are rotated, and its outage is survived', async ({ service }) => {
  const issuer = await openIssuer();
  try {
    const { issuer: name, audience, jwksUrl } = issuer;
    const verifyJwt = createJwtVerifier({
      issuer: name,
      audience,
      jwksUrl,
      scopesClaim: 'scope',
      pipelinesClaim: 'pipelines',
    });
    const gate = createGate(service.db, { anonymous: 'never', verifyJwt });
    const token = await issuer.sign({ scope: 'read', pipelines: ['iris*', 'wine'] });
    expect(await gate.identify(from(token))).toMatchObject({
      kind: 'jwt',
      name: 'ada',
      pipelines: ['iris*', 'wine'],
      sight: { of: 'pipelines', names: ['wine'], prefixes: ['iris'] },
    });
    issuer.isUp = false;
    expect(await gate.identify(from(await issuer.sign({ scope: ['WRITE'] })))).toMatchObject({ kind: 'jwt' });
    const asked = issuer.asked;
    for (let times = 0; times < 50; times += 1) await gate.identify(from(token));
    expect(issuer.asked).toBe(asked);
    issuer.isUp = true;
    await issuer.rotate();
    // A key that is not known yet is asked for, though not at every turn.
    const next = await issuer.sign({ scope: 'read' });
    await until('the new key is known', async () => {
      try {
        await gate.identify(from(next));
        return true;
      } catch {
        return false;
      }
    });
    for (const bad of [{}, { scope: 'none' }, { scope: 'read', pipelines: 5 }, { scope: 'read', pipelines: [] }])
      await expect((async () => gate.identify(from(await issuer.sign(bad))))()).rejects.toMatchObject({
        code: 'UNAUTHENTICATED',
      });
  } finally {
    issuer.close();
  }
});
