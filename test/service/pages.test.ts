import { describe, expect } from 'vitest';
import { log, startRun, startStep } from '../support/ledger.ts';
import type { TestService } from '../support/service.ts';
import { test } from '../support/test.ts';

let runId: string;
let stepId: string;
test.beforeAll(async ({ service }) => {
  for (let n = 0; n < 5; n += 1) {
    const run = await startRun(service, { name: `run-${n}`, startedAt: `2026-11-2${n}T00:00:00Z` });
    await log(service, { run: run.id }, { k: n });
  }
  runId = (await startRun(service, { name: 'main', startedAt: '2026-11-01T00:00:00Z' })).id;
  for (let n = 0; n < 5; n += 1) {
    stepId = (await startStep(service, runId, `step-${n}`)).id;
    await log(service, { stepId }, { k: n });
  }
  for (let n = 0; n < 5; n += 1) await log(service, { stepId }, { h: n });
});

type Page = {
  nodes: Record<string, unknown>[];
  edges: { cursor: string; node: Record<string, unknown> }[];
  pageInfo: { hasNextPage: boolean; hasPreviousPage: boolean; startCursor: string | null; endCursor: string | null };
  totalCount?: number;
};
type Arguments = { first?: number | null; after?: string | null };
type List = { name: string; size: number; query: string; variables: () => Record<string, unknown>; at: string[] };

/** The lists with pages, each with more than five rows or just five. */
const page = (node: string) =>
  `{ nodes { ${node} } edges { cursor node { ${node} } } pageInfo { hasNextPage hasPreviousPage startCursor endCursor } }`;
const lists: List[] = [
  ...['startedAt: DESC', 'startedAt: ASC', 'name: ASC', 'metadata: { key: "k" }', 'metadata: { key: "none" }'].map(
    (order) => ({
      name: `runs by ${order}`,
      size: 6,
      query: `query ($first: Int, $after: String) { pipelineRuns(first: $first, after: $after, orderBy: { ${order} }) ${page('name')} }`,
      variables: () => ({}),
      at: ['pipelineRuns'],
    }),
  ),
  {
    name: 'steps',
    size: 5,
    query: `query ($id: String!, $first: Int, $after: String) { pipelineRun(ref: $id) { steps(first: $first, after: $after) ${page('name')} } }`,
    variables: () => ({ id: runId }),
    at: ['pipelineRun', 'steps'],
  },
  {
    name: 'history of a run',
    size: 5,
    query: `query ($id: String!, $first: Int, $after: String) { pipelineRun(ref: $id) { metadataHistory(key: "k", first: $first, after: $after) ${page('value')} } }`,
    variables: () => ({ id: runId }),
    at: ['pipelineRun', 'metadataHistory'],
  },
  {
    name: 'history of a step',
    size: 5,
    query: `query ($id: UUID!, $first: Int, $after: String) { step(id: $id) { metadataHistory(key: "h", first: $first, after: $after) ${page('value')} } }`,
    variables: () => ({ id: stepId }),
    at: ['step', 'metadataHistory'],
  },
];

// biome-ignore lint/suspicious/noExplicitAny: walks into whatever was answered
const dig = (data: any, at: string[]): Page => at.reduce((inner, name) => inner[name], data);
const read = async (service: TestService, { query, variables, at }: List, args: Arguments) =>
  dig(await service.run(query, { ...variables(), ...args }), at);
const refuse = async (service: TestService, { query, variables }: List, args: Arguments) => {
  const error = await service.fail(query, { ...variables(), ...args });
  expect(error).toMatchObject({ extensions: { code: 'BAD_USER_INPUT' } });
  return error.message;
};
const cursor = (...parts: unknown[]) => Buffer.from(JSON.stringify(parts)).toString('base64url');

/** The same as a position in this very list, whose name and order a cursor begins with. */
async function inOrderOf(service: TestService, list: List, after: string): Promise<string> {
  const [order] = JSON.parse(
    Buffer.from((await read(service, list, { first: 1 })).edges[0]!.cursor, 'base64url').toString(),
  );
  const parts = Buffer.from(after, 'base64url').toString();
  return parts.startsWith('[') && parts.endsWith(']') && parts !== '[]'
    ? Buffer.from(`[${JSON.stringify(order)},${parts.slice(1)}`).toString('base64url')
    : after;
}

