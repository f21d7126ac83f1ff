import { randomBytes } from 'node:crypto';
import { describe, expect } from 'vitest';
import type { TestServer } from '../support/http.ts';
import { startRun, startStep } from '../support/ledger.ts';
import { openService, type TestService } from '../support/service.ts';
import { test as base } from '../support/test.ts';

// One request, whatever way it comes in: by POST, by GET, as a stream of events. The codes and the status are the same.

const role = `runledger_test_role_${randomBytes(5).toString('hex')}`;
const seen: string[] = [];
const perFile = { scope: 'file' } as const;

const test = base
  // The owner of the tables, who is not failed.
  .extend('owner', perFile, async ({ database }, { onCleanup }) => {
    const owner = await openService({ database });
    onCleanup(owner.close);
    return owner;
  })
  .extend('stepId', { ...perFile, auto: true }, async ({ owner }) => {
    await startRun(owner, { name: 'r' });
    return (await startStep(owner, 'r', 's')).id;
  })
  .extend('urlOfRole', perFile, async ({ owner, database }, { onCleanup }) => {
    await owner.sql(`CREATE ROLE ${role} LOGIN PASSWORD 'secret'`);
    // Who is no superuser can only take back what belongs to a role that it is a member of.
    await owner.sql(`GRANT ${role} TO CURRENT_USER`);
    onCleanup(() => owner.sql(`DROP OWNED BY ${role}; DROP ROLE ${role}`).then(() => {}));
    await owner.sql(`GRANT ALL ON ALL TABLES IN SCHEMA public TO ${role}`);
    await owner.sql(`GRANT ALL ON ALL SEQUENCES IN SCHEMA public TO ${role}`);
    await owner.sql(`CREATE FUNCTION fail_with(state text) RETURNS boolean LANGUAGE plpgsql AS
      $$ BEGIN RAISE EXCEPTION 'made to fail' USING ERRCODE = state; END $$`);
    const url = new URL(database.url);
    url.username = role;
    url.password = 'secret';
    return url.href;
  })
  // Its own role, so that the database can be made to fail it at a row.
  .extend('service', perFile, async ({ urlOfRole }, { onCleanup }) => {
    const service = await openService({
      database: { url: urlOfRole },
      observers: [
        {
          onExecute: () => void seen.push('execute'),
          onSubscribe: () => void seen.push('subscribe'),
          onExecutionResult: () => void seen.push('result'),
        },
      ],
    });
    onCleanup(service.close);
    return service;
  });

type Request = { query: string; operationName?: string; variables?: unknown };
type Outcome = { status: number; codes: string[]; data: unknown };

const codesOf = ({ errors }: { errors?: { extensions: { code: string } }[] }) =>
  (errors ?? []).map(({ extensions }) => extensions.code);

