import { expect, test } from 'vitest';
import { tell } from '../support/told.ts';

// What a person reads of a test whose query failed.

const asked = {
  query: 'query ($ref: String!) { pipelineRun(ref: $ref) { id } }',
  variables: { ref: 'x', seed: 2n ** 64n },
};

test('the query, the variables to the last digit, and each error with its code, path and what else it says', () => {
  const errors = [
    {
      message: 'There are two.',
      path: ['pipelineRun', 'steps', 0],
      extensions: { code: 'AMBIGUOUS', candidates: ['x-1'] },
    },
    { message: 'No such field.', extensions: { code: 'GRAPHQL_VALIDATION_FAILED' } },
  ];
  const told = tell(asked, { status: 200, body: JSON.stringify({ data: { pipelineRun: null }, errors }) }, [
    'a line\n',
  ]);
  expect(told).toBe(`query:
  query ($ref: String!) { pipelineRun(ref: $ref) { id } }
variables: {"ref":"x","seed":18446744073709551616}
status: 200
errors:
  AMBIGUOUS at pipelineRun.steps.0: There are two.
    {"candidates":["x-1"]}
  GRAPHQL_VALIDATION_FAILED of the whole request: No such field.
data: {"pipelineRun":null}
logged by the service meanwhile:
  a line`);
});

test('an answer without errors is told by its data', () => {
  const told = tell({ query: '{ __typename }' }, { status: 200, body: '{"data":{"__typename":"Query"}}' }, []);
  expect(told).toBe('query:\n  { __typename }\nstatus: 200\ndata: {"__typename":"Query"}');
});

test('a body that is not JSON is shown as it is', () => {
  expect(tell({ query: '{' }, { status: 502, body: '<html>' }, [])).toContain(
    'status: 502\nbody, which is not JSON:\n  <html>',
  );
});
