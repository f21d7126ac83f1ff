import { randomUUID } from 'node:crypto';
import { describe, expect } from 'vitest';
import { parseJson } from '../../clients/typescript/src/json/parse.ts';
import { latestOfRun, latestOfStep, log, startRun, startStep } from '../support/ledger.ts';
import type { TestService } from '../support/service.ts';
import { subscribe } from '../support/subscribe.ts';
import { test } from '../support/test.ts';

let run: string;
let step: string;
test.beforeEach(async ({ service }) => {
  run = (await startRun(service)).id;
  step = (await startStep(service, run, 'train')).id;
});

const mutation = `mutation ($entryId: ID!, $reason: String!) {
  retractMetadata(entryId: $entryId, reason: $reason) { latest { id value } } }`;

/** Takes an entry back and gives what is latest then. */
async function retract(
  service: TestService,
  entryId: string,
  reason = 'a mistake',
): Promise<{ id: string; value: unknown } | null> {
  return (await service.run(mutation, { entryId, reason })).retractMetadata.latest;
}

/** Logs one value and gives the id of its entry. */
async function logOne(
  service: TestService,
  target: Record<string, unknown>,
  value: unknown,
  more: Record<string, unknown> = {},
) {
  const { entries } = await log(service, target, undefined, { entries: [{ key: 'k', value, ...more }] });
  return entries[0]!.id;
}

const latestRows = (service: TestService, runId: string) =>
  service.sql(
    `SELECT CASE WHEN scope_id = run_id THEN 'run' WHEN filter_scope = '' THEN 'whole' ELSE 'step' END AS scope, key, type::text,
       sort_class, sort_number::text AS number, sort_text, filter_scope FROM latest_entry WHERE run_id = $1 ORDER BY 1, key`,
    [runId],
  );

