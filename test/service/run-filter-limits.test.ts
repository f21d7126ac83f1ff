import { expect } from 'vitest';
import { rawJson } from '../../clients/typescript/src/json/raw.ts';
import { log, startRun } from '../support/ledger.ts';
import type { TestService } from '../support/service.ts';
import { test } from '../support/test.ts';

test.beforeAll(async ({ service }) => {
  await log(
    service,
    { run: (await startRun(service, { name: 'run' })).id },
    { n: 7, text: 'b', list: [1], long: 'x'.repeat(250) },
  );
});

const query = 'query ($filter: PipelineRunFilter) { pipelineRuns(filter: $filter) { totalCount nodes { name } } }';
const count = async (service: TestService, filter: unknown): Promise<number> => {
  const { totalCount, nodes } = (await service.run(query, { filter })).pipelineRuns;
  expect(nodes).toHaveLength(totalCount);
  return totalCount;
};
const refuse = async (service: TestService, filter: unknown) => {
  const error = await service.fail(query, { filter });
  expect(error.extensions.code).toBe('BAD_USER_INPUT');
  return error.message;
};
const times = <T>(length: number, make: (n: number) => T): T[] => Array.from({ length }, (_, n) => make(n));

test('a filter has a hundred parts at most, however they are put together', async ({ service }) => {
  const part = { metadata: { key: 'n' } };
  expect(await count(service, { and: times(99, () => part) })).toBe(1);
  expect(await refuse(service, { and: times(100, () => part) })).toContain('100 parts');
  let deep: unknown = part;
  // Each `not` is a condition that no index serves, and costs: they would be too dear before they are too many.
  const nest = (inner: unknown, n: number) => (n % 10 === 0 ? { not: inner } : { and: [inner] });
  for (let n = 0; n < 98; n += 1) deep = nest(deep, n);
  expect(await count(service, deep)).toBe(1);
  for (let n = 0; n < 4; n += 1) deep = nest(deep, n);
  expect(await refuse(service, deep)).toContain('100 parts');
});

test('it compares with a thousand values at most, of whatever kind, and they take three statements', async ({
  service,
}) => {
  const kinds: ((n: number) => unknown)[] = [
    (n) => n,
    (n) => `${n}`,
    (n) => [n],
    (n) => 'x'.repeat(250) + (n === 0 ? '' : n),
    (n) => rawJson('1'.repeat(1_100) + n),
  ];
  const present = [1, 0, 1, 1, 0];
  for (const [index, kind] of kinds.entries()) {
    const values = times(1_000, kind);
    const keys = ['n', 'text', 'list', 'long', 'n'];
    service.queries();
    expect(await count(service, { metadata: { key: keys[index], in: values } })).toBe(present[index]);
    expect(service.queries().filter((sql) => sql.includes('latest_entry'))).toHaveLength(3);
    expect(await refuse(service, { metadata: { key: 'n', in: [...values, 1] } })).toContain('1,000');
    const halves = [
      { metadata: { key: 'n', in: values.slice(500) } },
      { metadata: { key: 'text', in: values.slice(499) } },
    ];
    expect(await refuse(service, { or: halves })).toContain('1,000');
  }
});

test('inside a value too', async ({ service }) => {
  const values = times(1_000, (n) => (n % 2 ? n : `${n}`));
  expect(await count(service, { metadata: { key: 'list', path: ['0'], in: values } })).toBe(1);
  expect(await count(service, { metadata: { key: 'list', path: ['1'], in: values } })).toBe(0);
});

test('a path has 64 elements at most', async ({ service }) => {
  const path = times(64, () => 'a');
  expect(await count(service, { metadata: { key: 'n', path } })).toBe(0);
  expect(await refuse(service, { metadata: { key: 'n', path: [...path, 'a'] } })).toContain('65');
});

test.for([
  [{ key: 'n', path: ['a\0'] }, 'path'],
  [{ key: 'n', path: ['\ud800'] }, 'path'],
  [{ key: 'n', equals: 'a\0' }, 'equals'],
  [{ key: 'n', equals: { '\ud800': 1 } }, 'equals'],
  [{ key: 'n', in: [1, ['\0']] }, 'in[1]'],
  [{ key: 'n', equals: 'x'.repeat(70_000) }, 'equals'],
] as const)('%j is refused, and says where', async ([metadata, where], { service }) => {
  expect(await refuse(service, { metadata })).toContain(where);
});

test.for([
  { key: '\0' },
  { key: 'n\0' },
  { key: '' },
  { key: ' ' },
  { key: 'x'.repeat(300) },
  { key: '\ud800' },
  { key: 'n', step: '\0' },
  { key: 'n', step: '' },
  { key: '\ud800::n' },
  { key: 'text', contains: '\0' },
  { key: 'text', startsWith: '\ud800' },
])('%j can never be stored: it finds nothing, and its opposite everything', async (metadata, { service }) => {
  expect(await count(service, { metadata })).toBe(0);
  expect(await count(service, { not: { metadata } })).toBe(1);
});

test.for([{ pipeline: '\0' }, { namePrefix: '\ud800' }, { pipeline: '' }, { status: [] }])(
  'so does %j',
  async (filter, { service }) => {
    expect(await count(service, filter)).toBe(0);
    expect(await count(service, { not: filter })).toBe(1);
  },
);

test.for([
  {},
  {
    pipeline: null,
    status: null,
    namePrefix: null,
    startedAfter: null,
    startedBefore: null,
    metadata: null,
    and: null,
    or: null,
    not: null,
  },
  { namePrefix: '' },
  { and: [] },
  { metadata: { key: 'n', step: null, path: null, exists: null, type: null, in: null, gt: null, contains: null } },
  { metadata: { key: 'n', path: [] } },
])('%j holds', async (filter, { service }) => {
  expect(await count(service, filter)).toBe(1);
});

test('an order by a key that nothing can be stored under is refused, and two orders at once are', async ({
  service,
}) => {
  for (const orderBy of [
    { metadata: { key: '' } },
    { metadata: { key: 'x'.repeat(300) } },
    { metadata: { key: 'n', step: '' } },
    { metadata: { key: 'n', path: times(65, () => 'a') } },
    { name: 'ASC', startedAt: 'ASC' },
    {},
  ]) {
    const error = await service.fail(
      'query ($orderBy: PipelineRunOrder) { pipelineRuns(orderBy: $orderBy) { nodes { id } } }',
      { orderBy },
    );
    expect(error.extensions.code).toBe('BAD_USER_INPUT');
  }
});
