import { expect } from 'vitest';
import { log, startRun, startStep } from '../support/ledger.ts';
import type { TestService } from '../support/service.ts';
import { test } from '../support/test.ts';

type Row = { key: string; differs: boolean; cells: ({ value: unknown; qualifiedKey: string } | null)[] };

async function compare(service: TestService, refs: string[], keys?: string[] | null): Promise<Row[]> {
  const query = `query ($refs: [String!]!, $keys: [String!]) { compareRuns(refs: $refs, keys: $keys) {
    runs { name } rows { key differs cells { value qualifiedKey } } } }`;
  const { compareRuns } = await service.run(query, { refs, ...(keys === undefined ? {} : { keys }) });
  return compareRuns.rows;
}

/** Runs of one test, each with what it logs itself and what its steps log. */
async function runs(
  service: TestService,
  test: string,
  ...logged: Record<string, Record<string, unknown>>[]
): Promise<string[]> {
  return Promise.all(
    logged.map(async (scopes, index) => {
      const { id } = await startRun(service, { name: `${test}-${index}` });
      for (const [scope, metadata] of Object.entries(scopes)) {
        if (scope !== 'run') await startStep(service, id, scope);
        await log(service, scope === 'run' ? { run: id } : { step: { run: id, name: scope } }, metadata);
      }
      return id;
    }),
  );
}

const shape = (rows: Row[]) => rows.map(({ key, differs, cells }) => [key, differs, cells.map((cell) => cell?.value)]);

test('one row a key, qualified; those that differ first, then in order of bytes', async ({ service }) => {
  const refs = await runs(
    service,
    'rows',
    { run: { same: 1, b: 1, Z: 0, é: 1 }, train: { lr: 0.1, b: 5 } },
    { run: { same: 1, b: 2, Z: 0 }, train: { lr: 0.1 }, eval: { b: 5 } },
  );
  expect(shape(await compare(service, refs))).toEqual([
    ['b', true, [1, 2]],
    ['eval::b', true, [undefined, 5]],
    ['train::b', true, [5, undefined]],
    ['é', true, [1, undefined]],
    ['Z', false, [0, 0]],
    ['same', false, [1, 1]],
    ['train::lr', false, [0.1, 0.1]],
  ]);
});

test('values are compared as JSON, to the last digit', async ({ service }) => {
  const refs = await runs(
    service,
    'json',
    { run: { int: 9007199254740993n, one: 1, object: { a: 1, b: [2] }, list: [1, 2], word: '1', nil: null, zero: 0 } },
    { run: { int: 9007199254740992n, one: 1.0, object: { b: [2], a: 1 }, list: [2, 1], word: 1, zero: -0 } },
  );
  const differing = (await compare(service, refs)).filter(({ differs }) => differs).map(({ key }) => key);
  expect(differing).toEqual(['int', 'list', 'nil', 'word']);
});

test('the latest of the newest attempt counts, and what was retracted does not', async ({ service }) => {
  const [id] = await runs(service, 'latest', { train: { gone: 1, kept: 1 }, run: { back: 1 } });
  await startStep(service, id!, 'train');
  await log(service, { step: { run: id!, name: 'train' } }, { kept: 2 });
  const { entries } = await log(service, { run: id! }, { back: 2, out: 1 });
  for (const { id: entryId } of entries)
    await service.run('mutation ($id: ID!) { retractMetadata(entryId: $id, reason: "no") { latest { id } } }', {
      id: entryId,
    });
  expect(shape(await compare(service, [id!]))).toEqual([
    ['back', false, [1]],
    ['train::kept', false, [2]],
  ]);
});

test('keys choose rows, in their order: plain ones of the run and all its steps, qualified ones of one step', async ({
  service,
}) => {
  const refs = await runs(
    service,
    'keys',
    { run: { loss: 1, other: 1, 'caf\u00e9': 1 }, train: { loss: 2 }, eval: { loss: 3, acc: 4 } },
    { run: { other: 2 }, train: { loss: 2 } },
  );
  const keysOf = async (keys: string[]) => (await compare(service, refs, keys)).map(({ key }) => key);
  expect(await keysOf(['other', 'loss'])).toEqual(['other', 'loss', 'eval::loss', 'train::loss']);
  expect(await keysOf(['train::loss', 'loss'])).toEqual(['train::loss', 'loss', 'eval::loss']);
  expect(await keysOf(['acc', 'acc', 'eval::acc'])).toEqual(['eval::acc']);
  expect(await keysOf(['cafe\u0301'])).toEqual(['caf\u00e9']);
  expect(await keysOf(['none', '', '\0', 'x'.repeat(300)])).toEqual([]);
  expect(await keysOf([])).toEqual([]);
  expect(await compare(service, refs, null)).toEqual(await compare(service, refs));
});

