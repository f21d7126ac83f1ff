import { expect } from 'vitest';
import { anonymous } from '../../src/domain/caller.ts';
import { pruneHistory, pruneRuns } from '../../src/domain/retention.ts';
import { applyRetention } from '../../src/domain/upkeep.ts';
import { latestOfRun, log, startRun, startStep } from '../support/ledger.ts';
import { ledgerCommand } from '../support/ledger-command.ts';
import { openService, type TestService } from '../support/service.ts';
import { testAlone as test } from '../support/test.ts';

// What is kept, and for how long: by the command and by the settings.

const finish = 'mutation ($ref: String!, $at: DateTime) { finishRun(ref: $ref, endedAt: $at) { id } }';
const noSignal = new AbortController().signal;

/** A run that began and ended then, with a step and some entries; all of it as if it had been written then. */
async function oldRun(service: TestService, name: string, daysAgo: number, pipeline = 'iris'): Promise<string> {
  const at = new Date(Date.now() - daysAgo * 86_400_000).toISOString();
  const { id } = await startRun(service, { name, pipeline, startedAt: at });
  const step = await startStep(service, id, 'train');
  for (const loss of [3, 2, 1])
    await log(service, { stepId: step.id }, { loss }, { requestId: crypto.randomUUID(), loggedAt: at });
  await log(service, { run: id }, { note: 'once' }, { loggedAt: at });
  await service.run(finish, { ref: id, at });
  await service.sql(`UPDATE metadata_entry SET recorded_at = $2 WHERE run_id = $1`, [id, at]);
  await service.sql(`UPDATE log_request SET created_at = $2 WHERE run_id = $1`, [id, at]);
  return id;
}

const namesOf = async (service: TestService): Promise<string[]> =>
  (await service.run('{ pipelineRuns(orderBy: { name: ASC }) { nodes { name } } }')).pipelineRuns.nodes.map(
    ({ name }: { name: string }) => name,
  );

/** How many rows of a table a run has. */
const rowsOf = async (service: TestService, table: string, runId: string): Promise<number> =>
  (await service.sql(`SELECT count(*)::int FROM ${table} WHERE run_id = $1`, [runId]))[0].count;

test('runs: first told, then removed with all that is theirs, and who did it is in the audit log', async ({
  service,
  database,
}) => {
  const old = await oldRun(service, 'old', 100);
  await oldRun(service, 'old of another', 100, 'other');
  await oldRun(service, 'young', 80);
  await startRun(service, { name: 'runs still', pipeline: 'iris', startedAt: '2020-01-01T00:00:00Z' });
  const asked = ['--older-than', '90d', '--pipeline', 'ir*'];
  const preview = await ledgerCommand(database, 'prune', ...asked);
  expect([preview.code, preview.stderr]).toEqual([0, '']);
  expect(preview.stdout).toMatch(/\niris +1 +4 +3 +\d{4}-\d\d-\d\d \d\d:\d\d /);
  expect(preview.stdout).not.toContain('other');
  expect(preview.stdout).toContain('Nothing was removed. Add --apply');
  expect(await namesOf(service)).toEqual(['old', 'old of another', 'runs still', 'young']);
  const applied = await ledgerCommand(database, 'prune', ...asked, '--apply');
  expect([applied.code, applied.stderr]).toEqual([0, '']);
  expect(applied.stdout).toContain('1 run removed.');
  expect(await namesOf(service)).toEqual(['old of another', 'runs still', 'young']);
  for (const table of ['step', 'metadata_entry', 'latest_entry', 'log_request', 'heartbeat', 'failure'])
    expect([table, await rowsOf(service, table, old)]).toEqual([table, 0]);
  expect(await service.sql('SELECT FROM deleted_run')).toEqual([]);
  expect(await service.sql('SELECT action, caller, subject, pipeline, run_id, reason FROM audit_entry')).toEqual([
    {
      action: 'DELETE_RUN',
      caller: 'runledger prune',
      subject: 'old',
      pipeline: 'iris',
      run_id: old,
      reason: expect.stringMatching(/^older than \d{4}-/),
    },
  ]);
  expect(await service.sql(`SELECT kind FROM change WHERE run_name = 'old' ORDER BY id DESC LIMIT 1`)).toEqual([
    { kind: 'DELETION' },
  ]);
});

test('runs that never ended go only when that is asked, and nothing was heard of them since', async ({
  service,
  database,
}) => {
  const at = '2020-01-01T00:00:00Z';
  await startRun(service, { name: 'silent', startedAt: at });
  const busy = await startRun(service, { name: 'logged to lately', startedAt: at });
  await log(service, { run: busy.id }, { k: 1 });
  const alive = await startRun(service, { name: 'alive', startedAt: at });
  await service.run('mutation ($ids: [UUID!]!) { keepAlive(runIds: $ids) }', { ids: [alive.id] });
  const asked = ['--older-than', '2021-01-01', '--apply'];
  expect((await ledgerCommand(database, 'prune', ...asked)).stdout).toContain('0 runs removed.');
  expect((await ledgerCommand(database, 'prune', ...asked, '--unfinished')).stdout).toContain('1 run removed.');
  expect(await namesOf(service)).toEqual(['alive', 'logged to lately']);
});

