import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { log, logMutation, startRun, startStep } from '../support/ledger.ts';
import { openService, type TestService } from '../support/service.ts';

// How many statements a request costs. Whoever adds one by one what could be asked for together makes these red.

let service: TestService;
const runs = Array.from({ length: 25 }, (_, n) => `run ${n}.`);
beforeAll(async () => {
  service = await openService();
  for (const name of runs) {
    await startRun(service, { name });
    for (const step of ['load', 'train']) {
      const { id } = await startStep(service, name, step);
      await log(service, { stepId: id }, { accuracy: 0.5, loss: 1, seconds: 3 });
    }
  }
});
afterAll(() => service.close());
beforeEach(() => void service.queries());

const names = () =>
  service
    .queries()
    .map((sql) => /\/\* (\w+)(?:, prepared)? \*\//.exec(sql)?.[1] ?? sql)
    // Comes by the clock and not by the request.
    .filter((name) => name !== 'notify_logged');
const each = (fields: (name: string, n: number) => string) =>
  `{ ${runs.map((name, n) => `r${n}: ${fields(name, n)}`).join(' ')} }`;

test('many runs with three keys and the keys of a step each: one statement to find them, one for all that is latest', async () => {
  const answer = await service.run(
    each(
      (name) =>
        `pipelineRun(ref: "${name}") { name a: runMetadata(key: "accuracy") { value } l: runMetadata(key: "loss") { value } s: runMetadata(key: "train::seconds") { value } }`,
    ),
  );
  expect(Object.keys(answer)).toHaveLength(25);
  expect(answer.r7).toEqual({ name: 'run 7.', a: { value: 0.5 }, l: { value: 1 }, s: { value: 3 } });
  const asked = names();
  expect(asked.filter((name) => name !== 'select_latest').sort()).toEqual(['find_runs', 'find_steps_by_name']);
  // Plain keys go at once; the qualified ones have to know their step first.
  expect(asked.filter((name) => name === 'select_latest').length).toBeLessThanOrEqual(2);
});

test('their steps with a key of each and the run of each', async () => {
  await service.run(
    each(
      (name) =>
        `pipelineRun(ref: "${name}") { steps { nodes { name run { name } runMetadata(key: "loss") { value step { name } run { name } } } } }`,
    ),
  );
  expect(names().sort()).toEqual([
    'find_runs',
    'find_runs_by_id',
    'find_runs_by_id',
    'find_steps_by_id',
    'list_steps',
    'select_latest',
  ]);
});

test('all latest entries of each', async () => {
  await service.run(each((name) => `pipelineRun(ref: "${name}") { metadata { qualifiedKey value } }`));
  expect(
    names()
      .filter((name) => name !== 'find_steps_by_id')
      .sort(),
  ).toEqual(['find_runs', 'list_latest']);
});

test('the histories of each', async () => {
  await service.run(
    each((name) => `pipelineRun(ref: "${name}") { metadataHistory(key: "loss", first: 3) { nodes { value } } }`),
  );
  expect(names().sort()).toEqual(['find_runs', 'list_history']);
});

test('one field under many aliases, with the same and with other arguments', async () => {
  const fields = Array.from({ length: 40 }, (_, n) => `k${n}: runMetadata(key: "key ${n % 20}") { value }`).join(' ');
  await service.run(`{ pipelineRun(ref: "run 1.") { ${fields} } }`);
  expect(names()).toEqual(['find_runs', 'select_latest']);
  const steps = Array.from({ length: 20 }, (_, n) => `s${n}: step(name: "${n % 2 ? 'load' : 'train'}") { id }`).join(
    ' ',
  );
  await service.run(`{ pipelineRun(ref: "run 1.") { ${steps} } }`);
  expect(names()).toEqual(['find_runs', 'find_steps_by_name']);
});

test('totalCount costs nothing unless it is asked for', async () => {
  const page = (more: string) =>
    `{ pipelineRun(ref: "run 1.") { steps { ${more} nodes { name } } metadataHistory(key: "loss") { ${more} nodes { id } } } }`;
  await service.run(page(''));
  expect(names()).toHaveLength(3);
  await service.run(page('totalCount'));
  expect(names()).toHaveLength(5);
});

test('many requests at once share their statements', async () => {
  await Promise.all(
    Array.from({ length: 100 }, (_, n) =>
      service.run(`query ($ref: String!) { pipelineRun(ref: $ref) { runMetadata(key: "accuracy") { value } } }`, {
        ref: `run ${n % 25}.`,
      }),
    ),
  );
  expect(names().length).toBeLessThanOrEqual(12);
});

test('logMetadata with a step id is one statement', async () => {
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
  expect(names()).toEqual(['insert_entries']);
});

test('logMetadata by names is three: the run, the step, the entries', async () => {
  const input = { target: { step: { run: 'run 1.', name: 'train' } }, metadata: { a: 1 } };
  await service.run('mutation ($input: LogMetadataInput!) { logMetadata(input: $input) { replayed } }', { input });
  expect(names()).toEqual(['find_runs', 'find_steps_by_name', 'insert_entries']);
});

test('many writers at once share their commits', async () => {
  const { step } = (await service.run('{ pipelineRun(ref: "run 2.") { step(name: "train") { id } } }')).pipelineRun;
  service.queries();
  const input = { target: { stepId: step.id }, metadata: { a: 1 } };
  await Promise.all(
    Array.from({ length: 200 }, () => service.run(logMutation.replace(/ run \{.*$/, ' } }'), { input })),
  );
  expect(names().length).toBeLessThanOrEqual(8);
});

test('a batch of many inputs is one statement in one transaction', async () => {
  const inputs = runs.map((run) => ({ target: { run }, metadata: { a: 1, b: 2 } }));
  await service.run('mutation ($inputs: [LogMetadataInput!]!) { logMetadataBatch(inputs: $inputs) { replayed } }', {
    inputs,
  });
  expect(names()).toEqual(['find_runs', 'insert_entries']);
});
