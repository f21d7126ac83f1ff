import { expect } from 'vitest';
import { markCrashed } from '../../src/domain/upkeep.ts';
import { follow } from '../support/events.ts';
import { finishStep, log, startRun, startStep } from '../support/ledger.ts';
import type { TestService } from '../support/service.ts';
import { testAlone as test } from '../support/test.ts';
import { until } from '../support/until.ts';

const keepAlive = (service: TestService, ids: { runIds?: string[]; stepIds?: string[] }) =>
  service.run('mutation ($runIds: [UUID!], $stepIds: [UUID!]) { keepAlive(runIds: $runIds, stepIds: $stepIds) }', ids);

const look = async (service: TestService, ref: string) =>
  (
    await service.run(
      `query ($ref: String!) { pipelineRun(ref: $ref) { status endedAt lastSeenAt failure { type message traceback }
        steps(includeRetried: true) { nodes { name attempt status endedAt lastSeenAt failure { type message } } } } }`,
      { ref },
    )
  ).pipelineRun;

/** As if everything had been silent for so long. */
const age = (service: TestService, seconds: number) =>
  service.sql(
    `WITH a AS (UPDATE metadata_entry SET recorded_at = recorded_at - make_interval(secs => $1))
     UPDATE heartbeat SET last_seen_at = last_seen_at - make_interval(secs => $1)`,
    [seconds],
  );

test('what fell silent is CRASHED with the time it was last heard of, and what never said that it lives is not', async ({
  service,
}) => {
  const run = await startRun(service, { name: 'dead', startedAt: '2020-01-01T00:00:00Z' });
  const step = await startStep(service, 'dead', 'train', { startedAt: '2020-01-01T00:00:00Z' });
  await startStep(service, 'dead', 'quiet');
  await startRun(service, { name: 'never' });
  expect(await keepAlive(service, { runIds: [run.id], stepIds: [step.id] })).toEqual({ keepAlive: true });
  const { lastSeenAt } = await look(service, 'dead');
  expect(Date.now() - Date.parse(lastSeenAt)).toBeLessThan(60_000);
  await markCrashed(service.db, 300);
  expect(await look(service, 'dead')).toMatchObject({ status: 'RUNNING', failure: null });

  await age(service, 301);
  const events = await follow(service, 'subscription { changes { __typename } }');
  await markCrashed(service.db, 300);
  const heard = new Date(Date.parse(lastSeenAt) - 301_000).toISOString();
  const failure = { type: 'Crashed', message: 'Nothing was heard of its process for 300 s.' };
  expect(await look(service, 'dead')).toMatchObject({
    status: 'CRASHED',
    endedAt: heard,
    lastSeenAt: heard,
    failure: { ...failure, traceback: null },
    steps: {
      nodes: [
        { name: 'train', status: 'CRASHED', failure },
        { name: 'quiet', status: 'RUNNING', lastSeenAt: null, failure: null },
      ],
    },
  });
  expect(await look(service, 'never')).toMatchObject({ status: 'RUNNING', lastSeenAt: null });
  expect((await events.take(2)).map(({ changes }) => changes.__typename).sort()).toEqual(['RunChanged', 'StepChanged']);
  // Once: it is not found again.
  await markCrashed(service.db, 300);
  await startRun(service, { name: 'later' });
  expect((await events.take(1))[0].changes.__typename).toBe('RunChanged');
  await events.cut();
});

test('a run whose step crashed stays as it is', async ({ service }) => {
  await startRun(service, { name: 'r' });
  const step = await startStep(service, 'r', 's');
  await keepAlive(service, { stepIds: [step.id] });
  await age(service, 301);
  await markCrashed(service.db, 300);
  expect(await look(service, 'r')).toMatchObject({ status: 'RUNNING', steps: { nodes: [{ status: 'CRASHED' }] } });
});

test('a later word makes it RUNNING again: a beat, or something logged', async ({ service }) => {
  const run = await startRun(service, { name: 'r' });
  const step = await startStep(service, 'r', 's');
  const crash = async () => {
    await age(service, 1_000);
    await markCrashed(service.db, 300);
    expect(await look(service, 'r')).toMatchObject({ status: 'CRASHED', steps: { nodes: [{ status: 'CRASHED' }] } });
  };
  await keepAlive(service, { runIds: [run.id], stepIds: [step.id] });
  await crash();
  await keepAlive(service, { runIds: [run.id], stepIds: [step.id] });
  const alive = { status: 'RUNNING', endedAt: null, failure: null };
  expect(await look(service, 'r')).toMatchObject({ ...alive, steps: { nodes: [alive] } });
  await crash();
  await log(service, { stepId: step.id }, { a: 1 });
  await log(service, { run: run.id }, { a: 1 });
  await until('both are running again', async () => {
    const { status, steps } = await look(service, 'r');
    return status === 'RUNNING' && steps.nodes[0].status === 'RUNNING';
  });
  // And it is watched as before.
  await crash();
});

