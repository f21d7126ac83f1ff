import pg from 'pg';
import { expect } from 'vitest';
import { tally } from '../../src/storage/counts/tally.ts';
import { sweepDeletedRuns } from '../../src/storage/runs/delete-run.ts';
import { log, startRun, startStep } from '../support/ledger.ts';
import type { TestService } from '../support/service.ts';
import { eventually } from '../support/service-process.ts';
import { test } from '../support/test.ts';

const deleteMutation = 'mutation ($ref: String!) { deleteRun(ref: $ref) }';
const deleteRun = (service: TestService, ref: string) => service.run(deleteMutation, { ref });

/** A run with a step, entries of both, a retried request and a retracted entry. */
async function fullRun(service: TestService, name: string) {
  const run = await startRun(service, { name, pipeline: `pipeline of ${name}` });
  const step = await startStep(service, run.id, 'train');
  await startStep(service, run.id, 'train');
  await log(service, { run: run.id }, { own: 1 }, { requestId: crypto.randomUUID() });
  const { entries } = await log(service, { stepId: step.id }, { k: 1, wrong: 2 });
  await service.run('mutation ($id: ID!) { retractMetadata(entryId: $id, reason: "no") { latest { id } } }', {
    id: entries[1]!.id,
  });
  return { id: run.id, name, stepId: step.id, entryId: entries[0]!.id };
}

/** Entries by plain SQL, far more than one statement of the sweep removes. */
async function fill(service: TestService, runId: string, count: number): Promise<void> {
  await service.sql(
    `INSERT INTO metadata_entry (run_id, scope_id, key, type, value, logged_at)
     SELECT $1, $1, 'many', 'INT', to_json(n), now() FROM generate_series(1, ${count}) AS n`,
    [runId],
  );
}

/** In how many rows of each table a run still is; but what its followers are told stays, and who deleted it; counters lag behind. */
async function leftOf(service: TestService, runId: string): Promise<Record<string, number>> {
  const columns = await service.sql(
    `SELECT table_name AS table, column_name AS column FROM information_schema.columns
     WHERE table_schema = 'public' AND data_type = 'uuid' AND table_name NOT LIKE '\\_%'`,
  );
  expect(columns.length).toBeGreaterThan(10);
  const left: Record<string, number> = {};
  for (const { table, column } of columns) {
    const [{ count }] = await service.sql(`SELECT count(*)::int FROM ${table} WHERE ${column} = $1`, [runId]);
    if (count > 0 && !['change', 'counted_run', 'audit_entry'].includes(table)) left[`${table}.${column}`] = count;
  }
  return left;
}

test('it is gone at once, for every way to ask, and its name is free', async ({ service }) => {
  const { id, name, stepId, entryId } = await fullRun(service, 'gone');
  await log(service, { run: (await startRun(service, { name: 'other' })).id }, { k: 1 });
  expect(await deleteRun(service, name)).toEqual({ deleteRun: true });
  const read = await service.run(
    `query ($id: String!, $name: String!, $step: UUID!) {
      byId: pipelineRun(ref: $id) { id } byName: pipelineRun(ref: $name) { id } byPrefix: pipelineRun(ref: "gon") { id }
      step(id: $step) { id }
      pipelineRuns(filter: { namePrefix: "gone" }) { totalCount nodes { id } }
      byKey: pipelineRuns(filter: { metadata: { key: "own" } }, orderBy: { metadata: { key: "own" } }) { totalCount nodes { id } }
      metadataKeys(prefix: "own") { key }
      ofPipeline: metadataKeys(pipeline: "pipeline of gone") { key } }`,
    { id, name, step: stepId },
  );
  const none = { totalCount: 0, nodes: [] };
  expect(read).toEqual({
    byId: null,
    byName: null,
    byPrefix: null,
    step: null,
    pipelineRuns: none,
    byKey: none,
    metadataKeys: [],
    ofPipeline: [],
  });
  for (const [query, variables] of [
    ['query ($id: String!) { compareRuns(refs: [$id]) { runs { id } } }', { id }],
    ['mutation ($id: String!) { finishRun(ref: $id) { id } }', { id }],
    [deleteMutation, { ref: id }],
    [deleteMutation, { ref: name }],
    ['mutation ($id: ID!) { retractMetadata(entryId: $id, reason: "r") { latest { id } } }', { id: entryId }],
    ['mutation ($id: UUID!) { finishStep(id: $id) { id } }', { id: stepId }],
  ] as const)
    expect((await service.fail(query, variables)).extensions.code).toBe('NOT_FOUND');
  const again = await startRun(service, { name });
  expect(again.id).not.toBe(id);
  expect(await leftOf(service, again.id)).toEqual({ 'pipeline_run.id': 1 });
});