describe('what is latest', () => {
  test('is worked out anew for the step and for the run', async ({ service }) => {
    await logOne(service, { run }, 'own');
    await logOne(service, { stepId: step }, 1);
    const wrong = await logOne(service, { stepId: step }, 2);
    expect((await retract(service, wrong))?.value).toBe(1);
    expect(await latestOfStep(service, step, 'k')).toBe(1);
    expect(await latestOfRun(service, run, 'k')).toBe(1);
    expect(await latestOfRun(service, run, 'train::k')).toBe(1);
  });

  test("of the run falls back to another scope, while the answer is of the entry's own", async ({ service }) => {
    await logOne(service, { run }, 'own');
    const only = await logOne(service, { stepId: step }, 1);
    expect(await retract(service, only)).toBeNull();
    expect(await latestOfStep(service, step, 'k')).toBeUndefined();
    expect(await latestOfRun(service, run, 'k')).toBe('own');
  });

  test('stays when an older entry is taken back, and does not come to it later', async ({ service }) => {
    const first = await logOne(service, { stepId: step }, 1);
    const second = await logOne(service, { stepId: step }, 2);
    await logOne(service, { stepId: step }, 3);
    expect((await retract(service, second))?.value).toBe(3);
    const third = (await retract(service, first))!;
    expect(third.value).toBe(3);
    expect(await retract(service, third.id)).toBeNull();
    expect(await latestRows(service, run)).toEqual([]);
  });

  test('of a superseded attempt changes for it alone', async ({ service }) => {
    await logOne(service, { stepId: step }, 1);
    const old = await logOne(service, { stepId: step }, 2);
    const next = await startStep(service, run, 'train');
    expect((await retract(service, old))?.value).toBe(1);
    expect(await latestOfStep(service, step, 'k')).toBe(1);
    expect(await latestOfRun(service, run, 'k')).toBeUndefined();
    await logOne(service, { stepId: next.id }, 3);
    expect(await latestOfRun(service, run, 'k')).toBe(3);
  });

  test('of a step that took over the value stays with it', async ({ service }) => {
    const original = await logOne(service, { stepId: step }, 1);
    const other = await startRun(service);
    const cached = await startStep(service, other.id, 'train', { cachedFrom: step });
    await retract(service, original);
    expect(await latestOfStep(service, cached.id, 'k')).toBe(1);
    expect(await latestOfStep(service, step, 'k')).toBeUndefined();
  });

  test('under other keys is left alone', async ({ service }) => {
    const { entries } = await log(service, { stepId: step }, { a: 1, b: 2 });
    await retract(service, entries[0]!.id);
    expect(await latestOfRun(service, run, 'b')).toBe(2);
  });

  const x = 'x'.repeat(250);
  test.for<[string, string, string | undefined]>([
    ['an integer', '7', undefined],
    ['a 64-bit neighbour', '9007199254740993', undefined],
    ['a 40-digit integer', '-1234567890123456789012345678901234567890', undefined],
    ['1,000 digits', '1'.repeat(1_000), undefined],
    ['1,001 digits', `${'1'.repeat(1_000)}9`, undefined],
    ['a negative of 1,001 digits', `-${'1'.repeat(1_000)}9`, undefined],
    ['30,000 digits', '7'.repeat(30_000), undefined],
    ['a fraction', '0.1433', undefined],
    ['a large double', '1.7976931348623157e308', undefined],
    ['a small double', '5e-324', undefined],
    ['1e21', '1e21', undefined],
    ['negative zero', '-0.0', undefined],
    ['a FLOAT that is whole', '3', 'FLOAT'],
    ['NaN', '"NaN"', 'FLOAT'],
    ['a size', '"1.5 GiB"', 'STORAGE_SIZE'],
    ['no text', '""', undefined],
    ['a text', '"50% \\\\ \\n \\"quoted\\""', undefined],
    ['a long text', JSON.stringify(x), undefined],
    ['a long text of wide characters', JSON.stringify('😀'.repeat(250)), undefined],
    ['a URI', '"s3://bucket/a"', 'URI'],
    ['a path', JSON.stringify(`/${x}`), 'PATH'],
    ['true', 'true', undefined],
    ['null', 'null', undefined],
    ['a list', '[1, "two", null]', undefined],
    ['a set', '[1, 1.0, "two"]', 'SET'],
    ['an object', '{"b": 1, "a": {"__proto__": [0.1]}}', undefined],
  ])('has the sort columns that writing it anew gives: %s', async ([_name, json, type], { service }) => {
    const value = parseJson(json);
    const typed = type ? { type } : {};
    await logOne(service, { stepId: step }, value, typed);
    await retract(service, await logOne(service, { stepId: step }, ['wrong']));
    const fresh = await startRun(service);
    const freshStep = await startStep(service, fresh.id, 'train');
    await logOne(service, { stepId: freshStep.id }, value, typed);
    const [restored, written] = [await latestRows(service, run), await latestRows(service, fresh.id)];
    expect(restored).toHaveLength(2);
    const same = await service.sql('SELECT $1::numeric IS NOT DISTINCT FROM $2::numeric AS same', [
      restored[0].number,
      written[0].number,
    ]);
    expect(same).toEqual([{ same: true }]);
    const withoutNumber = (rows: { number: string | null }[]) =>
      rows.map((row) => ({ ...row, number: row.number !== null }));
    expect(withoutNumber(restored)).toEqual(withoutNumber(written));
    expect(restored[0].number).toBe(restored[1].number);
  });
});