test('history: the latest of every step and run stays, and reads, filters and series after it are right', async ({
  service,
  database,
}) => {
  const old = await oldRun(service, 'old', 100);
  const young = await oldRun(service, 'young', 10);
  // An old value that was replaced lately, by the run itself: it is still the latest of its step.
  await log(service, { run: old }, { loss: 0.5 });
  const step = (
    await service.run('query ($ref: String!) { pipelineRun(ref: $ref) { step(name: "train") { id } } }', { ref: old })
  ).pipelineRun.step.id;
  await service.run('mutation ($id: ID!) { retractMetadata(entryId: $id, reason: "r") { latest { id } } }', {
    id: (await log(service, { run: old }, { gone: 1 })).entries[0]!.id,
  });
  await service.sql(
    `UPDATE metadata_entry SET recorded_at = now() - interval '99 days' WHERE run_id = $1 AND key = 'gone'`,
    [old],
  );
  const asked = ['--older-than', '90d', '--keep-latest'];
  const preview = await ledgerCommand(database, 'prune', ...asked);
  expect(preview.stdout).toContain('3 entries and 3 request ids of 1 run.');
  expect(await rowsOf(service, 'metadata_entry', old)).toBe(6);
  const applied = await ledgerCommand(database, 'prune', ...asked, '--apply');
  expect([applied.code, applied.stderr]).toEqual([0, '']);
  expect(applied.stdout).toContain('3 entries and 3 request ids of 1 run removed.');
  expect(await rowsOf(service, 'metadata_entry', young)).toBe(4);
  expect(await rowsOf(service, 'log_request', young)).toBe(3);
  const read = await service.run(
    `query ($ref: String!) { pipelineRun(ref: $ref) { a: runMetadata(key: "loss") { value } b: runMetadata(key: "train::loss") { value }
      note: runMetadata(key: "note") { value } metadataHistory(key: "loss", first: 50) { nodes { value } } } }`,
    { ref: old },
  );
  expect(read.pipelineRun).toEqual({
    a: { value: 0.5 },
    b: { value: 1 },
    note: { value: 'once' },
    metadataHistory: { nodes: [{ value: 0.5 }, { value: 1 }] },
  });
  expect(await rowsOf(service, 'metadata_entry', old)).toBe(3);
  // Logged on: ids and the latest go on as if nothing had been taken away.
  await log(service, { stepId: step }, { loss: 7 });
  expect(await latestOfRun(service, old, 'loss')).toBe(7);
  // What was the latest of its step is history now.
  for (const removed of ['1 entry and 0 request ids of 1 run', '0 entries and 0 request ids of 0 runs'])
    expect((await ledgerCommand(database, 'prune', ...asked, '--apply')).stdout).toContain(removed);
  expect(await service.sql('SELECT action, caller, subject FROM audit_entry ORDER BY id DESC LIMIT 1')).toEqual([
    { action: 'PRUNE_HISTORY', caller: 'runledger prune', subject: expect.stringContaining('pipelines: all') },
  ]);
});

test('a retry whose request id was removed is refused no more than a new one, and logs anew', async ({
  service,
  database,
}) => {
  const { id } = await startRun(service, { name: 'spooled' });
  const requestId = crypto.randomUUID();
  await log(service, { run: id }, { k: 1 }, { requestId });
  await service.sql(`UPDATE log_request SET created_at = now() - interval '100 days'`);
  await service.sql(`UPDATE pipeline_run SET started_at = now() - interval '100 days'`);
  expect((await ledgerCommand(database, 'prune', '--older-than', '90d', '--keep-latest', '--apply')).stdout).toContain(
    '0 entries and 1 request id of 1 run removed',
  );
  expect((await log(service, { run: id }, { k: 1 }, { requestId })).replayed).toBe(false);
});

test('history of a run that somebody has locked is left for the next time', async ({ service, database, client }) => {
  const old = await oldRun(service, 'old', 100);
  await client.query('BEGIN');
  await client.query('SELECT FROM pipeline_run WHERE id = $1 FOR UPDATE', [old]);
  const asked = ['--older-than', '90d', '--keep-latest', '--apply'];
  expect((await ledgerCommand(database, 'prune', ...asked)).stdout).toContain('1 run of them somebody had locked');
  expect(await rowsOf(service, 'metadata_entry', old)).toBe(4);
  await client.query('COMMIT');
  expect((await ledgerCommand(database, 'prune', ...asked)).stdout).toContain(
    '2 entries and 0 request ids of 1 run removed',
  );
});

