import { finishStep, log, startRun, startStep } from './ledger.ts';
import type { TestService } from './service.ts';

const retract =
  'mutation ($id: ID!) { retractMetadata(entryId: $id, reason: "a \\"typo\\"\\nof mine") { latest { id } } }';

/**
 * Writes a ledger that has one of everything that can be written: attempts, cached and failed steps, a run that crashed and one
 * that lives, retractions, request ids, iterations, and values and names that are hard to carry.
 */
export async function writeFullLedger(service: TestService): Promise<void> {
  const iris = await startRun(service, {
    name: 'iris "1" \\ café',
    pipeline: 'iris',
    startedAt: '2026-11-01T08:00:00.123Z',
  });
  const first = await startStep(service, iris.id, 'train');
  await log(
    service,
    { stepId: first.id },
    { only: 'first' },
    { requestId: crypto.randomUUID(), entries: [{ key: 'loss', value: 0.9, iteration: 1 }] },
  );
  const second = await startStep(service, iris.id, 'train');
  await log(service, { stepId: second.id }, undefined, {
    entries: [{ key: 'loss', value: 0.5, iteration: -9007199254740993n }],
  });
  await log(service, { stepId: second.id }, { loss: 0.25 }, { loggedAt: '1999-12-31T23:59:59.999Z' });
  await log(service, { run: iris.id }, { loss: 3, 'train::loss': 'own' }, { requestId: crypto.randomUUID() });
  await service.run(
    `mutation ($run: String!) { logMetadata(input: { target: { run: $run }, metadata: {
      long: ${'9'.repeat(400)}, tiny: 5e-324, exact: 9007199254740993, minus: -0.0, e: 1e5, whole: 1.0, nothing: null, yes: true,
      dict: {b: 1.0, a: [true, null, {c: 1e100}]}, list: [3, 2, 1] },
      entries: [{ key: "nan", value: "NaN", type: FLOAT }, { key: "uri", value: "s3://x/\\u00e9", type: URI },
        { key: "size", value: "1.5 GiB", type: STORAGE_SIZE }, { key: "set", value: [1, 1, 2], type: SET }] }) { replayed } }`,
    { run: iris.id },
  );
  const hostile = {
    ['__proto__']: 1,
    'a "quoted" \\ key': '\u2028 \u007f \t\r\n \\ "\\u0041" \u0001 😀',
    ', "kind":"end"': '{"kind":"run"}',
  };
  await log(service, { run: iris.id }, undefined, {
    entries: Object.entries(hostile).map(([key, value]) => ({ key, value })),
  });
  const { entries } = await log(service, { stepId: second.id }, { gone: 1, 'newest gone': 1 });
  const { entries: later } = await log(service, { stepId: second.id }, { 'newest gone': 2 });
  for (const { id } of [entries[0]!, later[0]!]) await service.run(retract, { id });
  await finishStep(service, second.id);
  const heir = await startRun(service, { name: 'heir', pipeline: 'iris', startedAt: '2026-11-02T08:00:00Z' });
  await startStep(service, heir.id, 'train', { cachedFrom: second.id });
  const failed = await startRun(service, { name: 'failed', pipeline: 'other' });
  const step = await startStep(service, failed.id, 'train no');
  await service.run(
    `mutation ($step: UUID!, $run: String!) {
      s: finishStep(id: $step, status: FAILED, failure: { type: "ValueError", message: "line 1\\nline 2", traceback: "at \\"x\\"" }) { id }
      r: finishRun(ref: $run, status: FAILED, failure: { type: "E", message: "m" }) { id } }`,
    { step: step.id, run: failed.id },
  );
  const living = await startRun(service, { name: 'living', pipeline: 'other' });
  const silent = await startStep(service, living.id, 'silent');
  await service.run('mutation ($runs: [UUID!]!, $steps: [UUID!]!) { keepAlive(runIds: $runs, stepIds: $steps) }', {
    runs: [living.id],
    steps: [silent.id],
  });
  await startRun(service, { name: 'empty', pipeline: 'other' });
}

/** All of a ledger that is to survive a move, what is worked out from it too, by plain SQL. */
export async function tablesOf(service: TestService): Promise<Record<string, unknown[]>> {
  const tables = ['pipeline_run', 'step', 'metadata_entry', 'latest_entry', 'log_request', 'heartbeat', 'failure'];
  const rows = await Promise.all(
    tables.map(async (table) => [
      table,
      (await service.sql(`SELECT t::text AS row FROM ${table} t ORDER BY t::text COLLATE "C"`)).map(({ row }) => row),
    ]),
  );
  return Object.fromEntries(rows);
}
