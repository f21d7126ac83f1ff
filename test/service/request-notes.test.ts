import { describe, expect } from 'vitest';
import type { ServiceProcess } from '../support/service-process.ts';
import { testAlone as test } from '../support/test.ts';
import { until } from '../support/until.ts';

// How a request is known: to its caller, in the log, in a trace.

const traceId = '0af7651916cd43dd8448eb211c80319c';
const traceparent = `00-${traceId}-b7ad6b7169203331-01`;

const post = (url: string, body: string, headers: Record<string, string> = {}) =>
  fetch(url, { method: 'POST', body, headers: { 'content-type': 'application/json', ...headers } });
const query = (text: string, variables?: object) => JSON.stringify({ query: text, variables });
const requestId = (response: Response) => response.headers.get('x-request-id');

/** The lines of the log with this message, once there are so many. */
async function lines(service: ServiceProcess, message: string, count: number) {
  const found = () =>
    service.logged.map((line) => JSON.parse(line) as Record<string, unknown>).filter(({ msg }) => msg === message);
  await until(`there are ${count} lines: ${message}`, () => found().length >= count);
  return found();
}

describe('x-request-id', () => {
  test.for(['abc', 'A1b2:c3/d4+e=@f.-_', 'x'.repeat(128)])('%s is taken and answered', async (id, { server }) => {
    const response = await server.post(query('{ __typename }'), { 'x-request-id': id });
    expect(requestId(response)).toBe(id);
  });

  test.for(['', 'x'.repeat(129), 'a b', 'a"b', 'a\tb', '<b>', 'ü'])(
    '%j is not: one is made',
    async (id, { server }) => {
      const made = await Promise.all([1, 2].map(() => server.post(query('{ __typename }'), { 'x-request-id': id })));
      const ids = made.map(requestId);
      for (const each of ids) expect(each).toMatch(/^[\w-]{8,40}$/);
      expect(new Set(ids).size).toBe(2);
    },
  );

  test('is in every answer, whatever becomes of the request', async ({ server }) => {
    const headers = { 'x-request-id': 'me-1', 'content-type': 'application/json' };
    const ask = (path: string, more: RequestInit = {}, further: Record<string, string> = {}) =>
      fetch(`${server.origin}${path}`, { redirect: 'manual', ...more, headers: { ...headers, ...further } });
    for (const response of [
      await ask('/'),
      await ask('/health'),
      await ask('/ready'),
      await ask('/nowhere'),
      await ask('/graphql', { method: 'PUT' }),
      await ask('/graphql', { method: 'POST', body: '{' }),
      await ask('/graphql', { method: 'OPTIONS' }),
      await ask('/graphql', { method: 'POST', body: 'x' }, { 'content-type': 'text/plain' }),
      await ask('/graphql', {}, { accept: 'text/html' }),
      await ask('/graphql', { method: 'POST', body: query('{ __typename }') }, { accept: 'text/event-stream' }),
      await ask('/graphql/stream', { method: 'POST', body: query('{ __typename }') }, { accept: 'text/event-stream' }),
    ]) {
      expect(requestId(response), `${response.status}`).toBe('me-1');
      await response.body?.cancel();
    }
  });
});

test('an error that the caller is not shown is logged under its request id, with the trace of the caller', async ({
  startService,
  client,
}) => {
  const service = await startService();
  await client.query('ALTER TABLE pipeline_run RENAME COLUMN pipeline TO secret_column');
  const headers = { 'x-request-id': 'mine-7', traceparent };
  const response = await post(service.url, query('{ pipelineRuns(first: 1) { nodes { id } } }'), headers);
  const { errors } = (await response.json()) as { errors: { message: string; extensions: object }[] };
  expect(errors[0]!.extensions).toEqual({ code: 'INTERNAL_SERVER_ERROR', requestId: 'mine-7' });
  const [line] = await lines(service, 'unexpected error', 1);
  expect(line).toMatchObject({ level: 50, requestId: 'mine-7', traceId });
  expect(JSON.stringify(line)).toContain('pipeline');
});