describe.each(lists)('$name', (list) => {
  test('pages of any size give every row once, and say whether there are more', async ({ service }) => {
    const whole = await read(service, list, { first: 200 });
    expect(whole.nodes).toHaveLength(list.size);
    expect(whole.nodes).toEqual(whole.edges.map(({ node }) => node));
    expect(whole.pageInfo).toEqual({
      hasNextPage: false,
      hasPreviousPage: false,
      startCursor: whole.edges[0]!.cursor,
      endCursor: whole.edges.at(-1)!.cursor,
    });
    for (const first of [1, 2, list.size]) {
      const nodes: unknown[] = [];
      let after: string | null = null;
      do {
        const part = await read(service, list, { first, after });
        expect(part.pageInfo.hasPreviousPage).toBe(after !== null);
        nodes.push(...part.nodes);
        expect(part.pageInfo.hasNextPage).toBe(nodes.length < list.size);
        after = part.pageInfo.hasNextPage ? part.pageInfo.endCursor : null;
      } while (after !== null);
      expect(nodes).toEqual(whole.nodes);
    }
  });

  test('first is 0 to 200; left out or null, it has its default', async ({ service }) => {
    const none = await read(service, list, { first: 0 });
    expect(none.nodes).toEqual([]);
    expect(none.pageInfo).toEqual({ hasNextPage: true, hasPreviousPage: false, startCursor: null, endCursor: null });
    for (const args of [{}, { first: null }, { first: 200 }])
      expect((await read(service, list, args)).nodes).toHaveLength(list.size);
    for (const first of [-1, 201, -2_147_483_648]) expect(await refuse(service, list, { first })).toContain(`${first}`);
    expect(await refuse(service, list, { first: 2_147_483_647 })).toContain('first');
  });

  test('behind the last row there is nothing', async ({ service }) => {
    const { endCursor } = (await read(service, list, { first: 200 })).pageInfo;
    expect(await read(service, list, { after: endCursor })).toEqual({
      nodes: [],
      edges: [],
      pageInfo: { hasNextPage: false, hasPreviousPage: true, startCursor: null, endCursor: null },
    });
  });

  test.for([
    '',
    'x',
    'null',
    'e30',
    cursor(),
    cursor(null),
    cursor('x'),
    cursor('0190aaaa-0000-7000-8000-000000000000', 'now', 'n', 3),
    cursor('0190aaaa-0000-7000-8000-000000000000', 1e20, 'n', 3),
    cursor('0190aaaa-0000-7000-8000-000000000000', -1e15, 'n', 3),
    cursor('0190aaaa-0000-7000-8000-000000000000', 0, 'a\0b', 3),
    cursor('0190aaaa-0000-7000-8000-000000000000', 0, 'n', 4),
    cursor('0190aaaa-0000-7000-8000-000000000000', 0, 'n', 0, 'NaN'),
    cursor('0190aaaa-0000-7000-8000-000000000000', 0, 'n', 0, '1e9'),
    cursor('0190aaaa-0000-7000-8000-000000000000', 0, 'n', 0, '9'.repeat(200_000)),
    cursor('0190aaaa-0000-7000-8000-000000000000', 0, 'n', 0, `0.${'9'.repeat(20_000)}`),
    cursor('0190aaaa-0000-7000-8000-000000000000', 0, 'n', 1, null, 7),
    cursor('0190aaaa-0000-7000-8000-000000000000', 0, 'n', 1, null, '\0'),
    cursor('0'.repeat(36), 0, 'n', 3),
    cursor('9'.repeat(20)),
    cursor('9223372036854775808'),
    cursor(-1),
    cursor('-1'),
    cursor(0, 1.5),
    cursor(0, 2 ** 40),
    cursor(Number.MAX_VALUE, 1),
    '[]'.repeat(40_000),
  ])('what is no cursor of it is refused (%#)', async (after, { service }) => {
    for (const text of [after, await inOrderOf(service, list, after)])
      expect(await refuse(service, list, { after: text })).toContain('after');
  });

  test('a text that was not made by the service never ends in an internal error', async ({ service }) => {
    const odd = [
      cursor('0190aaaa-0000-7000-8000-000000000000', 0, '\ud800', 3),
      cursor('0190aaaa-0000-7000-8000-000000000000', 0, 'n', 1, null, '\ud800'),
      cursor('0190aaaa-0000-7000-8000-000000000000', 0, 'n', 1, null, 'x'.repeat(300_000)),
      cursor('0190aaaa-0000-7000-8000-000000000000', 0, 'n', 0, `-${'9'.repeat(131_072)}.${'9'.repeat(16_383)}`),
      cursor('0190aaaa-0000-7000-8000-000000000000', 0, 'n', 2, null, "'; DROP TABLE step; --"),
      cursor('9223372036854775807'),
      cursor('0'),
      cursor(0, -2_147_483_647),
    ];
    for (const text of odd) {
      const after = await inOrderOf(service, list, text);
      const { status, body } = await service.answer(
        JSON.stringify({ query: list.query, variables: { ...list.variables(), after } }),
        undefined,
      );
      expect(status).toBe(200);
      expect(body).not.toContain('INTERNAL_SERVER_ERROR');
    }
    expect(service.unexpected).toEqual([]);
  });
});

