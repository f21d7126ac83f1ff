import { expect } from 'vitest';
import { pruneChanges } from '../../src/storage/changes/prune.ts';
import { tally } from '../../src/storage/counts/tally.ts';
import { type Events, follow } from '../support/events.ts';
import { finishStep, log, startRun, startStep } from '../support/ledger.ts';
import { subscribe } from '../support/subscribe.ts';
import { test, testAlone } from '../support/test.ts';

const changes = `subscription ($refs: [String!], $pipeline: String, $keys: [String!], $after: ID) {
  changes(refs: $refs, pipeline: $pipeline, keys: $keys, after: $after) {
    __typename cursor
    ... on RunChanged { run { name status } }
    ... on StepChanged { run { name } step { name attempt status } }
    ... on EntryLogged { run { name } entry { id qualifiedKey value } }
    ... on EntryRetracted { run { name } entry { id key value retraction { reason } } latest { value } }
    ... on RunDeleted { runId name }
  }
}`;

const take = async (events: Events, count: number) => (await events.take(count)).map((event) => event.changes);

test('all that happens to a run comes in order, under one cursor', async ({ service, second }) => {
  const events = await follow(service, changes, { pipeline: 'order' });
  await startRun(second, { name: 'r', pipeline: 'order' });
  const step = await startStep(service, 'r', 'train');
  await log(second, { stepId: step.id }, { loss: 0.5 });
  await finishStep(service, step.id, 'FAILED');
  await startStep(service, 'r', 'train');
  await service.run('mutation { finishRun(ref: "r") { id } }');
  const seen = await take(events, 7);
  expect(seen.map(({ __typename }) => __typename)).toEqual([
    'RunChanged',
    'StepChanged',
    'EntryLogged',
    'StepChanged',
    'StepChanged',
    'StepChanged',
    'RunChanged',
  ]);
  await second.run('mutation { deleteRun(ref: "r") }');
  seen.push(...(await take(events, 1)));
  expect(seen.at(-1)).toMatchObject({ __typename: 'RunDeleted', name: 'r' });
  const cursors = seen.map(({ cursor }) => BigInt(cursor));
  expect(cursors).toEqual([...new Set(cursors)].sort((a, b) => (a < b ? -1 : 1)));
  await events.cut();
});

test('each kind of change says what it is about', async ({ service }) => {
  const run = await startRun(service, { name: 'kinds', pipeline: 'kinds' });
  const events = await follow(service, changes, { refs: ['kinds'] });
  const step = await startStep(service, 'kinds', 'train');
  expect((await take(events, 1))[0]).toMatchObject({
    __typename: 'StepChanged',
    run: { name: 'kinds' },
    step: { name: 'train', attempt: 1, status: 'RUNNING' },
  });
  await log(service, { run: 'kinds' }, { loss: 0.5 });
  const { entries } = await log(service, { run: 'kinds' }, { loss: 0.25 });
  expect(await take(events, 2)).toMatchObject([
    { __typename: 'EntryLogged', entry: { qualifiedKey: 'loss', value: 0.5 } },
    { __typename: 'EntryLogged', cursor: entries[0]!.id, entry: { id: entries[0]!.id, value: 0.25 } },
  ]);
  await service.run('mutation ($id: ID!) { retractMetadata(entryId: $id, reason: "wrong unit") { latest { id } } }', {
    id: entries[0]!.id,
  });
  expect((await take(events, 1))[0]).toMatchObject({
    __typename: 'EntryRetracted',
    entry: { id: entries[0]!.id, key: 'loss', value: null, retraction: { reason: 'wrong unit' } },
    latest: { value: 0.5 },
  });
  await finishStep(service, step.id, 'FAILED');
  expect((await take(events, 1))[0]).toMatchObject({ __typename: 'StepChanged', step: { status: 'FAILED' } });
  await startStep(service, 'kinds', 'train');
  expect(await take(events, 2)).toMatchObject([
    { __typename: 'StepChanged', step: { attempt: 1, status: 'RETRIED' } },
    { __typename: 'StepChanged', step: { attempt: 2, status: 'RUNNING' } },
  ]);
  await service.run('mutation { finishRun(ref: "kinds", status: CANCELLED) { id } }');
  expect((await take(events, 1))[0]).toMatchObject({ __typename: 'RunChanged', run: { status: 'CANCELLED' } });
  await service.run('mutation { deleteRun(ref: "kinds") }');
  expect((await take(events, 1))[0]).toMatchObject({ __typename: 'RunDeleted', runId: run.id, name: 'kinds' });
  expect(await events.next()).toBeNull();
});

