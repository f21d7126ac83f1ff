import { expect } from 'vitest';
import { createGate } from '../../src/domain/access/gate.ts';
import { makeKey as inventKey } from '../../src/domain/access/key-format.ts';
import { revokeApiKey } from '../../src/domain/access/revoke-api-key.ts';
import { signToken } from '../../src/domain/access/run-token.ts';
import { createJwtVerifier } from '../../src/http/jwt.ts';
import { schema } from '../../src/schema/index.ts';
import { type Issuer, makeKey, openIssuer, operator } from '../support/callers.ts';
import { listen, type TestServer } from '../support/http.ts';
import { log, startRun, startStep } from '../support/ledger.ts';
import type { TestService } from '../support/service.ts';
import { test as base } from '../support/test.ts';

// Every root field × everybody who may ask. What must come of it is written by hand, from what is promised; nothing of it is
// worked out from the code.

const callers = [
  'nothing',
  'malformed',
  'wrong',
  'expired',
  'revoked',
  'READ',
  'WRITE',
  'ADMIN',
  'ADMIN of another pipeline',
  'token of this run',
  'token of another run',
  'token of an ended run',
  'token that has expired',
  'JWT: READ, WRITE',
  'JWT that has expired',
  'JWT of another audience',
  'JWT that is not signed',
] as const;
type CallerName = (typeof callers)[number];

/** What comes of it: it is done, nothing is there, or the code of the error. */
type Outcome = 'done' | 'nothing' | 'UNAUTHENTICATED' | 'FORBIDDEN' | 'NOT_FOUND';

/** Whoever is not known is refused before anything is looked at, whatever is asked. */
const unknown: CallerName[] = [
  'nothing',
  'malformed',
  'wrong',
  'expired',
  'revoked',
  'token of an ended run',
  'token that has expired',
  'JWT that has expired',
  'JWT of another audience',
  'JWT that is not signed',
];

type Row = Record<Exclude<CallerName, (typeof unknown)[number]> & string, Outcome>;

const row = (
  read: Outcome,
  write: Outcome,
  admin: Outcome,
  elsewhere: Outcome,
  token: Outcome,
  otherToken: Outcome,
  jwt: Outcome,
) =>
  ({
    READ: read,
    WRITE: write,
    ADMIN: admin,
    'ADMIN of another pipeline': elsewhere,
    'token of this run': token,
    'token of another run': otherToken,
    'JWT: READ, WRITE': jwt,
  }) as Row;

type Ids = { run: string; step: string; before: string; entry: string };

