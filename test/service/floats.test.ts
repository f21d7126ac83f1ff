import { expect } from 'vitest';
import { rawJson } from '../../clients/typescript/src/json/raw.ts';
import { stringifyJson } from '../../clients/typescript/src/json/stringify.ts';
import { log, startRun } from '../support/ledger.ts';
import { test } from '../support/test.ts';

test.for([
  ['1.0', 'FLOAT', '1.0'],
  ['1e5', 'FLOAT', '100000.0'],
  ['-2.50e1', 'FLOAT', '-25.0'],
  ['0.0', 'FLOAT', '0.0'],
  ['-0.0', 'FLOAT', '-0.0'],
  ['1', 'INT', '1'],
  ['[1.0,1,[2e0]]', 'LIST', '[1.0,1,[2.0]]'],
  ['{"a":1.0,"b":{"c":[3.0,3]}}', 'DICT', '{"a":1.0,"b":{"c":[3.0,3]}}'],
] as const)(
  '%s is %s, and stays so at any depth, as a variable and as a literal',
  async ([sent, type, text], { service }) => {
    const run = (await startRun(service)).id;
    const query = `query ($run: String!) { pipelineRun(ref: $run) { runMetadata(key: "k") { type value } } }`;
    const read = async () => {
      const { body } = await service.answer(stringifyJson({ query, variables: { run } }), 'application/json');
      return body;
    };
    const expected = `{"data":{"pipelineRun":{"runMetadata":{"type":"${type}","value":${text}}}}}`;
    await log(service, { run }, { k: rawJson(sent) });
    expect(await read()).toBe(expected);
    await log(service, { run }, { k: null });
    await service.run(
      `mutation { logMetadata(input: { target: { run: "${run}" }, metadata: { k: ${sent.replaceAll(/"(\w+)":/g, '$1:')} } }) { replayed } }`,
    );
    expect(await read()).toBe(expected);
  },
);

test('a whole number beyond 2^53 is taken as an operand, by variable and by literal, as the nearest double', async ({
  service,
}) => {
  await startRun(service, { name: 'big' });
  await log(service, { run: 'big' }, { big: rawJson('1732612345678901234') });
  const ask = async (operator: string, number: string) => {
    const literal = `{ pipelineRuns(filter: { metadata: { key: "big", ${operator}: ${number} } }) { nodes { name } } }`;
    const variable = `query ($c: MetadataCondition!) { pipelineRuns(filter: { metadata: $c }) { nodes { name } } }`;
    const float = `query ($x: Float) { pipelineRuns(filter: { metadata: { key: "big", ${operator}: $x } }) { nodes { name } } }`;
    const answers = await Promise.all([
      service.run(literal),
      service.run(variable, { c: { key: 'big', [operator]: rawJson(number) } }),
      service.run(float, { x: rawJson(number) }),
    ]);
    expect(new Set(answers.map((answer) => JSON.stringify(answer))).size).toBe(1);
    return answers[0].pipelineRuns.nodes.length;
  };
  expect(await ask('lt', '1732612345678902233')).toBe(1);
  expect(await ask('gte', '1732612345678902233')).toBe(0);
  expect(await ask('gt', '1732612345678900233')).toBe(1);
  expect(await ask('gt', '1e18')).toBe(1);
  expect(await ask('gt', '2.0')).toBe(1);
  expect(await ask('lt', `1${'0'.repeat(30)}`)).toBe(1);
});

test('whole numbers with a fraction are still taken where an Int is asked for', async ({ service }) => {
  const query = 'query ($first: Int) { pipelineRuns(first: $first) { nodes { id } } }';
  await service.run(query, { first: rawJson('2.0') });
  expect((await service.fail(query, { first: rawJson('2.5') })).message).toContain('non-integer');
  expect((await service.fail(query, { first: rawJson('201.0') })).extensions.code).toBe('BAD_USER_INPUT');
});
