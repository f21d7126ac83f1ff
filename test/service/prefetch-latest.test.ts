import { expect } from 'vitest';
import { log, startRun, startStep } from '../support/ledger.ts';
import { test } from '../support/test.ts';

// A page of runs looks up the keys that it is asked for together with the runs, and a step by its id those of the step. That must
// show in nothing but its speed.

test('however the keys of a page are asked for, the answer is that of each run asked alone', async ({ service }) => {
  for (let n = 0; n < 4; n += 1) {
    const { id } = await startRun(service, { name: `along-${n}` });
    await log(service, { run: id }, { own: n, 'train::own': `literal ${n}` });
    const first = await startStep(service, id, 'train');
    await log(service, { stepId: first.id }, { loss: 10 + n, lost: n });
    if (n % 2 === 0) await startStep(service, id, 'train');
    const last = (await service.run(`{ pipelineRun(ref: "${id}") { step(name: "train") { id } } }`)).pipelineRun.step;
    if (n < 3) await log(service, { stepId: last.id }, { loss: n, é: [n] });
  }
  const fields = `name
    own: runMetadata(key: "own") { value id } own: runMetadata(key: "own") { display }
    given: runMetadata(key: $given) { value qualifiedKey step { name attempt } run { name } }
    usual: runMetadata(key: $usual) { value }
    decomposed: runMetadata(key: "e\u0301") { value key }
    qualified: runMetadata(key: "train::loss") { value } literal: runMetadata(key: "train::own") { value }
    lost: runMetadata(key: "lost") { value } missing: runMetadata(key: "missing") { value } blank: runMetadata(key: " ") { value }
    left: runMetadata(key: "own") @skip(if: true) { value } right: runMetadata(key: "own") @include(if: $yes) { value }
    step(name: "train") { runMetadata(key: "loss") { value } }`;
  const variables = '($given: String!, $usual: String! = "own", $yes: Boolean!)';
  const fragments = `fragment Outer on PipelineRun { ...Inner } fragment Inner on PipelineRun { ... on PipelineRun { ${fields} } }`;
  const given = { given: 'loss', yes: true };
  const alone = [];
  for (let n = 3; n >= 0; n -= 1) {
    const query = `query ${variables} { pipelineRun(ref: "along-${n}") { ...Outer } } ${fragments}`;
    alone.push((await service.run(query, given)).pipelineRun);
  }
  expect(alone.map((run) => run.qualified?.value)).toEqual([13, 2, 1, 0]);
  expect(alone[0].decomposed).toBe(null);
  expect(alone[1].decomposed).toEqual({ value: [2], key: 'é' });
  const page = async (selection: string, more = '') =>
    (
      await service.run(
        `query ${variables} { pipelineRuns(filter: { namePrefix: "along-" }) { ${selection} } } ${more}`,
        given,
      )
    ).pipelineRuns;
  expect((await page(`nodes { ${fields} }`)).nodes).toEqual(alone);
  expect((await page('nodes { ...Outer }', fragments)).nodes).toEqual(alone);
  const { edges, nodes } = await page(
    'nodes { name } edges { cursor node { ...Outer } } edges { node { name } }',
    fragments,
  );
  expect(edges.map((edge: { node: unknown }) => edge.node)).toEqual(alone);
  expect(nodes).toHaveLength(4);
  const spread = await page('...Page', `fragment Page on PipelineRunConnection { nodes { ...Outer } } ${fragments}`);
  expect(spread.nodes).toEqual(alone);
});