/** Each field: how it is asked, and what comes of it for READ, WRITE, ADMIN, ADMIN elsewhere, the tokens, the JWT. */
const fields: Record<string, { ask: (ids: Ids) => string; expected: Row }> = {
  'Query.pipelineRun': {
    ask: ({ run }) => `{ it: pipelineRun(ref: "${run}") { id } }`,
    expected: row('done', 'FORBIDDEN', 'done', 'nothing', 'done', 'nothing', 'done'),
  },
  'Query.pipelineRuns': {
    ask: ({ run }) => `{ it: pipelineRuns(filter: { namePrefix: "${run}" }) { nodes { id } } }`,
    expected: row('done', 'FORBIDDEN', 'done', 'nothing', 'done', 'nothing', 'done'),
  },
  'Query.step': {
    ask: ({ step }) => `{ it: step(id: "${step}") { id } }`,
    expected: row('done', 'FORBIDDEN', 'done', 'nothing', 'done', 'nothing', 'done'),
  },
  'Query.metadataKeys': {
    ask: ({ run }) => `{ it: metadataKeys(prefix: "${run}") { key } }`,
    expected: row('done', 'FORBIDDEN', 'done', 'nothing', 'done', 'nothing', 'done'),
  },
  'Query.compareRuns': {
    ask: ({ run }) => `{ it: compareRuns(refs: ["${run}"]) { runs { id } } }`,
    expected: row('done', 'FORBIDDEN', 'done', 'NOT_FOUND', 'done', 'NOT_FOUND', 'done'),
  },
  'Query.series': {
    ask: ({ run }) => `{ it: series(refs: ["${run}"], keys: ["${run}"]) { total } }`,
    expected: row('done', 'FORBIDDEN', 'done', 'NOT_FOUND', 'done', 'NOT_FOUND', 'done'),
  },
  'Query.runFacets': {
    ask: ({ run }) => `{ it: runFacets(filter: { namePrefix: "${run}" }) { total } }`,
    expected: row('done', 'FORBIDDEN', 'done', 'nothing', 'done', 'nothing', 'done'),
  },
  'Query.pipelines': {
    ask: () => '{ it: pipelines(prefix: "mine") { nodes { name } } }',
    expected: row('done', 'FORBIDDEN', 'done', 'nothing', 'done', 'done', 'done'),
  },
  'Query.service': {
    ask: () => '{ it: service { version viewer { name } } }',
    expected: row('done', 'FORBIDDEN', 'done', 'done', 'done', 'done', 'done'),
  },
  'Query.apiKeys': {
    ask: () => '{ it: apiKeys { id } }',
    expected: row('FORBIDDEN', 'FORBIDDEN', 'done', 'FORBIDDEN', 'FORBIDDEN', 'FORBIDDEN', 'FORBIDDEN'),
  },
  'Query.auditLog': {
    ask: () => '{ it: auditLog { nodes { id } } }',
    expected: row('FORBIDDEN', 'FORBIDDEN', 'done', 'FORBIDDEN', 'FORBIDDEN', 'FORBIDDEN', 'FORBIDDEN'),
  },
  'Mutation.startRun': {
    ask: ({ run }) =>
      `mutation { it: startRun(input: { name: "again ${run} ${Math.random()}", pipeline: "mine" }) { id } }`,
    expected: row('FORBIDDEN', 'done', 'done', 'FORBIDDEN', 'FORBIDDEN', 'FORBIDDEN', 'done'),
  },
  'Mutation.finishRun': {
    ask: ({ run }) => `mutation { it: finishRun(ref: "${run}") { id } }`,
    expected: row('FORBIDDEN', 'done', 'done', 'NOT_FOUND', 'FORBIDDEN', 'FORBIDDEN', 'done'),
  },
  'Mutation.startStep': {
    ask: ({ run }) => `mutation { it: startStep(input: { run: "${run}", name: "more" }) { id } }`,
    expected: row('FORBIDDEN', 'done', 'done', 'NOT_FOUND', 'done', 'NOT_FOUND', 'done'),
  },
  'Mutation.finishStep': {
    ask: ({ step }) => `mutation { it: finishStep(id: "${step}") { id } }`,
    expected: row('FORBIDDEN', 'done', 'done', 'NOT_FOUND', 'done', 'NOT_FOUND', 'done'),
  },
  'Mutation.keepAlive': {
    ask: ({ step }) => `mutation { it: keepAlive(stepIds: ["${step}"]) }`,
    // Ids that are unknown change nothing, and are no error.
    expected: row('FORBIDDEN', 'done', 'done', 'done', 'done', 'done', 'done'),
  },
  'Mutation.logMetadata': {
    ask: ({ step }) =>
      `mutation { it: logMetadata(input: { target: { stepId: "${step}" }, metadata: { a: 1 } }) { replayed } }`,
    expected: row('FORBIDDEN', 'done', 'done', 'NOT_FOUND', 'done', 'NOT_FOUND', 'done'),
  },
  'Mutation.logMetadataBatch': {
    ask: ({ run }) =>
      `mutation { it: logMetadataBatch(inputs: [{ target: { run: "${run}" }, metadata: { a: 1 } }]) { replayed } }`,
    expected: row('FORBIDDEN', 'done', 'done', 'NOT_FOUND', 'done', 'NOT_FOUND', 'done'),
  },
  'Mutation.retractMetadata': {
    ask: ({ entry }) => `mutation { it: retractMetadata(entryId: "${entry}", reason: "no") { latest { id } } }`,
    expected: row('FORBIDDEN', 'FORBIDDEN', 'done', 'NOT_FOUND', 'FORBIDDEN', 'FORBIDDEN', 'FORBIDDEN'),
  },
  'Mutation.deleteRun': {
    ask: ({ run }) => `mutation { it: deleteRun(ref: "${run}") }`,
    expected: row('FORBIDDEN', 'FORBIDDEN', 'done', 'NOT_FOUND', 'FORBIDDEN', 'FORBIDDEN', 'FORBIDDEN'),
  },
  'Mutation.createApiKey': {
    ask: () => 'mutation { it: createApiKey(input: { name: "x", scopes: [READ] }) { secret } }',
    expected: row('FORBIDDEN', 'FORBIDDEN', 'done', 'FORBIDDEN', 'FORBIDDEN', 'FORBIDDEN', 'FORBIDDEN'),
  },
  'Mutation.revokeApiKey': {
    ask: () => 'mutation { it: revokeApiKey(id: "unknown") { id } }',
    expected: row('FORBIDDEN', 'FORBIDDEN', 'NOT_FOUND', 'FORBIDDEN', 'FORBIDDEN', 'FORBIDDEN', 'FORBIDDEN'),
  },
  'Mutation.createRunToken': {
    ask: ({ run }) => `mutation { it: createRunToken(input: { run: "${run}" }) { token } }`,
    expected: row('FORBIDDEN', 'done', 'done', 'NOT_FOUND', 'FORBIDDEN', 'FORBIDDEN', 'done'),
  },
  'Subscription.metadataLogged': {
    ask: ({ run, before }) => `subscription { it: metadataLogged(ref: "${run}", after: "${before}") { id } }`,
    expected: row('done', 'FORBIDDEN', 'done', 'NOT_FOUND', 'done', 'NOT_FOUND', 'done'),
  },
  'Subscription.changes': {
    ask: ({ entry }) => `subscription { it: changes(after: "${BigInt(entry) - 1n}") { cursor } }`,
    expected: row('done', 'FORBIDDEN', 'done', 'nothing', 'done', 'nothing', 'done'),
  },
};

