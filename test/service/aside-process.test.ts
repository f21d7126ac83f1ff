import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { getPriority } from 'node:os';
import { expect } from 'vitest';
import { adminKey, asideBackends, asker, askUntilAside, dear } from '../support/aside.ts';
import { asidesOf } from '../support/processes.ts';
import { scrape } from '../support/scrape.ts';
import { testAlone as test } from '../support/test.ts';
import { until } from '../support/until.ts';

// The built service, whose dear queries are answered by a process with connections of its own.

const value = '9007199254740993';

/**
 * Whether a process has a priority within its session, or that of these tests where they go further behind; and its session has
 * it, where Linux shares cores between sessions.
 */
function isAt(pid: number, priority: number): boolean {
  const file = `/proc/${pid}/autogroup`;
  const ofSession = existsSync(file) ? Number(/nice (-?\d+)/.exec(readFileSync(file, 'utf8'))?.[1]) : priority;
  return getPriority(pid) === atLeast(priority) && ofSession === priority;
}

const atLeast = (priority: number) => Math.max(priority, getPriority());

test('a dear query is answered by the process as by the service itself, to each what it may see', {
  timeout: 240_000,
}, async ({ startService, client }) => {
  const service = await startService({ RUNLEDGER_ADMIN_KEY: adminKey, WORKERS: '1', INTROSPECTION: 'false' });
  const ask = asker(service.url);
  for (const pipeline of ['iris', 'mnist']) {
    await ask(`mutation { startRun(input: { name: "${pipeline}-1", pipeline: "${pipeline}" }) { id } }`);
    await ask(
      `mutation { logMetadata(input: { target: { run: "${pipeline}-1" }, metadata: { word: "abc", digits: ${value} } }) { replayed } }`,
    );
  }
  const made = await ask(
    'mutation { createApiKey(input: { name: "narrow", scopes: [READ], pipelines: ["iris"] }) { secret } }',
  );
  const narrow = JSON.parse(made.text).data.createApiKey.secret as string;
  // The first starts the process, and does not wait for it.
  const itself = await ask(dear);
  expect(await asideBackends(client)).toEqual([]);
  expect(itself.text).toContain(`"value":${value}`);
  const byProcess = await askUntilAside(ask, client);
  expect(byProcess.text).toBe(itself.text);
  expect(byProcess.status).toBe(200);
  for (const name of ['content-type', 'cache-control', 'x-frame-options', 'content-length'])
    expect(byProcess.headers.get(name)).toBe(itself.headers.get(name));
  expect(byProcess.headers.get('x-request-id')).toMatch(/./);

  const seen = JSON.parse((await ask(dear, narrow)).text).data.pipelineRuns;
  expect(seen).toMatchObject({ totalCount: 1, nodes: [{ name: 'iris-1' }] });

  // On Linux, where Postgres runs beside it, its connections leave the cores to others, by either way of sharing them.
  if (process.platform === 'linux' && process.env['DATABASE_URL'] === undefined) {
    expect(await asideBackends(client)).not.toEqual([]);
    await until('its connections go behind others', async () =>
      (await asideBackends(client)).every((pid) => isAt(pid, 5)),
    );
  }

  // All threads of the process do, V8's own among them.
  if (process.platform === 'linux') {
    const asides = asidesOf(service.pid);
    expect(asides).toHaveLength(1);
    for (const pid of asides) {
      expect(isAt(pid, 10)).toBe(true);
      const threads = readdirSync(`/proc/${pid}/task`).map(Number);
      expect(threads.length).toBeGreaterThan(4);
      expect(new Set(threads.map((thread) => getPriority(thread)))).toEqual(new Set([atLeast(10)]));
    }
  }

  // By GET, and what is wrong with it is told under the id of the request.
  const byGet = await fetch(`${service.url}?query=${encodeURIComponent(dear)}`, {
    headers: { authorization: `Bearer ${adminKey}` },
  });
  expect(await byGet.text()).toBe(itself.text);
  const refused = await ask(dear.replace('contains: "b"', 'contains: "b", gt: 1'), adminKey, undefined, {
    accept: 'application/graphql-response+json',
  });
  const wrong = await ask(dear.replace('first: 200', 'first: 200, after: "nonsense"'));
  expect(JSON.parse(wrong.text).errors[0].extensions.code).toBe('BAD_USER_INPUT');
  expect(refused.status).toBeLessThan(500);
  for (const [invalid, why] of [
    [dear.replace('nodes {', 'nodes { nonesuch'), /"Cannot query field \\"nonesuch\\" on type \\"PipelineRun\\"\."/],
    [dear.replace('{', '{ __schema { types { name } }'), /Introspection is switched off here/],
  ] as const) {
    const { status, text } = await ask(invalid, adminKey, undefined, { accept: 'application/graphql-response+json' });
    expect(text).toMatch(why);
    expect(text).toContain('GRAPHQL_VALIDATION_FAILED');
    expect(status).toBe(400);
  }

  // What it does is counted with the rest.
  const said = await scrape(service.url);
  expect(said.sum('runledger_statement_duration_seconds_count', { statement: 'count_runs' })).toBeGreaterThanOrEqual(3);
  expect(said.sum('runledger_requests_total', { code: 'BAD_USER_INPUT' })).toBeGreaterThanOrEqual(1);
  expect(said.text.match(/^runledger_pool_max_connections /gm)).toHaveLength(1);
  expect(said.sum('runledger_pool_max_connections')).toBe(13);

  await service.stop();
  await until('its connections are gone', async () => (await asideBackends(client)).length === 0);
  expect(service.logged.filter((line) => /error|process/.test(line))).toEqual([]);
});

test('while dear queries hang, the process takes them all, and look-ups and writes go on', {
  timeout: 240_000,
}, async ({ startService, client }) => {
  const service = await startService({ RUNLEDGER_ADMIN_KEY: adminKey, LOCK_TIMEOUT_MS: '60000' });
  const ask = asker(service.url);
  await ask('mutation { startRun(input: { name: "known" }) { id } }');
  await askUntilAside(ask, client);
  await client.query('BEGIN');
  await client.query('LOCK TABLE latest_entry IN ACCESS EXCLUSIVE MODE');
  const hanging = Array.from({ length: 30 }, (_, n) => ask(dear.replace('"b"', `"${n}"`)));
  await until('some hang', async () => (await asideBackends(client, "wait_event_type = 'Lock'")).length > 0);
  for (let n = 0; n < 20; n += 1) {
    const started = await ask(`mutation { startRun(input: { name: "beside-${n}" }) { name } }`);
    expect(JSON.parse(started.text)).toEqual({ data: { startRun: { name: `beside-${n}` } } });
    expect(JSON.parse((await ask(`{ pipelineRun(ref: "beside-${n}") { name } }`)).text).data.pipelineRun.name).toBe(
      `beside-${n}`,
    );
  }
  await client.query('ROLLBACK');
  for (const { text } of await Promise.all(hanging)) expect(JSON.parse(text).data.pipelineRuns.totalCount).toBe(0);
});