test('writers to it get NOT_FOUND, by whatever they mean it', async ({ service }) => {
  const { id, name, stepId } = await fullRun(service, 'written to');
  await deleteRun(service, id);
  const logMutation =
    'mutation ($target: MetadataTarget!) { logMetadata(input: { target: $target, metadata: { k: 1 } }) { replayed } }';
  for (const target of [{ run: id }, { run: name }, { stepId }, { step: { run: id, name: 'train' } }])
    expect((await service.fail(logMutation, { target })).extensions.code).toBe('NOT_FOUND');
  const start = 'mutation ($run: String!) { startStep(input: { run: $run, name: "s" }) { id } }';
  expect((await service.fail(start, { run: id })).extensions.code).toBe('NOT_FOUND');
  expect(await leftOf(service, id)).toEqual({});
  await tally(service.db);
  expect(await service.sql('SELECT FROM counted_run WHERE run_id = $1', [id])).toEqual([]);
});

test('nothing of it is left in any table, and nothing of others is missing', async ({ service }) => {
  const [mine, other] = [await fullRun(service, 'mine'), await fullRun(service, 'others')];
  await fill(service, mine.id, 12_000);
  const before = await leftOf(service, other.id);
  await deleteRun(service, mine.id);
  await eventually('the sweep has ended', async () => Object.keys(await leftOf(service, mine.id)).length === 0);
  expect(await leftOf(service, mine.stepId)).toEqual({});
  expect(await leftOf(service, other.id)).toEqual(before);
  expect(await service.sql('SELECT FROM deleted_run')).toEqual([]);
});

test('deleted by many at once, one or all say that it is gone, and it is', async ({ service }) => {
  const { id } = await fullRun(service, 'raced');
  const answers = await Promise.all(
    Array.from({ length: 8 }, () =>
      service.answer(JSON.stringify({ query: deleteMutation, variables: { ref: id } }), undefined),
    ),
  );
  for (const { body } of answers) expect(body).toMatch(/"deleteRun":true|NOT_FOUND/);
  expect(answers.some(({ body }) => body.includes('"deleteRun":true'))).toBe(true);
  expect(await leftOf(service, id)).toEqual({});
});

test('while writers write to it, each write is refused or is gone with it', async ({ service }) => {
  const { id, stepId } = await fullRun(service, 'busy');
  const outcomes: string[] = [];
  const writer = async (target: unknown) => {
    for (;;) {
      const { body } = await service.answer(
        JSON.stringify({
          query:
            'mutation ($target: MetadataTarget!) { logMetadata(input: { target: $target, metadata: { k: 1 } }) { replayed } }',
          variables: { target },
        }),
        undefined,
      );
      outcomes.push(body);
      if (body.includes('errors')) return;
    }
  };
  const writers = [{ run: id }, { stepId }, { stepId }, { step: { run: id, name: 'train' } }].map(writer);
  await eventually('they write', () => outcomes.length > 20);
  await deleteRun(service, id);
  await Promise.all(writers);
  expect(outcomes.filter((body) => body.includes('errors') && !body.includes('NOT_FOUND'))).toEqual([]);
  await eventually('the sweep has ended', async () => Object.keys(await leftOf(service, id)).length === 0);
});