test('what logs is heard of, though it says no more that it lives', async ({ service }) => {
  const run = await startRun(service, { name: 'r' });
  const step = await startStep(service, 'r', 's');
  await keepAlive(service, { runIds: [run.id], stepIds: [step.id] });
  await age(service, 400);
  await log(service, { stepId: step.id }, { a: 1 });
  await markCrashed(service.db, 300);
  expect(await look(service, 'r')).toMatchObject({ status: 'RUNNING', steps: { nodes: [{ status: 'RUNNING' }] } });
  await age(service, 301);
  await markCrashed(service.db, 300);
  expect(await look(service, 'r')).toMatchObject({ status: 'CRASHED', steps: { nodes: [{ status: 'CRASHED' }] } });
});

test('finishing works as from RUNNING, and what has ended does not come back', async ({ service }) => {
  const run = await startRun(service, { name: 'r' });
  const step = await startStep(service, 'r', 's');
  await keepAlive(service, { runIds: [run.id], stepIds: [step.id] });
  await age(service, 301);
  await markCrashed(service.db, 300);
  expect((await finishStep(service, step.id)).status).toBe('COMPLETED');
  await service.run('mutation { finishRun(ref: "r", status: FAILED) { id } }');
  const ended = { status: 'FAILED', failure: null, steps: { nodes: [{ status: 'COMPLETED', failure: null }] } };
  expect(await look(service, 'r')).toMatchObject(ended);
  await keepAlive(service, { runIds: [run.id], stepIds: [step.id, '00000000-0000-4000-8000-000000000001'] });
  await log(service, { stepId: step.id }, { late: 1 });
  await age(service, 1_000);
  await markCrashed(service.db, 300);
  expect(await look(service, 'r')).toMatchObject(ended);
  expect(await service.sql('SELECT count(*)::int AS watched FROM heartbeat WHERE watched')).toEqual([{ watched: 0 }]);
});

test('a crashed attempt that is tried again is RETRIED, and stays so', async ({ service }) => {
  await startRun(service, { name: 'r' });
  const step = await startStep(service, 'r', 's');
  await keepAlive(service, { stepIds: [step.id] });
  await age(service, 301);
  await markCrashed(service.db, 300);
  await startStep(service, 'r', 's');
  await keepAlive(service, { stepIds: [step.id] });
  await log(service, { stepId: step.id }, { late: 1 });
  const { steps } = await look(service, 'r');
  expect(steps.nodes).toMatchObject([
    { attempt: 1, status: 'RETRIED', failure: { type: 'Crashed' } },
    { attempt: 2, status: 'RUNNING' },
  ]);
});

test('more than 1,000 ids are refused, and none is nothing', async ({ service }) => {
  const ids = Array.from({ length: 1_001 }, (_, n) => `00000000-0000-4000-8000-${String(n).padStart(12, '0')}`);
  const query = 'mutation ($stepIds: [UUID!]) { keepAlive(stepIds: $stepIds) }';
  const error = await service.fail(query, { stepIds: ids });
  expect(error.extensions.code).toBe('BAD_USER_INPUT');
  expect(error.message).toContain('1001 ids; at most 1000');
  expect(await service.run(query, { stepIds: ids.slice(1) })).toEqual({ keepAlive: true });
  expect(await service.run('mutation { keepAlive }')).toEqual({ keepAlive: true });
});

test('a beat of many open steps writes no index entry', async ({ service }) => {
  await startRun(service, { name: 'many' });
  await service.sql(
    `INSERT INTO step (run_id, id, name, attempt, started_at, ordinal)
     SELECT r.id, gen_random_uuid(), 's' || n, 1, now(), n FROM pipeline_run r, generate_series(1, 2000) n WHERE r.name = 'many'`,
  );
  const rows = await service.sql('SELECT id FROM step');
  const ids = rows.map(({ id }) => id as string);
  const beat = async () => {
    await Promise.all([
      keepAlive(service, { stepIds: ids.slice(0, 1_000) }),
      keepAlive(service, { stepIds: ids.slice(1_000) }),
    ]);
  };
  await beat();
  for (let times = 0; times < 5; times += 1) await beat();
  // The counters of a connection are sent when it is idle, or ends.
  await service.db.close();
  const { default: pg } = await import('pg');
  const client = new pg.Client({ connectionString: service.url });
  await client.connect();
  const read = async () =>
    (await client.query(`SELECT n_tup_upd, n_tup_hot_upd FROM pg_stat_user_tables WHERE relname = 'heartbeat'`))
      .rows[0];
  await until('the updates are counted', async () => Number((await read()).n_tup_upd) === 10_000);
  expect(Number((await read()).n_tup_hot_upd)).toBeGreaterThan(9_900);
  await client.end();
});
