import { Kind, type OperationDefinitionNode, parse } from 'graphql';
import { describe, expect, test } from 'vitest';
import { createCostCheck } from '../../src/graphql/query-cost.ts';
import { schema } from '../../src/schema/index.ts';

const check = createCostCheck(schema, Number.POSITIVE_INFINITY);

function costOf(text: string, variables: Record<string, unknown> = {}): number {
  const document = parse(text);
  const operation = document.definitions.find(({ kind }) => kind === Kind.OPERATION_DEFINITION);
  return check(document, operation as OperationDefinitionNode, variables);
}

// Reckoned by hand from docs/access.md.
describe('what a query costs', () => {
  const contains = 'metadata: { key: "k", contains: "x" }';
  const runs = (filter: string, fields = 'nodes { id }') => `{ pipelineRuns(first: 10, ${filter}) { ${fields} } }`;

  test.for([
    ['nothing', '{ __typename }', 0],
    ['a look-up', '{ pipelineRun(ref: "x") { id runMetadata(key: "k") { value } } }', 2],
    // The connection, and in it a run: ten times.
    ['a page', runs('filter: {}'), 20],
    ['a page of pages', '{ pipelineRuns(first: 10) { nodes { steps(first: 5) { nodes { id } } } } }', 10 * (2 + 5 * 2)],
    ['a list that is not paged', '{ pipelineRun(ref: "x") { metadata { id } } }', 1 + 100],
    ['conditions with an index', runs('filter: { pipeline: "p", metadata: { key: "k", gt: 1, equals: 2 } }'), 20],
    ['values to compare with', runs('filter: { metadata: { key: "k", in: [1, 2, 3] } }'), 23],
    ['a part of a value', runs(`filter: { ${contains} }`), 2_020],
    ['a path', runs('filter: { metadata: { key: "k", path: ["a"], gt: 1 } }'), 2_020],
    ['a part of a value at a path', runs('filter: { metadata: { key: "k", path: ["a"], contains: "x" } }'), 4_020],
    ['what a list has', runs('filter: { metadata: { key: "k", has: 1 } }'), 2_020],
    ['a type', runs('filter: { metadata: { key: "k", type: [INT] } }'), 2_020],
    ['what does not exist', runs('filter: { metadata: { key: "k", exists: false } }'), 2_020],
    ['a part of a name', runs('filter: { nameContains: "x" }'), 2_020],
    ['what is not', runs('filter: { not: { pipeline: "p" } }'), 2_020],
    [
      'parts of a filter',
      runs(`filter: { and: [{ ${contains} }, { or: [{ ${contains} }, { pipeline: "p" }] }] }`),
      4_020,
    ],
    ['an order by a path', runs('orderBy: { metadata: { key: "k", path: ["a"] } }'), 2_020],
    ['an order by a key', runs('orderBy: { metadata: { key: "k" } }'), 20],
    ['a count', runs('filter: { pipeline: "p" }', 'totalCount'), 10 + 2_000],
    ['a count of a dear filter', runs(`filter: { ${contains} }`, 'totalCount'), 10 + 2_000 + 2_000 + 2_000],
    ['a count in an inline fragment', runs('filter: {}', '... { totalCount }'), 10 + 2_000],
    ['facets of all', '{ runFacets { total } }', 1],
    ['facets of some', '{ runFacets(filter: { pipeline: "p" }) { total } }', 1 + 2_000],
    ['facets of a dear filter', `{ runFacets(filter: { ${contains} }) { total } }`, 1 + 4_000],
    [
      'a count of a history',
      '{ pipelineRun(ref: "x") { metadataHistory(key: "k", first: 1) { totalCount } } }',
      1 + 1 + 50,
    ],
    ['a list that is deep in a variable of no one', '{ step(id: "x") { run { id } } }', 2],
  ] as const)('%s', ([_, query, cost]) => {
    expect(costOf(query)).toBe(cost);
  });

  test('curves cost by their points, each run by each key', () => {
    const query =
      'query ($r: [String!]!, $k: [String!]!) { series(refs: $r, keys: $k, maxPoints: 100) { points { value } } }';
    // Of each of six the series, its points as a list in it, and a twentieth of a hundred.
    expect(costOf(query, { r: ['a', 'b'], k: ['x', 'y', 'z'] })).toBe(6 * 2 + 6 * 5);
  });

  test('is the same by literal, by variable, by default and by fragment', () => {
    const expected = costOf(runs(`filter: { ${contains} }`, 'totalCount'));
    const filter = { metadata: { key: 'k', contains: 'x' } };
    const ask = (declared: string) =>
      `query (${declared}) { pipelineRuns(first: $n, filter: $f) { ...c } } fragment c on PipelineRunConnection { totalCount }`;
    expect(costOf(ask('$n: Int, $f: PipelineRunFilter'), { n: 10, f: filter })).toBe(expected);
    expect(costOf(ask(`$n: Int = 10, $f: PipelineRunFilter = { ${contains} }`))).toBe(expected);
    expect(
      costOf(`query ($m: MetadataCondition) { pipelineRuns(first: 10, filter: { metadata: $m }) { totalCount } }`, {
        m: filter.metadata,
      }),
    ).toBe(expected);
  });

  test('each alias counts', () => {
    const one = costOf(runs(`filter: { ${contains} }`));
    const all = Array.from(
      { length: 30 },
      (_, n) => `a${n}: pipelineRuns(first: 10, filter: { ${contains} }) { nodes { id } }`,
    );
    expect(costOf(`{ ${all.join(' ')} }`)).toBe(30 * one);
  });

  // It is found before a document is validated: whoever answers dear queries is to do that, too.
  test.for([
    [
      'a fragment in itself',
      '{ pipelineRuns(first: 10) { ...a } } fragment a on PipelineRunConnection { nodes { ...b } } fragment b on PipelineRun { ...b id parent { ...a } }',
      2_020,
    ],
    [
      'a fragment that is not there, or of no type',
      '{ pipelineRuns(first: 10) { ...a ...b } } fragment b on Nothing { nodes { id } }',
      2_010,
    ],
    ['a number that is a text', '{ pipelineRuns(first: "x") { nodes { id } } }', 200],
    ['a number that is an object', '{ pipelineRuns(first: { a: 1 }) { nodes { id } } }', 200],
    ['a variable that is not declared', '{ pipelineRuns(first: $n, filter: $f) { nodes { id } } }', 40],
    ['a filter that is none', '{ pipelineRuns(first: 10, filter: 5, orderBy: [1]) { nodes { id } } }', 20],
    [
      'parts of a filter that are none',
      '{ pipelineRuns(first: 10, filter: { and: 3, or: [null, 1], metadata: [] }) { nodes { id } } }',
      20,
    ],
    ['an argument twice', '{ pipelineRuns(first: 10, first: 20) { nodes { id } } }', 20],
    [
      'fields that are not there',
      '{ nothing(first: 1000) { at { all } } pipelineRuns(first: 10) { nodes { nothing(first: 9) { id } } } }',
      20,
    ],
    ['leaves with fields, objects without', '{ pipelineRuns(first: 10) { nodes { id { x } steps } } }', 20],
  ] as const)('of a document that is not valid: %s', ([, text, expected]) => {
    expect(costOf(text)).toBe(expected);
  });

  test('what is refused is told what costs so much', () => {
    const refuse = createCostCheck(schema, 1_000);
    const document = parse(runs(`filter: { ${contains} }`));
    expect(() => refuse(document, document.definitions[0] as OperationDefinitionNode, undefined)).toThrow(
      /more than 1,000 units of cost.*contains.*first/s,
    );
  });
});