const test = base
  .extend('issuer', { scope: 'file' }, async ({ postgresUrl: _postgresUrl }, { onCleanup }) => {
    const issuer = await openIssuer();
    onCleanup(async () => issuer.close());
    return issuer;
  })
  .extend('guarded', { scope: 'file' }, async ({ service, issuer }, { onCleanup }) => {
    const { issuer: name, audience, jwksUrl } = issuer as Issuer;
    const verifyJwt = createJwtVerifier({
      issuer: name,
      audience,
      jwksUrl,
      scopesClaim: 'scope',
      pipelinesClaim: 'pipelines',
    });
    const server = await listen(service, { gate: createGate(service.db, { anonymous: 'never', verifyJwt }) });
    onCleanup(server.close);
    return server;
  });

let secrets: Partial<Record<CallerName, string>> = {};
let ofAnother = '';
test.beforeAll(async ({ service, issuer }) => {
  const key = async (...parameters: Parameters<typeof makeKey> extends [unknown, ...infer Rest] ? Rest : never) =>
    (await makeKey(service, ...parameters)).secret;
  const another = await startRun(service, { name: 'another', pipeline: 'mine' });
  const ended = await startRun(service, { name: 'ended', pipeline: 'mine' });
  const later = Date.now() + 3_600_000;
  const endedToken = await signToken(service.db, { runId: ended.id, stepId: null, expiresAt: later });
  await service.run('mutation { finishRun(ref: "ended") { id } }');
  ofAnother = await signToken(service.db, { runId: another.id, stepId: null, expiresAt: later });
  const expired = await makeKey(service, ['ADMIN']);
  await service.sql(`UPDATE api_key SET expires_at = now() - interval '1 s' WHERE id = $1`, [expired.id]);
  const revoked = await makeKey(service, ['ADMIN']);
  await revokeApiKey(service.db, operator, revoked.id);
  const claims = { scope: 'runledger:read runledger:write' };
  const [, body] = (await issuer.sign(claims)).split('.');
  secrets = {
    malformed: `rl_${'x'.repeat(60)}`,
    wrong: inventKey().secret,
    expired: expired.secret,
    revoked: revoked.secret,
    READ: await key(['READ']),
    WRITE: await key(['WRITE']),
    ADMIN: await key(['ADMIN']),
    'ADMIN of another pipeline': await key(['ADMIN', 'READ', 'WRITE'], { pipelines: ['other*', 'min'] }),
    'token of another run': ofAnother,
    'token of an ended run': endedToken,
    'token that has expired': await signToken(service.db, {
      runId: another.id,
      stepId: null,
      expiresAt: Date.now() - 5_000,
    }),
    'JWT: READ, WRITE': await issuer.sign(claims),
    'JWT that has expired': await issuer.sign(claims, { expires: '-1m' }),
    'JWT of another audience': await issuer.sign(claims, { audience: 'elsewhere' }),
    'JWT that is not signed': `${Buffer.from('{"alg":"none"}').toString('base64url')}.${body}.`,
  };
});