describe('the entry', () => {
  test('loses its value, in every table, and keeps its key, type, times and the reason', async ({ service }) => {
    const { entries } = await log(service, { stepId: step }, undefined, {
      entries: [{ key: 'k', value: 'a-very-secret-text', iteration: 7 }],
      loggedAt: '2026-11-24T00:00:00Z',
    });
    await retract(service, entries[0]!.id, 'it was a password');
    const rows = await service.sql(
      `SELECT key, type::text, value, iteration, logged_at, retracted_at IS NOT NULL AS retracted, retract_reason AS reason
       FROM metadata_entry WHERE run_id = $1`,
      [run],
    );
    expect(rows).toEqual([
      {
        key: 'k',
        type: 'STRING',
        value: null,
        iteration: '7',
        logged_at: new Date('2026-11-24T00:00:00Z'),
        retracted: true,
        reason: 'it was a password',
      },
    ]);
    for (const table of ['metadata_entry', 'latest_entry', 'log_request', 'step', 'pipeline_run'])
      expect(await service.sql(`SELECT FROM ${table} t WHERE t::text LIKE '%very-secret%'`)).toEqual([]);
  });

  test('taken back twice stays as the first time left it', async ({ service }) => {
    await logOne(service, { stepId: step }, 1);
    const wrong = await logOne(service, { stepId: step }, 2);
    await retract(service, wrong, 'first');
    const whole = () => service.sql('SELECT *, xmin::text FROM metadata_entry WHERE run_id = $1 ORDER BY id', [run]);
    const before = await whole();
    expect((await retract(service, wrong, 'second'))?.value).toBe(1);
    expect(await whole()).toEqual(before);
    await logOne(service, { stepId: step }, 3);
    expect((await retract(service, wrong, 'third'))?.value).toBe(3);
  });

  test('by many at once is taken back once', async ({ service }) => {
    await logOne(service, { stepId: step }, 1);
    const wrong = await logOne(service, { stepId: step }, 2);
    const answers = await Promise.all(Array.from({ length: 10 }, (_, n) => retract(service, wrong, `reason ${n}`)));
    expect(answers.map((latest) => latest?.value)).toEqual(answers.map(() => 1));
    expect(await latestOfRun(service, run, 'k')).toBe(1);
  });

  test('is replayed without its value by a retry of the request that logged it', async ({ service }) => {
    const requestId = randomUUID();
    const input = { target: { stepId: step }, metadata: { k: 2, other: 1 }, requestId };
    const query = `mutation ($input: LogMetadataInput!) { logMetadata(input: $input) {
      replayed entries { id key value type number display } } }`;
    const first = (await service.run(query, { input })).logMetadata;
    await retract(service, first.entries[0].id);
    const again = (await service.run(query, { input })).logMetadata;
    expect(again).toEqual({
      replayed: true,
      entries: [{ ...first.entries[0], value: null, number: null, display: 'retracted' }, first.entries[1]],
    });
    expect(await latestOfStep(service, step, 'k')).toBeUndefined();
  });

  test('leaves history, its count, the lists of latest entries and the series', async ({ service }) => {
    await logOne(service, { stepId: step }, 1);
    const wrong = await logOne(service, { stepId: step }, 2);
    await logOne(service, { stepId: step }, 3);
    await retract(service, wrong);
    const history = 'metadataHistory(key: "k") { totalCount nodes { value } }';
    const read = await service.run(
      `query ($run: String!, $step: UUID!) {
        pipelineRun(ref: $run) { ${history} metadata { value } }
        step(id: $step) { ${history} metadata { value } metadataSeries(key: "k") { total points { value } } } }`,
      { run, step },
    );
    const both = { totalCount: 2, nodes: [{ value: 3 }, { value: 1 }] };
    expect(read).toEqual({
      pipelineRun: { metadataHistory: both, metadata: [{ value: 3 }] },
      step: {
        metadataHistory: both,
        metadata: [{ value: 3 }],
        metadataSeries: { total: 2, points: [{ value: 1 }, { value: 3 }] },
      },
    });
  });

  test('is found by no filter, and its run is ordered by what is left', async ({ service }) => {
    const other = await startRun(service, { name: `filter-b-${run}` });
    const mine = await startRun(service, { name: `filter-a-${run}` });
    await logOne(service, { run: other.id }, 5);
    await logOne(service, { run: mine.id }, 1);
    const wrong = await logOne(service, { run: mine.id }, 9);
    const names = async (metadata: string) => {
      const query = `query ($prefix: String) { pipelineRuns(filter: { namePrefix: $prefix, metadata: ${metadata} }, orderBy: { metadata: { key: "k" } }) { nodes { id } } }`;
      const { nodes } = (await service.run(query, { prefix: 'filter-' })).pipelineRuns;
      return nodes.map(({ id }: { id: string }) => id).filter((id: string) => id === other.id || id === mine.id);
    };
    expect(await names('{ key: "k" }')).toEqual([mine.id, other.id]);
    await retract(service, wrong);
    expect(await names('{ key: "k" }')).toEqual([other.id, mine.id]);
    expect(await names('{ key: "k", gt: 8 }')).toEqual([]);
    expect(await names('{ key: "k", equals: 1 }')).toEqual([mine.id]);
  });

  test('is skipped by a reader that follows from before it', async ({ service }) => {
    const ids = [];
    for (const value of [1, 2, 3]) ids.push(await logOne(service, { stepId: step }, value));
    await retract(service, ids[1]!);
    const response = await subscribe(
      service,
      'subscription ($ref: String!, $after: ID) { metadataLogged(ref: $ref, after: $after) { value } }',
      // Also after an entry that was itself taken back.
      { ref: run, after: ids[0] },
    );
    const reader = response.body!.getReader();
    let text = '';
    while (!text.includes('"value":')) text += Buffer.from((await reader.read()).value ?? []).toString();
    await reader.cancel();
    expect(text).toContain('"value":3');
    expect(text).not.toContain('"value":2');
  });
});