async function byPost(server: TestServer, request: Request, accept = 'application/json', path = ''): Promise<Response> {
  return fetch(`${server.origin}/graphql${path}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', accept },
    body: JSON.stringify(request),
  });
}

async function byGet(
  server: TestServer,
  { query, operationName, variables }: Request,
  accept = 'application/json',
): Promise<Response> {
  const search = new URLSearchParams({ query });
  if (operationName) search.set('operationName', operationName);
  if (variables !== undefined) search.set('variables', JSON.stringify(variables));
  return fetch(`${server.origin}/graphql?${search}`, { headers: { accept } });
}

async function outcomeOf(response: Response): Promise<Outcome> {
  const answer = await response.json();
  return { status: response.status, codes: codesOf(answer), data: answer.data };
}

/** Of a stream that gives one result and is complete. */
async function outcomeOfStream(response: Response): Promise<Outcome> {
  expect(response.headers.get('content-type')).toContain('text/event-stream');
  const text = await response.text();
  expect(text).toMatch(/event: complete\ndata:\n\n$/);
  const results = [...text.matchAll(/^event: next\ndata: (.*)$/gm)].map((match) => JSON.parse(match[1]!));
  expect(results).toHaveLength(1);
  return { status: response.status, codes: codesOf(results[0]), data: results[0].data };
}

const deep = `{ pipelineRun(ref: "r") ${'{ steps { nodes { run '.repeat(6)}{ id }${' } } }'.repeat(6)} }`;
const first = 'query ($first: Int!) { pipelineRuns(first: $first) { totalCount } }';

const queries: [string, Request, Outcome][] = [
  ['a query', { query: '{ __typename }' }, { status: 200, codes: [], data: { __typename: 'Query' } }],
  ['that does not parse', { query: '{' }, { status: 200, codes: ['GRAPHQL_PARSE_FAILED'], data: undefined }],
  ['that is not valid', { query: '{ nope }' }, { status: 200, codes: ['GRAPHQL_VALIDATION_FAILED'], data: undefined }],
  [
    'with too many aliases',
    { query: `{ ${'a: __typename '.repeat(101)} }` },
    { status: 400, codes: ['BAD_USER_INPUT'], data: undefined },
  ],
  ['that is too deep', { query: deep }, { status: 400, codes: ['BAD_USER_INPUT'], data: undefined }],
  [
    'that asks for too much',
    { query: '{ pipelineRuns(first: 200) { nodes { steps(first: 200) { nodes { metadata { run { id } } } } } } }' },
    { status: 400, codes: ['BAD_USER_INPUT'], data: undefined },
  ],
  [
    'with an operation that is not there',
    { query: 'query A { __typename }', operationName: 'B' },
    { status: 400, codes: ['BAD_USER_INPUT'], data: undefined },
  ],
  [
    'with a variable that is missing',
    { query: first, variables: {} },
    { status: 200, codes: ['BAD_USER_INPUT'], data: undefined },
  ],
  [
    'with a variable of another type',
    { query: first, variables: { first: 'x' } },
    { status: 200, codes: ['BAD_USER_INPUT'], data: undefined },
  ],
  [
    'with variables that are not an object',
    { query: first, variables: [] },
    { status: 400, codes: ['BAD_USER_INPUT'], data: undefined },
  ],
  [
    'that a rule refuses',
    { query: first, variables: { first: 201 } },
    { status: 200, codes: ['BAD_USER_INPUT'], data: null },
  ],
];
const start = (input: string) => ({ query: `mutation { startStep(input: ${input}) { id run { id } } }` });
const mutations: [string, (stepId: string) => Request, Outcome][] = [
  [
    'a mutation that finds no run',
    () => start('{ run: "none", name: "s" }'),
    { status: 200, codes: ['NOT_FOUND'], data: null },
  ],
  [
    'a mutation that contradicts what is there',
    (stepId) => start(`{ id: "${stepId}", run: "r", name: "t" }`),
    { status: 200, codes: ['CONFLICT'], data: null },
  ],
];

const ways: [string, (server: TestServer, request: Request) => Promise<Outcome>][] = [
  ['POST', async (server, request) => outcomeOf(await byPost(server, request))],
  ['POST for a stream', async (server, request) => outcomeOfStream(await byPost(server, request, 'text/event-stream'))],
  [
    'POST for either',
    async (server, request) => outcomeOf(await byPost(server, request, 'application/json, text/event-stream')),
  ],
];
const waysOfQueries: typeof ways = [
  ...ways,
  ['GET', async (server, request) => outcomeOf(await byGet(server, request))],
  ['GET for a stream', async (server, request) => outcomeOfStream(await byGet(server, request, 'text/event-stream'))],
];

describe.each(waysOfQueries)('by %s', (_way, ask) => {
  test.for(queries)('a request %s', async ([_name, request, expected], { server }) => {
    expect(await ask(server, request)).toEqual(expected);
  });
});

describe.each(ways)('by %s', (_way, ask) => {
  test.for(mutations)('%s', async ([_name, request, expected], { server, stepId }) => {
    expect(await ask(server, request(stepId))).toEqual(expected);
  });
});

test.for(queries)(
  'over the stream protocol: a request %s has the same codes',
  async ([_name, request, expected], { server }) => {
    const response = await byPost(server, request, 'text/event-stream', '/stream');
    // The library judges the form of a request itself, before it asks us.
    if (Array.isArray(request.variables)) return expect(response.status).toBe(400);
    expect(codesOf(JSON.parse(/^data: (.+)$/m.exec(await response.text())![1]!))).toEqual(expected.codes);
  },
);

test.for(queries)('a request %s that takes graphql-response+json', async ([_name, request, expected], { server }) => {
  const { status, codes, data } = await outcomeOf(await byPost(server, request, 'application/graphql-response+json'));
  // Here a request that was never executed is 400, as the specification has it.
  expect({ status, codes, data }).toEqual({ ...expected, status: expected.data === undefined ? 400 : 200 });
});

describe('when the database fails', () => {
  // A row of the run cannot be read any more: a write to a step by its id does not look at it, its payload does.
  const failAtRuns = async (owner: TestService, state: string) => {
    await owner.sql('ALTER TABLE pipeline_run ENABLE ROW LEVEL SECURITY');
    await owner.sql('DROP POLICY IF EXISTS failing ON pipeline_run');
    await owner.sql(`CREATE POLICY failing ON pipeline_run USING (fail_with('${state}'))`);
  };
  const read = { query: '{ pipelineRun(ref: "r") { id } }' };
  const log = (stepId: string, value: number, payload: string) => ({
    query: `mutation { logMetadata(input: { target: { stepId: "${stepId}" }, metadata: { k: ${value} } }) { ${payload} } }`,
  });
  const written = async (owner: TestService, value: number) =>
    (await owner.sql(`SELECT FROM metadata_entry WHERE value::text = '${value}'`)).length;

  describe('as if it were away', () => {
    test.beforeEach(({ owner }) => failAtRuns(owner, '57P01'));

    test.for(waysOfQueries)('a read by %s is UNAVAILABLE, 503', async ([_way, ask], { server }) => {
      expect(await ask(server, read)).toEqual({ status: 503, codes: ['UNAVAILABLE'], data: { pipelineRun: null } });
    });
    test.for(ways)(
      'a mutation of which nothing was done, by %s, is UNAVAILABLE, 503',
      async ([_way, ask], { server }) => {
        const request = { query: 'mutation { finishRun(ref: "r") { id } }' };
        expect(await ask(server, request)).toEqual({ status: 503, codes: ['UNAVAILABLE'], data: null });
      },
    );
    test.for(ways)(
      'after the write was committed, by %s, it is TIMEOUT: something was done',
      async ([way, ask], { server, owner, stepId }) => {
        const value = ways.findIndex(([name]) => name === way) + 1_000;
        const outcome = await ask(server, log(stepId, value, 'run { name }'));
        expect(outcome).toEqual({ status: 200, codes: ['TIMEOUT'], data: null });
        expect(await written(owner, value)).toBe(1);
      },
    );
  });

  describe('in a way that nobody foresaw', () => {
    test.beforeEach(({ owner }) => failAtRuns(owner, 'XX000'));

    test.for(waysOfQueries)('a read by %s is masked, and logged once', async ([_way, ask], { server, service }) => {
      service.unexpected.length = 0;
      expect(await ask(server, read)).toEqual({
        status: 200,
        codes: ['INTERNAL_SERVER_ERROR'],
        data: { pipelineRun: null },
      });
      expect(service.unexpected).toHaveLength(1);
    });
    test.for(ways)('a payload by %s is masked, and logged once', async ([_way, ask], { server, service, stepId }) => {
      service.unexpected.length = 0;
      expect(await ask(server, log(stepId, 1, 'run { name }'))).toMatchObject({
        status: 200,
        codes: ['INTERNAL_SERVER_ERROR'],
      });
      expect(service.unexpected).toHaveLength(1);
    });
  });
});

describe('by GET', () => {
  const get = (server: TestServer, search: string, accept = 'application/json') =>
    fetch(`${server.origin}/graphql${search}`, { headers: { accept } });

  test.for([
    '',
    '?',
    '?query=',
    '?variables={}',
    '?query={__typename}&variables=nope',
    '?query={__typename}&variables=[]',
  ])('%j is 400, BAD_USER_INPUT, and nothing is logged', async (search, { server, service }) => {
    service.unexpected.length = 0;
    expect(await outcomeOf(await get(server, search))).toEqual({
      status: 400,
      codes: ['BAD_USER_INPUT'],
      data: undefined,
    });
    expect(service.unexpected).toEqual([]);
  });
  test('a mutation is 405, with what is allowed', async ({ server }) => {
    const response = await get(server, `?query=${encodeURIComponent('mutation { startRun { id } }')}`);
    expect(response.headers.get('allow')).toBe('POST');
    expect(await outcomeOf(response)).toEqual({ status: 405, codes: ['BAD_USER_INPUT'], data: undefined });
  });
  test('HEAD is a GET without a body', async ({ server }) => {
    const response = await fetch(`${server.origin}/health`, { method: 'HEAD' });
    expect([response.status, await response.text()]).toEqual([200, '']);
  });
});

test('a subscription is not answered where no stream is taken', async ({ server }) => {
  const subscription = { query: 'subscription { metadataLogged(ref: "r") { id } }' };
  expect(await outcomeOf(await byPost(server, subscription))).toEqual({
    status: 400,
    codes: ['BAD_USER_INPUT'],
    data: undefined,
  });
});

test('over the stream protocol numbers in variables keep every digit', async ({ server, owner }) => {
  const query =
    'mutation ($m: JSONObject) { logMetadata(input: { target: { run: "r" }, metadata: $m }) { entries { value } } }';
  await owner.sql('ALTER TABLE pipeline_run DISABLE ROW LEVEL SECURITY');
  const response = await fetch(`${server.origin}/graphql/stream`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', accept: 'text/event-stream' },
    body: `{"query":${JSON.stringify(query)},"variables":{"m":{"k":9007199254740993}}}`,
  });
  expect(await response.text()).toContain('"value":9007199254740993}');
});

test('observers see every request, by whatever way it comes', async ({ server }) => {
  for (const [way, ask] of waysOfQueries) {
    seen.length = 0;
    await ask(server, { query: '{ __typename }' });
    expect(seen, way).toEqual(['execute', 'result']);
  }
  seen.length = 0;
  await (await byPost(server, { query: '{ __typename }' }, 'text/event-stream', '/stream')).text();
  expect(seen).toEqual(['execute', 'result']);
  seen.length = 0;
  const refused = { query: 'subscription { metadataLogged(ref: "none") { id } }' };
  await (await byPost(server, refused, 'text/event-stream')).text();
  expect(seen).toEqual(['subscribe', 'result']);
});