let places = 0;
/** A run of the pipeline `mine` with a step, and an entry under a key that is its name. */
async function ledger(service: TestService): Promise<Ids> {
  places += 1;
  const run = `r${String(places).padStart(4, '0')}`;
  await startRun(service, { name: run, pipeline: 'mine' });
  const { id: step } = await startStep(service, run, 's');
  const first = await log(service, { run }, { first: 1 });
  const { entries } = await log(service, { run }, { [run]: 1 });
  return { run, step, before: first.entries[0]!.id, entry: entries[0]!.id };
}

/** What comes of a question. Of a subscription the first event counts; none within a moment is nothing. */
async function outcome(server: TestServer, query: string, secret: string | undefined): Promise<Outcome | string> {
  const isStream = query.startsWith('subscription');
  const controller = new AbortController();
  const response = await fetch(`${server.origin}/graphql`, {
    method: 'POST',
    body: JSON.stringify({ query }),
    headers: {
      'content-type': 'application/json',
      ...(isStream ? { accept: 'text/event-stream' } : {}),
      ...(secret === undefined ? {} : { authorization: `Bearer ${secret}` }),
    },
    signal: controller.signal,
  });
  const status = { UNAUTHENTICATED: 401, FORBIDDEN: 403 };
  const judge = ({ data, errors }: { data?: { it: unknown }; errors?: { extensions: { code: string } }[] }) => {
    const code = errors?.[0]?.extensions.code;
    if (code) {
      const expected = status[code as keyof typeof status];
      if (expected) expect(response.status, code).toBe(expected);
      return code;
    }
    const it = data?.it as Record<string, unknown> | unknown[] | null;
    const list = Array.isArray(it) ? it : ((it as { nodes?: unknown[] } | null)?.nodes ?? null);
    const isEmpty = it === null || list?.length === 0 || (it as { total?: number }).total === 0;
    return isEmpty ? 'nothing' : 'done';
  };
  const isEvents = response.headers.get('content-type')?.includes('event-stream');
  if (!isEvents) return judge(await response.json());
  const reader = response.body!.pipeThrough(new TextDecoderStream()).getReader();
  const late = new Promise<null>((resolve) => setTimeout(() => resolve(null), 400));
  let text = '';
  for (;;) {
    const piece = await Promise.race([reader.read(), late]);
    if (piece === null || piece.done) break;
    text += piece.value;
    if (/^data: \{/m.test(text)) break;
  }
  controller.abort();
  const event = /^data: (\{.*)$/m.exec(text)?.[1];
  return event ? judge(JSON.parse(event)) : 'nothing';
}

test('the table has every root field', () => {
  const roots = [schema.getQueryType(), schema.getMutationType(), schema.getSubscriptionType()];
  const names = roots.flatMap((type) => Object.keys(type!.getFields()).map((field) => `${type!.name}.${field}`));
  expect(Object.keys(fields).sort()).toEqual(names.sort());
});

test.for(Object.keys(fields))('%s', { timeout: 60_000 }, async (name, { service, guarded }) => {
  const { ask, expected } = fields[name]!;
  for (const caller of callers) {
    const ids = await ledger(service);
    const run = (await service.run('query ($r: String!) { pipelineRun(ref: $r) { id } }', { r: ids.run })).pipelineRun
      .id;
    const secret =
      caller === 'token of this run'
        ? await signToken(service.db, { runId: run, stepId: null, expiresAt: Date.now() + 3_600_000 })
        : secrets[caller];
    const wanted = unknown.includes(caller) ? 'UNAUTHENTICATED' : expected[caller as keyof Row];
    expect(await outcome(guarded, ask(ids), secret), `${name} by ${caller}`).toBe(wanted);
  }
});