test('a cursor of another list is refused, and says so', async ({ service }) => {
  const different = [lists[0]!, ...lists.slice(-3)];
  for (const list of different) {
    for (const other of different) {
      if (other === list || (other.name.startsWith('history') && list.name.startsWith('history'))) continue;
      const after = (await read(service, other, { first: 1 })).pageInfo.endCursor!;
      expect(await refuse(service, list, { after })).toContain('a cursor of another list');
    }
  }
});

test('a cursor of another order of runs is refused, and says so', async ({ service }) => {
  const runs = lists.filter(({ query }) => query.includes('pipelineRuns('));
  const cursors = await Promise.all(
    runs.map(async (list) => (await read(service, list, { first: 1 })).pageInfo.endCursor!),
  );
  for (const [of, list] of runs.entries()) {
    for (const [from, after] of cursors.entries()) {
      if (of === from) expect((await read(service, list, { after })).nodes).toHaveLength(list.size - 1);
      else expect(await refuse(service, list, { after })).toContain('another order');
    }
  }
});

describe('cursors hold', () => {
  const names = async (
    service: TestService,
    variables: Record<string, unknown>,
  ): Promise<{ names: string[]; endCursor: string }> => {
    const query = `query ($first: Int, $after: String, $orderBy: PipelineRunOrder, $filter: PipelineRunFilter) {
      pipelineRuns(first: $first, after: $after, orderBy: $orderBy, filter: $filter) { nodes { name } pageInfo { endCursor } } }`;
    const { nodes, pageInfo } = (await service.run(query, variables)).pipelineRuns;
    return { names: nodes.map(({ name }: { name: string }) => name), endCursor: pageInfo.endCursor };
  };

  test.for([
    ['by start', { startedAt: 'ASC' }],
    ['by name', { name: 'ASC' }],
    ['by metadata', { metadata: { key: 'at', direction: 'ASC' } }],
    ['by metadata inside a value', { metadata: { key: 'in', path: ['at'], direction: 'ASC' } }],
    ['by text', { metadata: { key: 'text', direction: 'ASC' } }],
  ] as const)(
    '%s: while rows are added before and behind, and the row itself is deleted',
    async ([_name, orderBy], { service }) => {
      const tag = `hold${Object.keys(orderBy)}${JSON.stringify(orderBy).length}`;
      const add = async (n: number) => {
        const { id } = await startRun(service, {
          name: `${tag}-${n}`,
          startedAt: new Date(Date.UTC(2026, 0, n)).toISOString(),
        });
        await log(service, { run: id }, { at: n, in: { at: n }, text: `${'x'.repeat(250)}${n}` });
      };
      for (const n of [20, 40, 60, 80]) await add(n);
      const variables = { first: 2, orderBy, filter: { namePrefix: `${tag}-` } };
      const { names: page, endCursor: after } = await names(service, variables);
      expect(page).toEqual([`${tag}-20`, `${tag}-40`]);
      await add(10);
      await add(50);
      await service.run('mutation ($r: String!) { deleteRun(ref: $r) }', { r: `${tag}-40` });
      expect((await names(service, { ...variables, after })).names).toEqual([`${tag}-50`, `${tag}-60`]);
    },
  );

  test('while the row moves to another place by a new value', async ({ service }) => {
    for (const n of [1, 2, 3, 4])
      await log(service, { run: (await startRun(service, { name: `move-${n}` })).id }, { m: n });
    const variables = {
      first: 2,
      orderBy: { metadata: { key: 'm', direction: 'ASC' } },
      filter: { namePrefix: 'move-' },
    };
    const { endCursor: after } = await names(service, variables);
    await log(service, { run: 'move-2' }, { m: 10 });
    expect((await names(service, { ...variables, after })).names).toEqual(['move-3', 'move-4']);
    await log(service, { run: 'move-2' }, { m: 'a text' });
    expect((await names(service, { ...variables, first: 3, after })).names).toEqual(['move-3', 'move-4', 'move-2']);
  });

  test('in a history while entries are added and the row itself is retracted', async ({ service }) => {
    const { id } = await startRun(service);
    for (const n of [1, 2, 3, 4]) await log(service, { run: id }, { k: n });
    const query = `query ($id: String!, $after: String) { pipelineRun(ref: $id) { metadataHistory(key: "k", first: 2, after: $after) {
      nodes { id value } pageInfo { endCursor } totalCount } } }`;
    const { nodes, pageInfo } = (await service.run(query, { id })).pipelineRun.metadataHistory;
    expect(nodes.map(({ value }: { value: unknown }) => value)).toEqual([4, 3]);
    await log(service, { run: id }, { k: 5 });
    await service.run('mutation ($id: ID!) { retractMetadata(entryId: $id, reason: "no") { latest { id } } }', {
      id: nodes[1].id,
    });
    const next = (await service.run(query, { id, after: pageInfo.endCursor })).pipelineRun.metadataHistory;
    expect(next.nodes.map(({ value }: { value: unknown }) => value)).toEqual([2, 1]);
    expect(next.totalCount).toBe(4);
  });
});