test('however the keys of a step are asked for, the answer is that of the step asked by its name', async ({
  service,
}) => {
  const { id: run } = await startRun(service, { name: 'by-id' });
  const ids: string[] = [];
  for (const name of ['train', 'train', 'empty']) {
    const { id } = await startStep(service, run, name);
    ids.push(id);
    if (name === 'train') await log(service, { stepId: id }, { loss: ids.length, 'train::own': 'literal', é: [1] });
  }
  const fields = `id name attempt status startedAt endedAt
    loss: runMetadata(key: "loss") { value id iteration loggedAt } loss: runMetadata(key: "loss") { display type }
    given: runMetadata(key: $given) { value qualifiedKey step { name attempt } run { name } }
    usual: runMetadata(key: $usual) { value }
    decomposed: runMetadata(key: "e\u0301") { value key } composed: runMetadata(key: "é") { value }
    literal: runMetadata(key: "train::own") { value } missing: runMetadata(key: "missing") { value }
    blank: runMetadata(key: " ") { value } control: runMetadata(key: "a\\u0000b") { value }
    left: runMetadata(key: "loss") @skip(if: true) { value } right: runMetadata(key: "loss") @include(if: $yes) { value }`;
  const variables = '$given: String!, $usual: String! = "loss", $yes: Boolean!';
  const fragments = `fragment Outer on Step { ...Inner } fragment Inner on Step { ... on Step { ${fields} } }`;
  const given = { given: 'loss', yes: true };
  const attempts = [{ attempt: 1 }, { attempt: 2 }, { name: 'empty' }];
  for (const [n, { name = 'train', attempt }] of attempts.entries()) {
    const id = ids[n];
    const byName = `query (${variables}, $name: String!, $attempt: Int) { pipelineRun(ref: "by-id") { step(name: $name, attempt: $attempt) { ...Outer } } } ${fragments}`;
    const expected = (await service.run(byName, { ...given, name, attempt: attempt ?? null })).pipelineRun.step;
    expect(expected.id).toBe(id);
    expect(expected.loss?.value).toBe(attempt);
    for (const selection of [fields, '...Outer', '...Inner name ...Outer']) {
      const byId = `query (${variables}, $id: UUID!) { step(id: $id) { ${selection} } step(id: $id) { name } }`;
      const query = selection === fields ? byId : `${byId} ${fragments}`;
      expect((await service.run(query, { ...given, id })).step).toEqual(expected);
    }
  }
  const none = '{ step(id: "0198c2f0-5b1e-7cc3-8d55-2f6a0f3c9f11") { name runMetadata(key: "loss") { value } } }';
  expect((await service.run(none)).step).toBe(null);
});

test('fragments that double at every level are walked once', async ({ service }) => {
  const levels = 60;
  const fragments = Array.from(
    { length: levels },
    (_, n) => `fragment f${n} on PipelineRun { ${n === levels - 1 ? 'name' : `...f${n + 1} ...f${n + 1}`} }`,
  );
  const query = `{ pipelineRuns(filter: { namePrefix: "along-" }, first: 1) { nodes { ...f0 runMetadata(key: "own") { value } } edges { node { ...f0 } } } }`;
  const { nodes, edges } = (await service.run(`${query} ${fragments.join(' ')}`)).pipelineRuns;
  expect(nodes).toEqual([{ name: 'along-3', runMetadata: { value: 3 } }]);
  expect(edges).toEqual([{ node: { name: 'along-3' } }]);
});

test('a page has what was committed before it was asked for, however many like it are under way', async ({
  service,
}) => {
  const writers = await Promise.all(
    Array.from({ length: 12 }, async (_, n) => (await startRun(service, { name: `busy-${n}` })).id as string),
  );
  const query =
    '{ pipelineRuns(first: 200, filter: { namePrefix: "busy-" }) { nodes { id runMetadata(key: "n") { value } } } }';
  await Promise.all(
    writers.map(async (id) => {
      for (let n = 1; n <= 25; n += 1) {
        await log(service, { run: id }, { n });
        const { nodes } = (await service.run(query)).pipelineRuns;
        const own = nodes.find((run: { id: string }) => run.id === id);
        expect(own.runMetadata.value).toBe(n);
      }
    }),
  );
});

test('many pages at once share their statements', async ({ service }) => {
  const query = (key: string) =>
    `{ pipelineRuns(first: 10, filter: { namePrefix: "busy-" }) { nodes { name runMetadata(key: "${key}") { value } } } }`;
  service.queries();
  const answers = await Promise.all(Array.from({ length: 60 }, (_, n) => service.run(query(n % 2 ? 'n' : 'other'))));
  expect(answers.every((answer) => answer.pipelineRuns.nodes.length === 10)).toBe(true);
  // The first page begins at once, the others share the next list; and so their look-ups.
  expect(service.queries().length).toBeLessThanOrEqual(6);
});