test('refs, pipeline and keys narrow it; keys narrow the entries only', async ({ service }) => {
  for (const name of ['n1', 'n2', 'n3'])
    await startRun(service, { name, pipeline: name === 'n3' ? 'other' : 'narrow' });
  const some = await follow(service, changes, { refs: ['n1', 'n3'], keys: ['s::k', 'x'] });
  const none = await follow(service, changes, { refs: ['n1'], keys: [] });
  const both = await follow(service, changes, { refs: ['n1', 'n3'], pipeline: 'other' });
  await log(service, { run: 'n2' }, { x: 2 });
  await log(service, { run: 'n1' }, { k: 1 });
  await startStep(service, 'n1', 's');
  await log(service, { step: { run: 'n1', name: 's' } }, { k: 3 });
  await log(service, { run: 'n3' }, { x: 4 });
  expect(await take(some, 3)).toMatchObject([
    { __typename: 'StepChanged' },
    { __typename: 'EntryLogged', entry: { qualifiedKey: 's::k', value: 3 } },
    { __typename: 'EntryLogged', run: { name: 'n3' }, entry: { value: 4 } },
  ]);
  expect(await take(none, 1)).toMatchObject([{ __typename: 'StepChanged' }]);
  expect(await take(both, 1)).toMatchObject([{ __typename: 'EntryLogged', run: { name: 'n3' } }]);
  for (const events of [some, none, both]) await events.cut();
});

test('a follower goes on from the cursor it saw last, be it of a change or of an entry', async ({ service }) => {
  await startRun(service, { name: 'resumed' });
  const { entries } = await log(service, { run: 'resumed' }, { a: 1 });
  await startStep(service, 'resumed', 's');
  await log(service, { run: 'resumed' }, { b: 1 });
  const first = await follow(service, changes, { refs: ['resumed'], after: entries[0]!.id });
  const [step] = await take(first, 1);
  expect(step).toMatchObject({ __typename: 'StepChanged' });
  await first.cut();
  const then = await follow(service, changes, { refs: ['resumed'], after: step.cursor });
  expect(await take(then, 1)).toMatchObject([{ __typename: 'EntryLogged', entry: { qualifiedKey: 'b' } }]);
  await then.cut();
  const all = await follow(service, changes, { refs: ['resumed'], after: '0' });
  expect((await take(all, 4)).map(({ __typename }) => __typename)).toEqual([
    'RunChanged',
    'EntryLogged',
    'StepChanged',
    'EntryLogged',
  ]);
  await all.cut();
});

testAlone(
  'an `after` that lies ahead, or from which not all is kept, says to load anew',
  async ({ service, client }) => {
    const refused = async (args: string) =>
      (await subscribe(service, `subscription { changes(${args}) { cursor } }`)).text();
    await startRun(service, { name: 'old' });
    await log(service, { run: 'old' }, { a: 1 });
    expect(await refused('after: "999999"')).toMatch(/lies ahead.*BAD_USER_INPUT/s);
    expect(await refused('after: "x"')).toMatch(/not a cursor.*BAD_USER_INPUT/s);
    expect(await refused('refs: ["nowhere"]')).toContain('NOT_FOUND');
    expect(await refused(`refs: [${Array.from({ length: 201 }, () => '"old"').join()}]`)).toContain('BAD_USER_INPUT');

    // What nobody has counted yet stays; then all changes that are older go, and entries stay.
    await client.query(`UPDATE change SET changed_at = now() - interval '8 days'`);
    await pruneChanges(service.db, 7);
    expect(await service.sql('SELECT count(*)::int AS n FROM change')).toEqual([{ n: 1 }]);
    await tally(service.db);
    await pruneChanges(service.db, 7);
    expect(await service.sql('SELECT count(*)::int AS n FROM change')).toEqual([{ n: 0 }]);
    expect(await refused('after: "0"')).toMatch(/too old.*Load anew.*BAD_USER_INPUT/s);
    const events = await follow(service, changes, { after: '1' });
    expect(await take(events, 1)).toMatchObject([{ __typename: 'EntryLogged' }]);
    await events.cut();
  },
);

test('a thousand idle followers cost the database no more than one', async ({ service }) => {
  await startRun(service, { name: 'idle' });
  const followers = await Promise.all(
    Array.from({ length: 1_000 }, () => follow(service, changes, { refs: ['idle'] })),
  );
  await log(service, { run: 'idle' }, { k: 0 });
  for (const events of followers) await events.take(1);
  service.queries();
  await log(service, { run: 'idle' }, { k: 1 });
  const seen = await Promise.all(followers.map((events) => events.take(1)));
  expect(seen.every(([event]) => event.changes.entry.value === 1)).toBe(true);
  // The log and the looks of one reader, which may see it at once or after its look under way; not a look a follower.
  expect(service.queries().length).toBeLessThan(60);
  for (const events of followers) await events.cut();
});
