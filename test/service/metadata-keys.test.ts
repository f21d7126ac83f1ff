import { expect } from 'vitest';
import { log, startRun, startStep } from '../support/ledger.ts';
import type { TestService } from '../support/service.ts';
import { test } from '../support/test.ts';

test.beforeAll(async ({ service }) => {
  const at = (day: number) => ({ loggedAt: `2026-11-0${day}T00:00:00Z` });
  const start = async (name: string, pipeline: string) => (await startRun(service, { name, pipeline })).id;

  const a = await start('a', 'p');
  await log(service, { run: a }, { acc: 0.5, note: 'x', 'caf\u00e9': 1 }, at(1));
  await startStep(service, a, 'train');
  await log(service, { step: { run: a, name: 'train' } }, { acc: 0.75, loss: 1.5, 'own::key': 1 }, at(2));

  const b = await start('b', 'p');
  await log(service, { run: b }, { acc: 1, note: null, Z: 1 }, at(3));
  const c = await start('c', 'q%');
  await log(service, { run: c }, { acc: 'n/a', a_c: 1, 'a%': 2, '\u{1f600}': 3, '\uffff': 4 }, at(4));

  // What is not in use: a superseded attempt's, a retracted one, a deleted run's.
  await startStep(service, b, 'train');
  await log(service, { step: { run: b, name: 'train' } }, { superseded: 1, acc: 5 }, at(5));
  await startStep(service, b, 'train');
  const { entries } = await log(service, { run: c }, { retracted: 1 }, at(5));
  await service.run('mutation ($id: ID!) { retractMetadata(entryId: $id, reason: "no") { latest { id } } }', {
    id: entries[0]!.id,
  });
  const d = await start('d', 'p');
  await log(service, { run: d }, { deleted: 1, acc: 1 }, at(6));
  await service.run('mutation { deleteRun(ref: "d") }');
});

type Key = { key: string; types: string[]; runs: number; lastLoggedAt: string };
async function keys(service: TestService, args = ''): Promise<Key[]> {
  return (await service.run(`{ metadataKeys${args} { key types runs lastLoggedAt } }`)).metadataKeys;
}
const names = async (service: TestService, args: string) => (await keys(service, args)).map(({ key }) => key);

test('the keys in use, plain, in order of bytes', async ({ service }) => {
  expect(await names(service, '')).toEqual([
    'Z',
    'a%',
    'a_c',
    'acc',
    'caf\u00e9',
    'loss',
    'note',
    'own::key',
    '\uffff',
    '\u{1f600}',
  ]);
});

test('of each: the types, the most frequent first; in how many runs; and when it was last logged', async ({
  service,
}) => {
  const byName = new Map((await keys(service)).map((key) => [key.key, key]));
  // Run a's latest acc is the step's: one FLOAT, one INT, one STRING.
  expect(byName.get('acc')).toMatchObject({ runs: 3, lastLoggedAt: '2026-11-04T00:00:00.000Z' });
  expect(new Set(byName.get('acc')!.types)).toEqual(new Set(['FLOAT', 'INT', 'STRING']));
  expect(byName.get('note')).toMatchObject({ runs: 2, lastLoggedAt: '2026-11-03T00:00:00.000Z' });
  expect(byName.get('loss')).toEqual({
    key: 'loss',
    types: ['FLOAT'],
    runs: 1,
    lastLoggedAt: '2026-11-02T00:00:00.000Z',
  });
  const more = await startRun(service, { name: 'more', pipeline: 'r' });
  await log(service, { run: more.id }, { acc: 2 });
  expect((await keys(service, '(prefix: "acc")'))[0]!.types[0]).toBe('INT');
  await service.run('mutation { deleteRun(ref: "more") }');
});

test.for([
  ['(pipeline: "p")', ['Z', 'acc', 'caf\u00e9', 'loss', 'note', 'own::key']],
  ['(pipeline: "q%")', ['a%', 'a_c', 'acc', '\uffff', '\u{1f600}']],
  ['(pipeline: "q")', []],
  ['(pipeline: "")', []],
  ['(pipeline: "\\u0000")', []],
  ['(prefix: "a")', ['a%', 'a_c', 'acc']],
  ['(prefix: "a%")', ['a%']],
  ['(prefix: "a_")', ['a_c']],
  ['(prefix: "A")', []],
  ['(prefix: "cafe\u0301")', ['caf\u00e9']],
  ['(prefix: "\uffff")', ['\uffff']],
  ['(prefix: "\u{1f600}")', ['\u{1f600}']],
  ['(prefix: "own::")', ['own::key']],
  ['(prefix: "train::")', []],
  ['(prefix: "acc", pipeline: "p")', ['acc']],
  ['(prefix: "\\u0000")', []],
  ['(first: 2)', ['Z', 'a%']],
  ['(first: 2, prefix: "c")', ['caf\u00e9']],
  ['(first: 0)', []],
  ['(first: 2, pipeline: "p")', ['Z', 'acc']],
] as const)('metadataKeys%s', async ([args, expected], { service }) => {
  expect(await names(service, args)).toEqual(expected);
});

test('in a pipeline, only its runs count', async ({ service }) => {
  expect((await keys(service, '(pipeline: "p", prefix: "acc")'))[0]).toMatchObject({
    runs: 2,
    lastLoggedAt: '2026-11-03T00:00:00.000Z',
  });
});

test.for([-1, 201, 1_000_000])('first: %i is refused', async (first, { service }) => {
  const error = await service.fail('query ($first: Int) { metadataKeys(first: $first) { key } }', { first });
  expect(error.extensions.code).toBe('BAD_USER_INPUT');
});

test('where nothing has happened since it was counted, it takes a look at that and one statement, neither of which reads entries', async ({
  service,
}) => {
  await keys(service);
  service.queries();
  await keys(service);
  const sent = service.queries();
  expect(sent).toHaveLength(2);
  for (const statement of sent) expect(statement).not.toMatch(/latest_entry|metadata_entry(?!_id_seq)|pipeline_run/);
});