describe('statements', () => {
  /** Without what still announces the writes before. */
  const sent = (service: TestService) => service.queries().filter((sql) => !sql.includes('notify_logged'));

  test('totalCount costs one statement, and none unless it is asked for', async ({ service }) => {
    for (const { query, variables } of lists) {
      sent(service);
      await service.run(query, variables());
      const without = sent(service);
      await service.run(query.replace('{ nodes', '{ totalCount nodes'), variables());
      const withCount = sent(service);
      expect(without.filter((sql) => /count\(/.test(sql))).toEqual([]);
      expect(withCount).toHaveLength(without.length + 1);
    }
  });

  test('a page of runs with three keys and the steps of each does not take more statements the longer it is', async ({
    service,
  }) => {
    const query = `query ($first: Int) { pipelineRuns(first: $first, filter: { namePrefix: "wide-" }) { nodes {
      name a: runMetadata(key: "a") { value } b: runMetadata(key: "b") { value qualifiedKey } c: runMetadata(key: "train::c") { value }
      steps { nodes { name attempt } } } } }`;
    await Promise.all(
      Array.from({ length: 50 }, async (_, n) => {
        const { id } = await startRun(service, { name: `wide-${n}` });
        const step = await startStep(service, id, 'train');
        await log(service, { run: id }, { a: n });
        await log(service, { stepId: step.id }, { b: n, c: n });
      }),
    );
    const count = async (first: number) => {
      sent(service);
      const { nodes } = (await service.run(query, { first })).pipelineRuns;
      expect(nodes).toHaveLength(first);
      expect(nodes.every((run: Record<string, { value: number }>) => run['a']!.value === run['c']!.value)).toBe(true);
      return sent(service).length;
    };
    const few = await count(2);
    expect(few).toBeLessThanOrEqual(7);
    expect(await count(50)).toBe(few);
  });
});
