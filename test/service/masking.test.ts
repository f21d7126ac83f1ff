import { expect } from 'vitest';
import { log, logMutation, startRun } from '../support/ledger.ts';
import { testAlone as test } from '../support/test.ts';

test('an unexpected error is masked, and logged under the request id that the caller is told', async ({ service }) => {
  await startRun(service, { name: 'r' });
  await service.sql('ALTER TABLE latest_entry RENAME COLUMN sort_text TO secret_column');
  for (const error of [
    await service.fail(logMutation, { input: { target: { run: 'r' }, metadata: { k: 'secret value' } } }),
    await service.fail(
      '{ compareRuns(refs: ["r"]) { rows { key } } pipelineRun(ref: "r") { id } missing: step(id: "00000000-0000-4000-8000-000000000000") { id } x: pipelineRuns(filter: { metadata: { key: "k", startsWith: "a" } }) { nodes { id } } }',
    ),
  ]) {
    expect(error.extensions.code).toBe('INTERNAL_SERVER_ERROR');
    const requestId = error.extensions['requestId'] as string;
    expect(error.message).toContain(requestId);
    expect(JSON.stringify(error)).not.toMatch(/sort_text|secret|latest_entry|prisma|SELECT|\/src\//i);
    const logged = service.unexpected.filter((line) => line.includes(requestId));
    expect(logged).toHaveLength(1);
    expect(logged[0]).toContain('sort_text');
  }
});

test('a mutation that answers an error has written nothing', async ({ service }) => {
  await startRun(service, { name: 'r' });
  await service.sql(`ALTER TABLE latest_entry ADD CONSTRAINT no_bad CHECK (key <> 'bad')`);
  await expect(log(service, { run: 'r' }, { good: 1, bad: 1 })).rejects.toThrow('INTERNAL_SERVER_ERROR');
  expect(await service.sql('SELECT FROM metadata_entry')).toEqual([]);
});

test('what a caller can act on is told in full, and not logged', async ({ service }) => {
  for (const [query, code] of [
    ['{ nope }', 'GRAPHQL_VALIDATION_FAILED'],
    ['{', 'GRAPHQL_PARSE_FAILED'],
    ['query ($v: Int!) { pipelineRun(ref: "x") { steps(first: $v) { totalCount } } }', 'BAD_USER_INPUT'],
    ['{ step(id: "no uuid") { id } }', 'GRAPHQL_VALIDATION_FAILED'],
    ['mutation { finishRun(ref: "x") { id } }', 'NOT_FOUND'],
    ['mutation { logMetadata(input: { target: { run: "x" } }) { replayed } }', 'BAD_USER_INPUT'],
    ['query A { __typename } query B { __typename }', 'BAD_USER_INPUT'],
  ] as const) {
    const error = await service.fail(query);
    expect(error.extensions.code).toBe(code);
    expect(error.message.length).toBeGreaterThan(10);
  }
  expect(service.unexpected).toEqual([]);
});