test('runs that somebody has locked, however many, are left for the next time; the others go', async ({
  database,
  client,
}) => {
  const service = await openService({ database, connection: { lockTimeoutMs: 10 } });
  await service.sql(
    `INSERT INTO pipeline_run (id, name, pipeline, status, started_at, ended_at)
     SELECT gen_random_uuid(), CASE WHEN n <= 120 THEN 'locked ' ELSE 'free ' END || n, 'iris', 'COMPLETED', at, at
     FROM generate_series(1, 130) n, LATERAL (SELECT '2020-01-01T00:00:00Z'::timestamptz + n * interval '1 minute' AS at) t`,
  );
  await client.query('BEGIN');
  await client.query(`SELECT FROM pipeline_run WHERE name LIKE 'locked %' FOR UPDATE`);
  const actor = { caller: anonymous, address: null, tell: () => {} };
  const old = { before: new Date('2021-01-01T00:00:00Z'), unfinished: false, sight: { of: 'all' } as const };
  expect(await pruneRuns(service.db, actor, old)).toBe(10);
  const names = await service.sql(`SELECT name FROM pipeline_run`);
  expect(names.filter(({ name }) => name.startsWith('locked '))).toHaveLength(120);
  expect(names).toHaveLength(120);
  await client.query('COMMIT');
  expect(await pruneRuns(service.db, actor, old)).toBe(120);
  await service.close();
});

test('by the settings: runs, history and request ids each after their days, of the pipelines that are named', async ({
  service,
}) => {
  const [ancient, old, other] = [
    await oldRun(service, 'ancient', 400),
    await oldRun(service, 'old', 100),
    await oldRun(service, 'other', 400, 'kept'),
  ];
  const middle = await oldRun(service, 'middle', 40);
  const young = await oldRun(service, 'young', 5);
  const told: Record<string, unknown>[] = [];
  const retention = { runDays: 365, historyDays: 90, requestDays: 30, pipelines: ['ir*'] };
  await applyRetention(service.db, retention, (line) => void told.push(line), noSignal);
  expect(await namesOf(service)).toEqual(['middle', 'old', 'other', 'young']);
  const rows = async (id: string) => [
    await rowsOf(service, 'metadata_entry', id),
    await rowsOf(service, 'log_request', id),
  ];
  expect(await rows(ancient)).toEqual([0, 0]);
  expect(await rows(old)).toEqual([2, 0]);
  expect(await rows(middle)).toEqual([4, 0]);
  expect(await rows(young)).toEqual([4, 3]);
  expect(await rows(other)).toEqual([4, 3]);
  expect(told.map(({ action }) => action)).toEqual(['DELETE_RUN', 'PRUNE_HISTORY', 'PRUNE_HISTORY']);
  // Switched off, as it is by default, nothing goes.
  await applyRetention(service.db, { runDays: 0, historyDays: 0, requestDays: 0, pipelines: [] }, () => {}, noSignal);
  expect((await namesOf(service)).length).toBe(4);
});

test('a long history goes in pieces, while writers write to the same step, and what they log stays', async ({
  service,
}) => {
  const { id } = await startRun(service, { name: 'long' });
  const step = await startStep(service, id, 'train');
  await service.sql(
    `INSERT INTO metadata_entry (run_id, scope_id, key, type, value, logged_at, recorded_at)
     SELECT $1, $2, 'k' || n % 3, 'INT', to_json(n), now(), now() - interval '100 days' FROM generate_series(1, 8000) n`,
    [id, step.id],
  );
  await service.sql(`UPDATE pipeline_run SET started_at = now() - interval '100 days'`);
  let isDone = false;
  const writing = (async () => {
    let written = 0;
    for (; !isDone; written += 1) await log(service, { stepId: step.id }, { k1: -written });
    return written;
  })();
  const actor = { caller: anonymous, address: null, tell: () => {} };
  const old = { before: new Date(Date.now() - 90 * 86_400_000), requestsOnly: false, sight: { of: 'all' } as const };
  service.queries();
  const counts = await pruneHistory(service.db, actor, old).finally(() => {
    isDone = true;
    return writing;
  });
  const written = await writing;
  const pieces = service.queries().filter((sql) => sql.includes('remove_old_entries'));
  // On the quickest machine each takes twice as many rows as the one before: 1,000, 2,000, 4,000, and the rest.
  expect(pieces.length).toBeGreaterThan(3);
  expect(written).toBeGreaterThan(0);
  // By plain SQL there were no latest rows, so that all of the old ones are history.
  expect(counts).toEqual({ runs: 1, entries: 8_000, requests: 0, left: 0 });
  expect(await rowsOf(service, 'metadata_entry', id)).toBe(written);
  expect(await latestOfRun(service, id, 'k1')).toBe(1 - written);
});
