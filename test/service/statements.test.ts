import { expect } from 'vitest';
import { log, logMutation, startRun, startStep } from '../support/ledger.ts';
import type { TestService } from '../support/service.ts';
import { test } from '../support/test.ts';

// How many statements a request costs. Whoever adds one by one what could be asked for together makes these red.

const runs = Array.from({ length: 25 }, (_, n) => `run ${n}.`);
test.beforeAll(async ({ service }) => {
  for (const name of runs) {
    await startRun(service, { name });
    for (const step of ['load', 'train']) {
      const { id } = await startStep(service, name, step);
      await log(service, { stepId: id }, { accuracy: 0.5, loss: 1, seconds: 3 });
    }
  }
});
test.beforeEach(({ service }) => void service.queries());

const names = (service: TestService) =>
  service
    .queries()
    .map((sql) => /\/\* (\w+)(?:, prepared)? \*\//.exec(sql)?.[1] ?? sql)
    // Comes by the clock and not by the request.
    .filter((name) => name !== 'notify_logged');
const each = (fields: (name: string, n: number) => string) =>
  `{ ${runs.map((name, n) => `r${n}: ${fields(name, n)}`).join(' ')} }`;

test('many runs with three keys and the keys of a step each: one statement to find them, one for all that is latest', async ({
  service,
}) => {
  const answer = await service.run(
    each(
      (name) =>
        `pipelineRun(ref: "${name}") { name a: runMetadata(key: "accuracy") { value } l: runMetadata(key: "loss") { value } s: runMetadata(key: "train::seconds") { value } }`,
    ),
  );
  expect(Object.keys(answer)).toHaveLength(25);
  expect(answer.r7).toEqual({ name: 'run 7.', a: { value: 0.5 }, l: { value: 1 }, s: { value: 3 } });
  const asked = names(service);
  expect(asked.filter((name) => name !== 'select_latest').sort()).toEqual(['find_runs', 'find_steps_by_name']);
  // Plain keys go at once; the qualified ones have to know their step first.
  expect(asked.filter((name) => name === 'select_latest').length).toBeLessThanOrEqual(2);
});

test('their steps with a key of each and the run of each', async ({ service }) => {
  await service.run(
    each(
      (name) =>
        `pipelineRun(ref: "${name}") { steps { nodes { name run { name } runMetadata(key: "loss") { value step { name } run { name } } } } }`,
    ),
  );
  expect(names(service).sort()).toEqual([
    'find_runs',
    'find_runs_by_id',
    'find_runs_by_id',
    'find_steps_by_id',
    'list_steps',
    'select_latest',
  ]);
});

test('a step by its id with what is latest of some keys: one statement, for all that ask at once', async ({
  service,
}) => {
  const { step } = (await service.run('{ pipelineRun(ref: "run 1.") { step(name: "train") { id } } }')).pipelineRun;
  service.queries();
  const look = `query ($key: String!) { step(id: "${step.id}") { name a: runMetadata(key: "accuracy") { value } b: runMetadata(key: $key) { value qualifiedKey } } }`;
  const expected = { name: 'train', a: { value: 0.5 }, b: { value: 1, qualifiedKey: 'train::loss' } };
  expect((await service.run(look, { key: 'loss' })).step).toEqual(expected);
  expect(names(service)).toEqual(['find_steps_with_latest']);
  const keys = Array.from({ length: 60 }, (_, n) => (n % 2 ? 'loss' : 'seconds'));
  const answers = await Promise.all(keys.map((key) => service.run(look, { key })));
  expect(answers.map((answer) => answer.step.b.value)).toEqual(keys.map((key) => (key === 'loss' ? 1 : 3)));
  // The first goes at once, and a second while it is under way; the others share.
  expect(new Set(names(service))).toEqual(new Set(['find_steps_with_latest']));
  await Promise.all(keys.map((key) => service.run(look, { key })));
  expect(names(service).length).toBeLessThanOrEqual(6);
});

test('all latest entries of each', async ({ service }) => {
  await service.run(each((name) => `pipelineRun(ref: "${name}") { metadata { qualifiedKey value } }`));
  expect(
    names(service)
      .filter((name) => name !== 'find_steps_by_id')
      .sort(),
  ).toEqual(['find_runs', 'list_latest']);
});

test('the histories of each', async ({ service }) => {
  await service.run(
    each((name) => `pipelineRun(ref: "${name}") { metadataHistory(key: "loss", first: 3) { nodes { value } } }`),
  );
  expect(names(service).sort()).toEqual(['find_runs', 'list_history_of_runs']);
});

test('one field under many aliases, with the same and with other arguments', async ({ service }) => {
  const fields = Array.from({ length: 40 }, (_, n) => `k${n}: runMetadata(key: "key ${n % 20}") { value }`).join(' ');
  await service.run(`{ pipelineRun(ref: "run 1.") { ${fields} } }`);
  expect(names(service)).toEqual(['find_runs', 'select_latest']);
  const steps = Array.from({ length: 20 }, (_, n) => `s${n}: step(name: "${n % 2 ? 'load' : 'train'}") { id }`).join(
    ' ',
  );
  await service.run(`{ pipelineRun(ref: "run 1.") { ${steps} } }`);
  expect(names(service)).toEqual(['find_runs', 'find_steps_by_name']);
});

test('totalCount costs nothing unless it is asked for', async ({ service }) => {
  const page = (more: string) =>
    `{ pipelineRun(ref: "run 1.") { steps { ${more} nodes { name } } metadataHistory(key: "loss") { ${more} nodes { id } } } }`;
  await service.run(page(''));
  expect(names(service)).toHaveLength(3);
  await service.run(page('totalCount'));
  expect(names(service)).toHaveLength(5);
});

test('many requests at once share their statements', async ({ service }) => {
  await Promise.all(
    Array.from({ length: 100 }, (_, n) =>
      service.run(`query ($ref: String!) { pipelineRun(ref: $ref) { runMetadata(key: "accuracy") { value } } }`, {
        ref: `run ${n % 25}.`,
      }),
    ),
  );
  expect(names(service).length).toBeLessThanOrEqual(12);
});

test('logMetadata with a step id is one statement', async ({ service }) => {
  const { step } = (await service.run('{ pipelineRun(ref: "run 1.") { step(name: "train") { id } } }')).pipelineRun;
  service.queries();
  const query =
    'mutation ($input: LogMetadataInput!) { logMetadata(input: $input) { replayed entries { id key value type number display iteration loggedAt } } }';
  await service.run(query, {
    input: {
      target: { stepId: step.id },
      metadata: { a: 1, b: 'x' },
      requestId: '0198c2f0-5b1e-7cc3-8d55-2f6a0f3c9f11',
    },
  });
  expect(names(service)).toEqual(['insert_entries']);
});

test('logMetadata by names is three: the run, the step, the entries', async ({ service }) => {
  const input = { target: { step: { run: 'run 1.', name: 'train' } }, metadata: { a: 1 } };
  await service.run('mutation ($input: LogMetadataInput!) { logMetadata(input: $input) { replayed } }', { input });
  expect(names(service)).toEqual(['find_runs', 'find_steps_by_name', 'insert_entries']);
});

test('many writers at once share their commits', async ({ service }) => {
  const { step } = (await service.run('{ pipelineRun(ref: "run 2.") { step(name: "train") { id } } }')).pipelineRun;
  service.queries();
  const input = { target: { stepId: step.id }, metadata: { a: 1 } };
  await Promise.all(
    Array.from({ length: 200 }, () => service.run(logMutation.replace(/ run \{.*$/, ' } }'), { input })),
  );
  expect(names(service).length).toBeLessThanOrEqual(8);
});

test('a batch of many inputs is one statement in one transaction', async ({ service }) => {
  const inputs = runs.map((run) => ({ target: { run }, metadata: { a: 1, b: 2 } }));
  await service.run('mutation ($inputs: [LogMetadataInput!]!) { logMetadataBatch(inputs: $inputs) { replayed } }', {
    inputs,
  });
  expect(names(service)).toEqual(['find_runs', 'insert_entries_waiting']);
});
