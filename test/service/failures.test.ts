import { randomUUID } from 'node:crypto';
import pg from 'pg';
import { describe, expect } from 'vitest';
import { classifyFailure } from '../../src/storage/postgres/failures.ts';
import { inTransaction } from '../../src/storage/postgres/transaction.ts';
import {
  latestOfRun,
  latestOfStep,
  log,
  logBatchMutation,
  logMutation,
  startRun,
  startStep,
} from '../support/ledger.ts';
import { openProxy } from '../support/proxy.ts';
import { openService } from '../support/service.ts';
import { testAlone } from '../support/test.ts';
import { until } from '../support/until.ts';

const read = JSON.stringify({ query: '{ pipelineRun(ref: "r") { runMetadata(key: "k") { value } } }' });
const nothingDone = { status: 503, retryAfter: '1', codes: ['UNAVAILABLE'] };
const backends = "FROM pg_stat_activity WHERE application_name = 'runledger' AND datname = current_database()";

// `operator` and `holder` are past the proxy and the service: one to look and to strike, one to hold locks.
const test = testAlone
  .extend('proxy', async ({ database }, { onCleanup }) => {
    const proxy = await openProxy(database.url);
    onCleanup(proxy.close);
    return proxy;
  })
  .extend('service', async ({ proxy }, { onCleanup }) => {
    const connection = { connectTimeoutMs: 1_500, statementTimeoutMs: 5_000 };
    const service = await openService({ database: proxy, connection });
    onCleanup(async () => {
      await proxy.pass();
      await service.close();
    });
    return service;
  })
  .extend('operator', ({ client }) => client)
  .extend('holder', async ({ database }, { onCleanup }) => {
    const holder = new pg.Client({ connectionString: database.url });
    await holder.connect();
    onCleanup(() => holder.end());
    return holder;
  })
  .extend('stepId', { auto: true }, async ({ service }) => {
    await startRun(service, { name: 'r' });
    const { id } = await startStep(service, 'r', 's');
    await log(service, { stepId: id }, { k: 0 });
    return id;
  })
  .extend('write', ({ stepId }) => (requestId: string = randomUUID(), key = 'k') => {
    const input = { target: { stepId }, metadata: { [key]: 1 }, requestId };
    return JSON.stringify({ query: logMutation, variables: { input } });
  })
  .extend('send', ({ server }) => async (body: string) => {
    const response = await server.post(body);
    const answer = await response.json();
    const codes = (answer.errors ?? []).map((error: { extensions: { code: string } }) => error.extensions.code);
    return { status: response.status, retryAfter: response.headers.get('retry-after'), codes, data: answer.data };
  })
  .extend(
    'recovers',
    ({ send, write }) =>
      () =>
        until(
          'the service answers again',
          async () => (await send(read)).status === 200 && (await send(write())).codes.length === 0,
        ),
  )
  // Holds what writers of the step must wait for, until it is released.
  .extend('holdStep', ({ holder }) => async () => {
    await holder.query('BEGIN');
    await holder.query('SELECT FROM step FOR UPDATE');
    return () => holder.query('ROLLBACK');
  })
  .extend('isWaiting', ({ operator }) => async () => {
    const { rows } = await operator.query(`SELECT count(*)::int AS n ${backends} AND wait_event_type = 'Lock'`);
    return rows[0].n > 0;
  })
  .extend(
    'count',
    ({ operator }) =>
      async (key = 'k') =>
        (await operator.query('SELECT FROM metadata_entry WHERE key = $1', [key])).rowCount,
  );