test.for([
  `00-${'0'.repeat(32)}-b7ad6b7169203331-01`,
  `00-${traceId}-${'0'.repeat(16)}-01`,
  `ff-${traceId}-b7ad6b7169203331-01`,
  `00-${traceId.toUpperCase()}-b7ad6b7169203331-01`,
  `00-${traceId}-b7ad6b7169203331-01-more`,
  `00-${traceId}-b7ad6b7169203331`,
  'x',
])('traceparent %j is none', async (bad, { startService }) => {
  const service = await startService({ LOG_LEVEL: 'debug' });
  await post(service.url, query('{ __typename }'), { traceparent: bad });
  const [line] = await lines(service, 'request', 1);
  expect(line).not.toHaveProperty('traceId');
});

test('at debug each request has one line, without anything that it carries', async ({ startService }) => {
  const service = await startService({ LOG_LEVEL: 'debug', SLOW_REQUEST_MS: '0' });
  const later = `01-${traceId}-b7ad6b7169203331-00-what-may-come`;
  await post(service.url, query('query Named { secret: __typename }'), { 'x-request-id': 'a', traceparent });
  await post(service.url, query('{ nothing(secret: 1) }'), { 'x-request-id': 'b', traceparent: later });
  await fetch(`${new URL('/nowhere', service.url)}?secret=1`, { headers: { 'x-request-id': 'c' } });
  const said = await lines(service, 'request', 3);
  const common = { level: 20, time: expect.any(Number), totalMs: expect.any(Number), msg: 'request' };
  const asked = { ...common, method: 'POST', path: '/graphql' };
  expect(said).toEqual([
    {
      ...asked,
      requestId: 'a',
      traceId,
      status: 200,
      operation: 'query',
      operationName: 'Named',
      way: 'json',
      code: 'OK',
    },
    { ...asked, requestId: 'b', traceId, status: 200 },
    { ...common, requestId: 'c', method: 'GET', path: '/nowhere', status: 404 },
  ]);
});

test('a slow request is told with its name and where its time went', async ({ startService, client }) => {
  const service = await startService({ LOG_LEVEL: 'warn', SLOW_REQUEST_MS: '300' });
  const start = 'mutation Start { startRun(input: { name: "r" }) { id } }';
  const { data } = (await (await post(service.url, query(start))).json()) as { data: { startRun: { id: string } } };
  await client.query('BEGIN');
  await client.query('SELECT FROM pipeline_run WHERE id = $1 FOR UPDATE', [data.startRun.id]);
  const log =
    'mutation Log($run: String!) { logMetadata(input: { target: { run: $run }, metadata: { k: 1 } }) { entries { id } } }';
  const answer = post(service.url, query(log, { run: 'r' }), { 'x-request-id': 'slow', traceparent });
  await until('it waits for the lock', async () => {
    const { rowCount } = await client.query("SELECT FROM pg_stat_activity WHERE wait_event_type = 'Lock'");
    return rowCount === 1;
  });
  const since = Date.now();
  await until('it has waited long enough', () => Date.now() - since > 400);
  await client.query('COMMIT');
  expect(await (await answer).json()).not.toHaveProperty('errors');
  // On a machine that is busy with other things the one before may have been slow too.
  const ofThis = () =>
    service.logged
      .map((each) => JSON.parse(each) as Record<string, unknown>)
      .filter((each) => each['msg'] === 'slow request' && each['requestId'] === 'slow');
  await until('it is told', () => ofThis().length > 0);
  const [line, ...more] = ofThis();
  expect(more).toEqual([]);
  expect(line).toMatchObject({
    level: 40,
    requestId: 'slow',
    traceId,
    operation: 'mutation',
    operationName: 'Log',
    way: 'json',
    code: 'OK',
  });
  const { totalMs, waitingMs, databaseMs, restMs } = line as Record<string, number>;
  expect(databaseMs).toBeGreaterThan(350);
  expect(Math.abs(totalMs! - waitingMs! - databaseMs! - restMs!)).toBeLessThanOrEqual(2);
});