test('a sweep that is held up holds up neither the answer nor the writers of other runs', async ({ service }) => {
  const [mine, other] = [await fullRun(service, 'held up'), await fullRun(service, 'not held up')];
  await fill(service, mine.id, 100);
  const holder = new pg.Client({ connectionString: service.url });
  await holder.connect();
  try {
    await holder.query('BEGIN');
    await holder.query('SELECT FROM metadata_entry WHERE run_id = $1 FOR UPDATE', [mine.id]);
    await deleteRun(service, mine.id);
    expect(await service.run('{ pipelineRun(ref: "held up") { id } }')).toEqual({ pipelineRun: null });
    for (let n = 0; n < 10; n += 1) {
      await log(service, { run: other.id }, { n });
      await log(service, { stepId: (await startStep(service, other.id, `s${n}`)).id }, { n });
    }
    expect(Object.keys(await leftOf(service, mine.id))).toContain('deleted_run.run_id');
  } finally {
    await holder.query('ROLLBACK');
    await holder.end();
  }
  // Where the machine was so busy that the sweep gave up waiting, the next one does it.
  await sweepDeletedRuns(service.db);
  await eventually('the sweep has ended', async () => Object.keys(await leftOf(service, mine.id)).length === 0);
});

test('a sweep that was broken off is finished by the next', async ({ service }) => {
  const [first, second] = [await fullRun(service, 'first'), await fullRun(service, 'second')];
  await fill(service, first.id, 12_000);
  // As a server leaves it that ends right after the deletion.
  await service.sql('INSERT INTO deleted_run (run_id) VALUES ($1)', [first.id]);
  await service.sql('DELETE FROM step WHERE run_id = $1', [first.id]);
  await service.sql('DELETE FROM pipeline_run WHERE id = $1', [first.id]);
  await sweepDeletedRuns(service.db, AbortSignal.abort());
  expect(await leftOf(service, first.id)).toMatchObject({ 'deleted_run.run_id': 1 });
  await deleteRun(service, second.id);
  await eventually('the sweep has ended', async () => Object.keys(await leftOf(service, first.id)).length === 0);
  expect(await leftOf(service, second.id)).toEqual({});
});

test('a run that is started again under the same id has nothing of the old one, and loses nothing to its sweep', async ({
  service,
}) => {
  const { id } = await fullRun(service, 'phoenix');
  await service.sql('INSERT INTO deleted_run (run_id) VALUES ($1)', [id]);
  await service.sql('DELETE FROM step WHERE run_id = $1', [id]);
  await service.sql('DELETE FROM pipeline_run WHERE id = $1', [id]);
  const start = 'mutation ($id: UUID!) { startRun(input: { id: $id, name: "phoenix" }) { id } }';
  const error = await service.fail(start, { id });
  expect(error.extensions.code).toBe('CONFLICT');
  expect(error.message).toContain(id);
  await sweepDeletedRuns(service.db);
  await service.run(start, { id });
  expect(await leftOf(service, id)).toEqual({ 'pipeline_run.id': 1 });
  await log(service, { run: id }, { k: 1 });
  await sweepDeletedRuns(service.db);
  expect(await leftOf(service, id)).toMatchObject({ 'metadata_entry.run_id': 1, 'metadata_entry.scope_id': 1 });
});

test('what took over the metadata of its step keeps it, and says no more where it came from', async ({ service }) => {
  const { id, stepId } = await fullRun(service, 'origin');
  const other = await startRun(service, { name: 'heir' });
  const { id: heir } = await startStep(service, other.id, 'train', { cachedFrom: stepId });
  await deleteRun(service, id);
  const query = 'query ($id: UUID!) { step(id: $id) { status cachedFrom { id } runMetadata(key: "k") { value } } }';
  expect(await service.run(query, { id: heir })).toEqual({
    step: { status: 'CACHED', cachedFrom: null, runMetadata: { value: 1 } },
  });
});

test.for([
  ['nowhere', 'NOT_FOUND'],
  ['', 'NOT_FOUND'],
  ['twin', 'AMBIGUOUS'],
  ['01234567-89ab-cdef-0123-456789abcdef', 'NOT_FOUND'],
] as const)('the ref %j is %s, and nothing is deleted', async ([ref, code], { service }) => {
  await startRun(service, { name: 'twin-1' }).catch(() => {});
  await startRun(service, { name: 'twin-2' }).catch(() => {});
  const before = await service.sql('SELECT count(*)::int FROM pipeline_run');
  expect((await service.fail(deleteMutation, { ref })).extensions.code).toBe(code);
  expect(await service.sql('SELECT count(*)::int FROM pipeline_run')).toEqual(before);
});