describe('while nobody can connect', () => {
  test('reads and writes are UNAVAILABLE: 503 with Retry-After; it recovers by itself', async ({
    proxy,
    service,
    server,
    stepId,
    write,
    send,
    recovers,
  }) => {
    await proxy.refuse();
    await until('broken connections are gone', () => service.db.pool.totalCount === 0);
    expect(await send(read)).toMatchObject(nothingDone);
    expect(await send(write())).toMatchObject(nothingDone);
    expect(await send(JSON.stringify({ query: 'mutation { startRun { id } }' }))).toMatchObject(nothingDone);
    expect(
      await send(
        JSON.stringify({
          query: logBatchMutation,
          variables: { inputs: [{ target: { stepId }, metadata: { k: 1 } }] },
        }),
      ),
    ).toMatchObject(nothingDone);
    expect(
      await send(JSON.stringify({ query: `mutation { startStep(input: { run: "r", name: "t" }) { id } }` })),
    ).toMatchObject(nothingDone);
    expect(await send(JSON.stringify({ query: `mutation { finishStep(id: "${stepId}") { id } }` }))).toMatchObject(
      nothingDone,
    );
    const query = encodeURIComponent(JSON.parse(read).query);
    const byGet = await fetch(`${server.origin}/graphql?query=${query}`, { headers: { accept: 'application/json' } });
    expect([byGet.status, byGet.headers.get('retry-after')]).toEqual([503, '1']);
    expect((await fetch(`${server.origin}/ready`)).status).toBe(503);
    expect((await fetch(`${server.origin}/health`)).status).toBe(200);
    await proxy.pass();
    await recovers();
    await until('it says that it is ready', async () => (await fetch(`${server.origin}/ready`)).status === 200);
    expect(service.unexpected).toEqual([]);
  });

  test('what needs no database is answered, as long as it is known who asks', async ({ proxy, send }) => {
    await send(read);
    await proxy.refuse();
    expect(await send(JSON.stringify({ query: '{ __schema { queryType { name } } }' }))).toMatchObject({
      status: 200,
      codes: [],
    });
  });

  test('many requests at once are all told, and none is lost', async ({ proxy, service, write, send }) => {
    await proxy.refuse();
    const answers = await Promise.all(Array.from({ length: 100 }, (_, n) => send(n % 2 ? read : write())));
    for (const answer of answers) {
      expect([200, 503]).toContain(answer.status);
      expect(['UNAVAILABLE', 'TIMEOUT']).toContain(answer.codes[0]);
    }
    expect(service.unexpected).toEqual([]);
  });
});

describe('while the database does not answer', () => {
  test('who needs a new connection is told UNAVAILABLE after the time to connect', async ({
    proxy,
    write,
    send,
    recovers,
  }) => {
    await proxy.refuse();
    await proxy.pass();
    proxy.hang();
    expect(await send(read)).toMatchObject(nothingDone);
    expect(await send(write())).toMatchObject(nothingDone);
    proxy.cut();
    await proxy.pass();
    await recovers();
  });

  test('a write in flight is a TIMEOUT and a read UNAVAILABLE, and the connections are not used again', async ({
    proxy,
    stepId,
    write,
  }) => {
    const impatient = await openService({
      database: proxy,
      connection: { connectTimeoutMs: 300, statementTimeoutMs: 100 },
    });
    await Promise.all([latestOfStep(impatient, stepId, 'k'), latestOfStep(impatient, stepId, 'other')]);
    proxy.hang();
    const [reading, writing] = await Promise.all([
      impatient.fail('query ($id: UUID!) { step(id: $id) { id } }', { id: stepId }),
      impatient.fail(logMutation, JSON.parse(write()).variables),
    ]);
    expect(reading.extensions.code).toBe('UNAVAILABLE');
    expect(['TIMEOUT', 'UNAVAILABLE']).toContain(writing.extensions.code);
    proxy.cut();
    await proxy.pass();
    expect(await latestOfRun(impatient, 'r', 'k')).toBe(0);
    await impatient.close();
  });

  test('a statement that takes too long is cancelled: UNAVAILABLE, and nothing is written', async ({
    proxy,
    stepId,
    write,
    holdStep,
    count,
  }) => {
    const impatient = await openService({ database: proxy, connection: { statementTimeoutMs: 200 } });
    const release = await holdStep();
    expect((await impatient.fail(logMutation, JSON.parse(write(undefined, 'slow')).variables)).extensions.code).toBe(
      'UNAVAILABLE',
    );
    await release();
    expect(await count('slow')).toBe(0);
    expect((await log(impatient, { stepId }, { slow: 1 })).replayed).toBe(false);
    await impatient.close();
  });
});