test("a run's own key that reads like a step's stands before it, as for runMetadata", async ({ service }) => {
  const refs = await runs(
    service,
    'own',
    { run: { 'train::acc': 'own' }, train: { acc: 'step' } },
    { train: { acc: 'step' } },
  );
  const read = await service.run('{ own: pipelineRun(ref: "own-0") { runMetadata(key: "train::acc") { value } } }');
  expect(read.own.runMetadata.value).toBe('own');
  expect(shape(await compare(service, refs))).toEqual([['train::acc', true, ['own', 'step']]]);
  expect(shape(await compare(service, refs, ['acc']))).toEqual([['train::acc', true, ['own', 'step']]]);
});

test('odd keys are keys like any other', async ({ service }) => {
  const odd = JSON.parse('{ "__proto__": 1, "constructor": 2, "toJSON": 3, "a::b": 4 }');
  const refs = await runs(service, 'odd', { run: odd }, { run: { other: 1 } });
  expect(shape(await compare(service, refs))).toEqual([
    ['__proto__', true, [1, undefined]],
    ['a::b', true, [4, undefined]],
    ['constructor', true, [2, undefined]],
    ['other', true, [undefined, 1]],
    ['toJSON', true, [3, undefined]],
  ]);
});

test('runs come in the order of refs, also twice; no refs give nothing', async ({ service }) => {
  const refs = await runs(service, 'order', { run: { k: 1 } }, { run: { k: 2 } });
  expect(shape(await compare(service, [refs[1]!, 'order-0', refs[1]!]))).toEqual([['k', true, [2, 1, 2]]]);
  expect(await compare(service, [])).toEqual([]);
});

test('a ref that is unknown, ambiguous, or one of more than 100 is refused', async ({ service }) => {
  const [id] = await runs(service, 'refused', {}, {});
  const fail = async (refs: string[]) =>
    service.fail('query ($refs: [String!]!) { compareRuns(refs: $refs) { runs { id } } }', { refs });
  expect((await fail([id!, 'nowhere'])).extensions.code).toBe('NOT_FOUND');
  expect((await fail(['refused-'])).extensions.code).toBe('AMBIGUOUS');
  const many = await fail(Array.from({ length: 101 }, () => id!));
  expect(many.extensions.code).toBe('BAD_USER_INPUT');
  expect(many.message).toContain('101');
});

test('where all values are objects, their leaves stand side by side, those that differ first', async ({ service }) => {
  const refs = await runs(
    service,
    'leaves',
    { run: { cfg: { lr: 0.1, opt: { name: 'adam', beta: [0.9] }, none: null, empty: {} }, word: 'x' } },
    { run: { cfg: { lr: 0.2, opt: { name: 'adam', beta: [0.9] }, empty: {} }, word: 'y' } },
    { run: { word: 'z' } },
  );
  const { compareRuns } = await service.run(
    'query ($refs: [String!]!) { compareRuns(refs: $refs) { rows { key leaves { path values present differs } } } }',
    { refs },
  );
  expect(compareRuns.rows).toEqual([
    {
      key: 'cfg',
      leaves: [
        { path: ['empty'], values: [{}, {}, null], present: [true, true, false], differs: true },
        { path: ['lr'], values: [0.1, 0.2, null], present: [true, true, false], differs: true },
        { path: ['none'], values: [null, null, null], present: [true, false, false], differs: true },
        { path: ['opt', 'beta'], values: [[0.9], [0.9], null], present: [true, true, false], differs: true },
        { path: ['opt', 'name'], values: ['adam', 'adam', null], present: [true, true, false], differs: true },
      ],
    },
    { key: 'word', leaves: null },
  ]);
});

test('a hundred runs of fifty keys take three statements at most', async ({ service }) => {
  const metadata = Object.fromEntries(Array.from({ length: 25 }, (_, n) => [`k${n}`, n]));
  const refs = await runs(service, 'many', ...Array.from({ length: 100 }, () => ({ run: metadata, train: metadata })));
  service.queries();
  const rows = await compare(service, refs);
  expect(rows).toHaveLength(50);
  expect(rows.every(({ cells }) => cells.length === 100 && cells.every((cell) => cell !== null))).toBe(true);
  // What was logged just now is still being announced.
  const sent = service.queries().filter((sql) => !sql.includes('notify_logged'));
  expect(sent.length).toBeLessThanOrEqual(3);
});