describe('is refused', () => {
  test.for([
    '0',
    '-1',
    'abc',
    '',
    '1.5',
    '999999999',
    '9223372036854775807',
    '9223372036854775808',
    '9'.repeat(40),
    '１',
  ])('for the id %j of no entry', async (entryId, { service }) => {
    const error = await service.fail(mutation, { entryId, reason: 'r' });
    expect(error.extensions.code).toBe('NOT_FOUND');
  });

  test.for(['', ' ', '\n\t', 'x'.repeat(1_001), 'a\0b', '\ud800'])('for the reason %j', async (reason, { service }) => {
    const entryId = await logOne(service, { stepId: step }, 1);
    const error = await service.fail(mutation, { entryId, reason });
    expect(error.extensions.code).toBe('BAD_USER_INPUT');
    expect(error.message).toContain('reason');
    expect(await latestOfStep(service, step, 'k')).toBe(1);
  });

  test('for no reason of 1 to 1,000 characters', async ({ service }) => {
    for (const reason of ['x', 'x'.repeat(1_000)])
      await retract(service, await logOne(service, { stepId: step }, 1), reason);
  });

  test.for([false, true])('in a deleted run (taken back before: %s)', async (before, { service }) => {
    const entryId = await logOne(service, { stepId: step }, 1);
    await logOne(service, { run }, 2);
    if (before) await retract(service, entryId);
    // As it is while the entries of a large run are still being removed.
    await service.sql('INSERT INTO deleted_run (run_id) VALUES ($1)', [run]);
    await service.sql('DELETE FROM step WHERE run_id = $1', [run]);
    await service.sql('DELETE FROM pipeline_run WHERE id = $1', [run]);
    const error = await service.fail(mutation, { entryId, reason: 'r' });
    expect(error.extensions.code).toBe('NOT_FOUND');
  });
});

test('while writers write, the stored latest stays what the history says', async ({ service }) => {
  const second = (await startStep(service, run, 'eval')).id;
  const writers = Array.from({ length: 6 }, async (_, writer) => {
    for (let n = 0; n < 8; n += 1) {
      const target = writer % 3 === 0 ? { run } : { stepId: writer % 3 === 1 ? step : second };
      const id = await logOne(service, target, writer * 100 + n);
      if (n % 2 === writer % 2) await retract(service, id);
      if (n === 5 && writer === 0) await startStep(service, run, 'train');
    }
  });
  await Promise.all(writers);
  const rows = await service.sql(
    `SELECT count(*) FILTER (WHERE l.entry_id IS DISTINCT FROM h.id)::int AS wrong, count(*)::int AS all FROM (
       SELECT scope_id, max(id) AS id FROM metadata_entry WHERE run_id = $1 AND retracted_at IS NULL GROUP BY scope_id
       UNION ALL
       SELECT '00000000-0000-0000-0000-000000000000', max(e.id) FROM metadata_entry e
       WHERE e.run_id = $1 AND e.retracted_at IS NULL
         AND (e.scope_id = $1 OR EXISTS (SELECT FROM step s WHERE s.run_id = $1 AND s.id = e.scope_id AND NOT s.superseded))
     ) h FULL JOIN (SELECT * FROM latest_entry WHERE run_id = $1) l ON l.scope_id = h.scope_id`,
    [run],
  );
  expect(rows[0].wrong).toBe(0);
  expect(rows[0].all).toBeGreaterThanOrEqual(3);
});