describe('when connections are lost', () => {
  test('between requests, the next ones are answered', async ({ service, operator, write, send, recovers }) => {
    await Promise.all(Array.from({ length: 20 }, () => send(read)));
    await operator.query(`SELECT pg_terminate_backend(pid) ${backends}`);
    const answers = await Promise.all(Array.from({ length: 40 }, (_, n) => send(n % 2 ? read : write())));
    for (const { status, codes } of answers) {
      if (codes.length > 0) expect(['UNAVAILABLE', 'TIMEOUT']).toContain(codes[0]);
      expect([200, 503]).toContain(status);
    }
    await recovers();
    expect(service.unexpected).toEqual([]);
  });

  test('by the server in the midst of a write: UNAVAILABLE, nothing is written, and the retry goes through', async ({
    operator,
    write,
    send,
    holdStep,
    isWaiting,
    count,
  }) => {
    const release = await holdStep();
    const requestId = randomUUID();
    const answer = send(write(requestId, 'new'));
    await until('the write waits', isWaiting);
    await operator.query(`SELECT pg_terminate_backend(pid) ${backends} AND wait_event_type = 'Lock'`);
    expect(await answer).toMatchObject(nothingDone);
    await release();
    expect(await count('new')).toBe(0);
    expect((await send(write(requestId, 'new'))).data.logMetadata.replayed).toBe(false);
  });

  test('by the network in the midst of a write: TIMEOUT, and the retry with the same id tells, without a second entry', async ({
    proxy,
    write,
    send,
    holdStep,
    isWaiting,
    count,
  }) => {
    const release = await holdStep();
    const requestId = randomUUID();
    const answer = send(write(requestId, 'new'));
    await until('the write waits', isWaiting);
    proxy.cut();
    expect(await answer).toMatchObject({ status: 200, retryAfter: null, codes: ['TIMEOUT'] });
    await release();
    const retried = await send(write(requestId, 'new'));
    expect(retried.codes).toEqual([]);
    expect(await count('new')).toBe(1);
    await until('whatever was left behind has ended', async () => !(await isWaiting()));
    expect(await count('new')).toBe(1);
  });

  test('in the midst of starting a step: TIMEOUT or UNAVAILABLE, and the retry with the same id starts one', async ({
    proxy,
    send,
    holdStep,
    isWaiting,
  }) => {
    const release = await holdStep();
    const id = randomUUID();
    const start = JSON.stringify({
      query: `mutation { startStep(input: { id: "${id}", run: "r", name: "s" }) { attempt } }`,
    });
    const answer = send(start);
    await until('it waits', isWaiting);
    proxy.cut();
    const { status, codes } = await answer;
    expect([200, 503]).toContain(status);
    expect(['TIMEOUT', 'UNAVAILABLE']).toContain(codes[0]);
    await release();
    expect((await send(start)).data).toEqual({ startStep: { attempt: 2 } });
  });

  test('while a transaction is between two statements: no crash, and the failure is an outage', async ({
    service,
    operator,
    recovers,
  }) => {
    const failure = await inTransaction(service.db, async (transaction) => {
      const [{ pid }] = (await transaction.$queryRaw`SELECT pg_backend_pid() AS pid`) as [{ pid: number }];
      await operator.query('SELECT pg_terminate_backend($1)', [pid]);
      await until(
        'it is gone',
        async () => (await operator.query('SELECT FROM pg_stat_activity WHERE pid = $1', [pid])).rowCount === 0,
      );
      await transaction.$queryRaw`SELECT 1`;
    }).catch((error: unknown) => error);
    expect(['unavailable', 'unknown']).toContain(classifyFailure(failure));
    await recovers();
  });
});

describe('when the service is full', () => {
  test('a write is UNAVAILABLE at once; those that wait are written', async ({ stepId, send, holdStep, count }) => {
    const release = await holdStep();
    const input = {
      target: { stepId },
      entries: Array.from({ length: 1_000 }, (_, value) => ({ key: 'many', value })),
    };
    const body = JSON.stringify({
      query: 'mutation ($input: LogMetadataInput!) { logMetadata(input: $input) { replayed } }',
      variables: { input },
    });
    let released = null as Promise<unknown> | null;
    const answers = await Promise.all(
      Array.from({ length: 64 }, async () => {
        const answer = await send(body);
        // Nothing is released before the first is refused: it is refused at once.
        if (answer.codes.length > 0) expect(answer).toMatchObject(nothingDone);
        released ??= release();
        await released;
        return answer;
      }),
    );
    const refused = answers.filter(({ codes }) => codes.length > 0).length;
    expect(refused).toBeGreaterThan(0);
    expect(await count('many')).toBe((64 - refused) * 1_000);
  });

  test('no free connection in time is UNAVAILABLE', async ({ proxy, stepId, holdStep, isWaiting }) => {
    const narrow = await openService({ database: proxy, connection: { maxConnections: 1, connectTimeoutMs: 200 } });
    const release = await holdStep();
    const blocked = log(narrow, { stepId }, { k: 2 });
    await until('the only connection waits', isWaiting);
    expect((await narrow.fail('{ pipelineRun(ref: "r") { id } }')).extensions.code).toBe('UNAVAILABLE');
    await release();
    await blocked;
    await narrow.close();
  });
});

describe('writes that wait together', () => {
  test('fail alone: the rows of one caller that the database refuses do not fail the others', async ({
    service,
    operator,
    stepId,
    count,
  }) => {
    await operator.query(`ALTER TABLE metadata_entry ADD CONSTRAINT no_bad CHECK (key <> 'bad')`);
    const outcomes = await Promise.allSettled(
      Array.from({ length: 60 }, (_, n) => log(service, { stepId }, { [n % 20 === 7 ? 'bad' : 'good']: n, also: n })),
    );
    outcomes.forEach((outcome, n) => {
      expect(outcome.status).toBe(n % 20 === 7 ? 'rejected' : 'fulfilled');
      if (outcome.status === 'rejected') expect(String(outcome.reason)).toContain('INTERNAL_SERVER_ERROR');
    });
    expect([await count('good'), await count('also'), await count('bad')]).toEqual([57, 57, 0]);
    expect(service.unexpected).toHaveLength(3);
  });

  test('to an unknown step fail alone', async ({ service, stepId, count }) => {
    const outcomes = await Promise.allSettled(
      Array.from({ length: 30 }, (_, n) => log(service, { stepId: n % 10 === 3 ? randomUUID() : stepId }, { many: n })),
    );
    expect(outcomes.filter(({ status }) => status === 'rejected')).toHaveLength(3);
    expect(await count('many')).toBe(27);
  });
});

test('what was rolled back because of a deadlock is done again', async ({ service, operator, stepId }) => {
  const other = await startStep(service, 'r', 'other');
  const tries = [0, 0];
  let bothHold = () => {};
  const barrier = new Promise<void>((resolve) => {
    bothHold = resolve;
  });
  let holding = 0;
  const touch = (which: number, ids: string[]) =>
    inTransaction(service.db, async (transaction) => {
      tries[which]! += 1;
      await transaction.$executeRaw`UPDATE step SET ordinal = ordinal + 1 WHERE id = ${ids[0]}::uuid`;
      holding += 1;
      if (holding === 2) bothHold();
      await barrier;
      await transaction.$executeRaw`UPDATE step SET ordinal = ordinal + 1 WHERE id = ${ids[1]}::uuid`;
    });
  await Promise.all([touch(0, [stepId, other.id]), touch(1, [other.id, stepId])]);
  expect(tries[0]! + tries[1]!).toBe(3);
  const { rows } = await operator.query('SELECT ordinal FROM step ORDER BY ordinal');
  expect(rows).toEqual([{ ordinal: 3 }, { ordinal: 4 }]);
});
