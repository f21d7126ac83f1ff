import fc from 'fast-check';
import { expect } from 'vitest';
import { setMember } from '../../clients/typescript/src/json/object.ts';
import { rawJson } from '../../clients/typescript/src/json/raw.ts';
import { stringifyJson } from '../../clients/typescript/src/json/stringify.ts';
import type { JsonValue } from '../../clients/typescript/src/json/value.ts';
import { anyJson, edgeDouble } from '../support/json-arbitrary.ts';
import { finishStep, log, startRun, startStep } from '../support/ledger.ts';
import {
  answer,
  facets,
  inferred,
  keysInUse,
  type ModelAttempt,
  type ModelCondition,
  type ModelFilter,
  type ModelOrder,
  type ModelRun,
  valueAt,
} from '../support/run-model.ts';
import type { TestService } from '../support/service.ts';
import { test } from '../support/test.ts';

// ---- values ----

/** A value as it is sent, and as it must be stored. */
type Sample = { sent: unknown; as?: string; type: string; value: JsonValue };

const plain = (value: JsonValue): Sample => ({ sent: value, type: inferred(value), value });
const spelled = (text: string): Sample => ({
  ...plain(Number(text)),
  sent: rawJson(text),
  ...(/[.e]/i.test(text) ? { type: 'FLOAT' } : {}),
});
const typed = (as: string, value: JsonValue, sent: unknown = value): Sample => ({ sent, as, type: as, value });
const odd = (...members: [string, JsonValue][]): JsonValue => {
  const object = {};
  for (const [key, value] of members) setMember(object, key, value);
  return object;
};

const numbers: JsonValue[] = [
  0,
  -0,
  1,
  -1,
  0.5,
  0.1433,
  1e21,
  5e-324,
  1.7976931348623157e308,
  -1.7976931348623157e308,
  9007199254740991,
  9007199254740992,
  9007199254740993n,
  9007199254740994n,
  -9007199254740993n,
  9223372036854775807n,
  1000000000000000000000n,
  1234567890123456789012345678901234567890n,
  1234567890123456789012345678901234567891n,
  10n ** 308n,
  10n ** 309n,
  -(10n ** 400n),
  10n ** 1_100n,
  10n ** 1_100n + 1n,
  -(10n ** 1_100n) - 1n,
];
const long = 'x'.repeat(199);
const words = [
  '',
  'a',
  '%',
  '_',
  '\\',
  '50%_\\',
  'NaN',
  'Infinity',
  '1',
  'null',
  'Z',
  'é',
  'e\u0301',
  '\uffff',
  '😀',
  `${long}x`,
  `${long}y`,
  `${long}xa`,
  `${long}xb`,
  `${long}xb%`,
  long,
  '😀'.repeat(200),
  `${'😀'.repeat(200)}z`,
  `${'😀'.repeat(200)}y`,
];
const structures: JsonValue[] = [
  [],
  {},
  [1, 'two', null, { yes: true }],
  ['two', 1],
  { lr: 0.1, x: [1, 'two', null] },
  { x: [1.0, 'two', null], lr: 0.1 },
  { lr: 10 },
  { lr: '10' },
  { lr: null },
  { lr: 9007199254740993n, x: { lr: [0, -0] } },
  { lr: 1e21 },
  odd(['__proto__', 5], ['constructor', { lr: 1 }], ['0', 'zero'], ['-1', 'minus'], ['01', 'padded'], ['', 'empty']),
  [[[1], 2], '%'],
  true,
  false,
  null,
];
const sample: fc.Arbitrary<Sample> = fc.oneof(
  { weight: 4, arbitrary: fc.constantFrom(...numbers).map(plain) },
  {
    weight: 2,
    arbitrary: fc.constantFrom('1.0', '1.00e0', '10e-1', '100', '1e2', '0.10', '-0.0', '0e5', '1E21').map(spelled),
  },
  { weight: 4, arbitrary: fc.constantFrom(...words).map(plain) },
  { weight: 4, arbitrary: fc.constantFrom(...structures).map(plain) },
  { weight: 2, arbitrary: fc.oneof(anyJson, edgeDouble).map(plain) },
  {
    weight: 3,
    arbitrary: fc.constantFrom(
      typed('FLOAT', 'NaN'),
      typed('FLOAT', 'Infinity'),
      typed('FLOAT', '-Infinity'),
      typed('FLOAT', 1),
      typed('INT', 1, rawJson('1.0')),
      typed('SET', [1, 'two'], [1, 'two', rawJson('1.0'), 'two']),
      typed('TUPLE', [1, 'two', null, { yes: true }]),
      typed('URI', 's3://bucket/50%25_x'),
      typed('PATH', '/a%_b\\c'),
      typed('PATH', 'a'),
      typed('DTYPE', 'float32'),
      typed('STORAGE_SIZE', 1, '1 B'),
      typed('STORAGE_SIZE', 1_610_612_736, '1.5 GiB'),
    ),
  },
);
/** A few values a world: so that runs share them, and filters meet them. */
const samples = fc.array(sample, { minLength: 4, maxLength: 8 });

// ---- keys ----

const wide = 'k'.repeat(250);
/** Each of them can be logged. */
const keys = [
  'acc',
  'cfg',
  '__proto__',
  'constructor',
  'train::acc',
  'train::cfg',
  'a::b::acc',
  '::acc',
  'train::',
  '%',
  'caf\u00e9',
  'cafe\u0301',
  wide,
];
const stepNames = ['train', 'eval', 'a', '%'];
/** Mostly the same few, so that runs, writes and filters meet. */
const key = fc.oneof(
  { weight: 6, arbitrary: fc.constantFrom('acc', 'cfg') },
  { weight: 2, arbitrary: fc.constantFrom(...keys) },
);
const lookUpKey = fc.oneof(
  { weight: 14, arbitrary: key },
  {
    weight: 1,
    arbitrary: fc.constantFrom(
      `train::${wide}`,
      'a::b::acc',
      'train:: ',
      '',
      ' ',
      'k'.repeat(300),
      'eval::acc',
      '%::acc',
      'none::acc',
      '\ud800',
    ),
  },
);
const path = fc.oneof(
  fc.constantFrom<string[]>(
    [],
    ['lr'],
    ['x'],
    ['x', '0'],
    ['x', '1'],
    ['x', '-1'],
    ['x', '01'],
    ['x', ' 1'],
    ['0'],
    ['1'],
    ['3', 'yes'],
    ['__proto__'],
    ['constructor', 'lr'],
    ['-1'],
    ['01'],
    [''],
    ['0', '0', '0'],
    ['x', 'lr', '1'],
    ['NULL'],
    ['a,b'],
    ['"'],
    ['\\'],
    ['{}'],
    ['99999999999'],
  ),
  fc.array(fc.constantFrom('lr', 'x', '0', '1', '2', '', 'NULL', '+1', '__proto__'), { maxLength: 3 }),
);

// ---- a world of runs ----

const structure = fc.constantFrom(...structures).map(plain);
const instants = [
  '1969-12-31T23:59:59.999Z',
  '2026-11-23T00:00:00.000Z',
  '2026-11-23T00:00:00.001Z',
  '2026-11-24T12:00:00.000Z',
];
const pipelines = ['p', 'P', 'p%', 'train'];
const runNames = ['a', 'A', 'a%', 'a_', 'ab', 'a\\', 'é', '\uffff', '😀', 'b', 'ba', 'z'];

function worldOf(pool: Sample[]) {
  const entry = fc.oneof(
    { weight: 3, arbitrary: fc.record({ key, sample: fc.constantFrom(...pool) }) },
    { weight: 1, arbitrary: fc.record({ key: fc.constantFrom('cfg', 'train::cfg'), sample: structure }) },
  );
  const action = fc.oneof(
    {
      weight: 5,
      arbitrary: fc.record({
        kind: fc.constant('log' as const),
        to: fc.option(fc.nat({ max: 20 }), { freq: 2 }),
        entries: fc.array(entry, { minLength: 1, maxLength: 5 }),
      }),
    },
    {
      weight: 2,
      arbitrary: fc.record({
        kind: fc.constant('step' as const),
        name: fc.constantFrom(...stepNames),
        from: fc.option(fc.nat({ max: 20 }), { freq: 2 }),
        finished: fc.boolean(),
      }),
    },
    { weight: 1, arbitrary: fc.record({ kind: fc.constant('retract' as const), entry: fc.nat({ max: 50 }) }) },
  );
  const first = fc.record({ acc: fc.constantFrom(...pool), cfg: structure }).map(({ acc, cfg }) => ({
    kind: 'log' as const,
    to: null,
    entries: [
      { key: 'acc', sample: acc },
      { key: 'cfg', sample: cfg },
    ],
  }));
  const run = fc.record({
    name: fc.constantFrom(...runNames),
    pipeline: fc.constantFrom(...pipelines),
    startedAt: fc.constantFrom(...instants),
    finish: fc.option(fc.constantFrom('COMPLETED', 'FAILED', 'CANCELLED'), { freq: 2 }),
    tookMs: fc.constantFrom(0, 1, 60_000, 86_400_000),
    deleted: fc.integer({ min: 0, max: 9 }).map((dice) => dice === 0),
    actions: fc
      .tuple(fc.option(first, { freq: 6 }), fc.array(action, { minLength: 1, maxLength: 7 }))
      .map(([begin, more]) => (begin ? [begin, ...more] : more)),
  });
  return fc.uniqueArray(run, { minLength: 8, maxLength: 12, selector: ({ name }) => name });
}

// ---- questions ----

const optional = { requiredKeys: [] };
const direction = fc.constantFrom('ASC' as const, 'DESC' as const);
const bound = fc.oneof(fc.constantFrom(...numbers.filter((value) => typeof value === 'number')), edgeDouble);
const rarely = <T>(arbitrary: fc.Arbitrary<T>) =>
  fc.oneof({ weight: 4, arbitrary: fc.constant(undefined) }, { weight: 1, arbitrary });
const part = fc.constantFrom('', '', 'a', '%', '_', '\\', 'x', long, `${long}xa`, 'N', '😀', 'é', '1', '/a', 'xb%');
const place = fc.oneof(
  { weight: 4, arbitrary: fc.record({ key: fc.constantFrom('acc', 'acc', 'cfg', 'train::acc') }) },
  {
    weight: 3,
    arbitrary: fc.record({
      key: lookUpKey,
      step: rarely(fc.constantFrom(...stepNames, 'none', '')),
      path: rarely(path),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      key: fc.constantFrom('cfg', 'train::cfg'),
      path: fc.constantFrom(['lr'], ['x'], ['x', '0'], ['0'], ['x', 'lr', '1']),
    }),
  },
);

function conditionOf(pool: Sample[]): fc.Arbitrary<ModelCondition> {
  const operand: fc.Arbitrary<JsonValue> = fc.oneof(
    { weight: 6, arbitrary: fc.constantFrom(...pool).map(({ value }) => value) },
    { weight: 2, arbitrary: sample.map(({ value }) => value) },
    { weight: 1, arbitrary: fc.constantFrom<JsonValue>('-Infinity', [1], 10n ** 1_100n, 1, 0.1, [1, 'two', null]) },
  );
  const operands = fc.array(
    operand.filter((value) => value !== null),
    { maxLength: 4 },
  );
  const numbersOf = pool.map(({ value }) => value).filter((value) => typeof value === 'number');
  const near = fc.oneof(
    { weight: 1, arbitrary: bound },
    { weight: 4, arbitrary: fc.constantFrom(0, 0.5, 1, ...numbersOf) },
  );
  const one = fc.oneof(
    ...(['gt', 'gte', 'lt', 'lte'] as const).map((name) => near.map((value) => ({ [name]: value }))),
    ...(['contains', 'startsWith'] as const).map((name) => part.map((text) => ({ [name]: text }))),
    operand.map((has) => ({ has })),
    fc.constantFrom<JsonValue>(1, 'two', null, { yes: true }, 'one').map((has) => ({ has })),
    fc.constantFrom('INT', 'FLOAT', ...pool.map(({ type }) => type), 'LIST', 'DICT').map((type) => ({ type })),
    operand.map((equals) => ({ equals })),
    operands.map((list) => ({ in: list })),
    fc.constant({}),
  );
  return fc
    .record({
      where: place,
      exists: rarely(fc.boolean()),
      tests: one,
      more: rarely(fc.array(one, { minLength: 1, maxLength: 2 })),
    })
    .map(({ where, exists, tests, more }) => {
      // Together with a test, `exists: false` cannot hold: that is worth asking, but not often.
      const given = exists === undefined || more ? [tests, ...(more ?? [])] : [{ exists }];
      return defined(Object.assign({ ...where }, ...given)) as ModelCondition;
    });
}

function filterOf(pool: Sample[]): fc.Arbitrary<ModelFilter> {
  const condition = conditionOf(pool);
  const simple = fc.record<ModelFilter>(
    {
      pipeline: fc.constantFrom(...pipelines, 'none', ''),
      status: fc.subarray(['RUNNING', 'COMPLETED', 'FAILED', 'CANCELLED']),
      pipelines: fc.subarray([...pipelines, 'none']),
      nameContains: fc.constantFrom('a', 'A', '%', 'b', '\\', 'é', '-', ''),
      endedAfter: fc.constantFrom(...instants),
      endedBefore: fc.constantFrom(...instants),
      startedAfter: fc.constantFrom(...instants),
      startedBefore: fc.constantFrom(...instants),
      metadata: condition,
    },
    optional,
  );
  return fc.letrec<{ filter: ModelFilter }>((tie) => {
    const several: fc.Arbitrary<ModelFilter[]> = fc.oneof(
      { weight: 5, arbitrary: fc.array(tie('filter'), { minLength: 1, maxLength: 3 }) },
      { weight: 1, arbitrary: fc.constant<ModelFilter[]>([]) },
    );
    return {
      filter: fc.oneof(
        { maxDepth: 3, withCrossShrink: true },
        { weight: 5, arbitrary: condition.map((metadata) => ({ metadata })) },
        { weight: 1, arbitrary: simple },
        { weight: 1, arbitrary: several.map((and) => ({ and })) },
        { weight: 3, arbitrary: several.map((or) => ({ or })) },
        { weight: 2, arbitrary: tie('filter').map((not) => ({ not })) },
        { weight: 1, arbitrary: fc.record({ metadata: condition, or: several, not: tie('filter') }) },
      ),
    };
  }).filter;
}
const loggableKey = fc.oneof(key, fc.constantFrom(`train::${wide}`, 'eval::acc', 'train:: '));
const order: fc.Arbitrary<ModelOrder | undefined> = fc.oneof(
  { weight: 1, arbitrary: fc.constant(undefined) },
  {
    weight: 2,
    arbitrary: fc.oneof(
      ...(['startedAt', 'endedAt', 'duration', 'name'] as const).map((by) => fc.record({ [by]: direction })),
    ),
  },
  {
    weight: 4,
    arbitrary: fc
      .oneof(
        fc.record({ key: loggableKey, path: rarely(path), direction }),
        fc.record({ key, step: fc.constantFrom(...stepNames), path: rarely(path), direction }),
      )
      .map((metadata) => ({ metadata: defined(metadata) })),
  },
);
const questionOf = (pool: Sample[]) =>
  fc.record({
    filter: filterOf(pool),
    order,
    prefix: rarely(fc.constantFrom('a', 'A', 'a%', 'a\\', 'é', 'n')),
    page: fc.integer({ min: 1, max: 3 }),
  });

const game = samples.chain((pool) =>
  fc.record({ plans: worldOf(pool), questions: fc.array(questionOf(pool), { minLength: 20, maxLength: 20 }) }),
);
type Game = typeof game extends fc.Arbitrary<infer T> ? T : never;

function defined<T extends object>(object: T): T {
  return Object.fromEntries(Object.entries(object).filter(([, value]) => value !== undefined)) as T;
}

// ---- playing it ----

/** Does to the service what is planned, and to a model run what that must mean. */
async function play(service: TestService, prefix: string, plan: Game['plans'][number]): Promise<ModelRun> {
  const { id } = await startRun(service, {
    name: prefix + plan.name,
    pipeline: plan.pipeline,
    startedAt: plan.startedAt,
  });
  const run: ModelRun = {
    name: prefix + plan.name,
    pipeline: plan.pipeline,
    status: plan.finish ?? 'RUNNING',
    startedAt: Date.parse(plan.startedAt),
    endedAt: plan.finish ? Date.parse(plan.startedAt) + plan.tookMs : null,
    deleted: plan.deleted,
    attempts: [],
    entries: [],
  };
  const stepIds = new Map<ModelAttempt, string>();
  const entryIds = new Map<string, ModelRun['entries'][number]>();
  for (const one of plan.actions) {
    if (one.kind === 'step') {
      const from = one.from === null ? undefined : run.attempts[one.from % run.attempts.length];
      const { id: stepId, attempt } = await startStep(
        service,
        id,
        one.name,
        from ? { cachedFrom: stepIds.get(from) } : {},
      );
      const started = { name: one.name, attempt };
      run.attempts.push(started);
      stepIds.set(started, stepId);
      const taken = run.entries.filter((candidate) => candidate.attempt === from && from && !candidate.retracted);
      for (const [index, candidate] of taken.entries())
        if (taken.findLastIndex((other) => other.key === candidate.key) === index)
          run.entries.push({ ...candidate, attempt: started });
      if (one.finished && !from) await finishStep(service, stepId);
    } else if (one.kind === 'log') {
      const attempt = one.to === null ? null : (run.attempts[one.to % run.attempts.length] ?? null);
      const target = attempt ? { stepId: stepIds.get(attempt) } : { run: id };
      const entries = one.entries.map((each) => ({
        key: each.key,
        value: each.sample.sent,
        ...(each.sample.as ? { type: each.sample.as } : {}),
      }));
      const logged = await log(service, target, undefined, { entries });
      one.entries.forEach((each, index) => {
        const { type, value } = each.sample;
        const added = { attempt, key: each.key.normalize('NFC'), type, value, retracted: false };
        run.entries.push(added);
        entryIds.set(logged.entries[index]!.id, added);
      });
    } else if (entryIds.size > 0) {
      const [entryId, retracted] = [...entryIds][one.entry % entryIds.size]!;
      await service.run('mutation ($id: ID!) { retractMetadata(entryId: $id, reason: "wrong") { latest { id } } }', {
        id: entryId,
      });
      retracted.retracted = true;
    }
  }
  if (plan.finish)
    await service.run(
      'mutation ($r: String!, $s: ExecutionStatus!, $e: DateTime) { finishRun(ref: $r, status: $s, endedAt: $e) { id } }',
      { r: id, s: plan.finish, e: new Date(run.endedAt!).toISOString() },
    );
  if (plan.deleted) await service.run('mutation ($r: String!) { deleteRun(ref: $r) }', { r: id });
  return run;
}

const listQuery = `query ($filter: PipelineRunFilter, $orderBy: PipelineRunOrder, $first: Int, $after: String) {
  pipelineRuns(filter: $filter, orderBy: $orderBy, first: $first, after: $after) {
    totalCount edges { cursor node { name } } pageInfo { hasNextPage endCursor }
  }
}`;

async function page(service: TestService, variables: Record<string, unknown>) {
  const { edges, totalCount, pageInfo } = (await service.run(listQuery, variables)).pipelineRuns;
  return { names: edges.map((edge: { node: { name: string } }) => edge.node.name) as string[], totalCount, pageInfo };
}

async function ask(service: TestService, prefix: string, runs: ModelRun[], asked: Game['questions'][number]) {
  // What other worlds left is in the same database: it must not come in.
  const inWorld: ModelFilter = { and: [{ namePrefix: prefix + (asked.prefix ?? '') }, asked.filter] };
  const groups = answer(runs, inWorld, asked.order);
  const variables = { filter: inWorld, ...(asked.order ? { orderBy: asked.order } : {}) };
  const told = stringifyJson(variables);
  const whole = await page(service, { ...variables, first: 200 });
  const rest = [...whole.names];
  expect(
    groups.map(({ length }) => rest.splice(0, length).sort()),
    told,
  ).toEqual(groups);
  expect(rest, told).toEqual([]);
  expect(whole.totalCount, told).toBe(whole.names.length);
  // Twice negated it says the same, but runs are tried one by one instead of looked up among the few that can pass.
  const tried = await page(service, { ...variables, filter: { not: { not: inWorld } }, first: 200 });
  expect(tried.names, told).toEqual(whole.names);
  const paged: string[] = [];
  for (let after: string | null = null; ; ) {
    const part = await page(service, { ...variables, first: asked.page, after });
    paged.push(...part.names);
    expect(part.totalCount, told).toBe(whole.totalCount);
    expect(part.pageInfo.hasNextPage, told).toBe(paged.length < whole.names.length);
    if (!part.pageInfo.hasNextPage || paged.length > whole.names.length) break;
    after = part.pageInfo.endCursor;
  }
  expect(paged, told).toEqual(whole.names);
  const { runFacets } = await service.run(facetQuery, { filter: inWorld });
  const { statuses, ...counts } = facets(runs, inWorld);
  expect(runFacets, told).toMatchObject(counts);
  const counted = runFacets.statuses as { status: string; runs: number }[];
  expect(
    counted.map(({ status }) => status),
    told,
  ).toEqual(statusNames);
  for (const { status, runs: number } of counted) expect(number, told).toBe(statuses[status] ?? 0);
}

const statusNames = ['RUNNING', 'COMPLETED', 'FAILED', 'CANCELLED', 'CACHED', 'RETRIED', 'CRASHED'];
const facetQuery = `query ($filter: PipelineRunFilter) {
  runFacets(filter: $filter) { total statuses { status runs } pipelines { pipeline runs } }
}`;

/** The counters tell of all worlds so far; what stands at a path, of each run. */
async function askOfAll(service: TestService, runs: ModelRun[], paths: string[][]) {
  for (const qualified of [false, true]) {
    const expected = keysInUse(runs, qualified);
    const query = `query ($qualified: Boolean, $after: String) {
      metadataKeys(qualified: $qualified, first: 7, after: $after) { key cursor runs types } }`;
    const found: { key: string; runs: number; types: string[] }[] = [];
    for (let after: string | null = null; ; ) {
      const { metadataKeys } = await service.run(query, { qualified, after });
      found.push(...metadataKeys);
      if (metadataKeys.length < 7) break;
      after = metadataKeys.at(-1).cursor;
    }
    const names = [...expected.keys()].sort((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)));
    expect(found.map(({ key }) => key)).toEqual(names);
    for (const { key, runs: number, types } of found)
      expect({ key, runs: number, types: new Set(types) }).toEqual({ key, ...expected.get(key)! });
  }
  const { statuses, ...counts } = facets(runs, {});
  const { runFacets } = await service.run(facetQuery);
  expect(runFacets).toMatchObject(counts);
  for (const { status, runs: number } of runFacets.statuses) expect(number).toBe(statuses[status] ?? 0);
  const query = `query ($ref: String!, $path: [String!]!) { pipelineRun(ref: $ref) {
    acc: runMetadata(key: "acc") { at(path: $path) { value type } }
    cfg: runMetadata(key: "cfg") { at(path: $path) { value type } } } }`;
  for (const run of runs.filter(({ deleted }) => !deleted).slice(-8)) {
    for (const inside of paths) {
      const { pipelineRun } = await service.run(query, { ref: run.name, path: inside });
      const told = `${run.name} at ${JSON.stringify(inside)}`;
      for (const name of ['acc', 'cfg']) {
        const expected = valueAt(run, name, inside);
        const found = pipelineRun[name]?.at ?? null;
        expect(stringifyJson(found?.value), told).toBe(stringifyJson(expected?.value));
        expect(found?.type, told).toBe(expected?.type);
      }
    }
  }
}

let worlds = 0;
const everything: ModelRun[] = [];
/** Worlds of twenty questions each; more of them find more. */
const numRuns = Number(process.env['MODEL_RUNS'] ?? 12);

test('filters, orders, counts and pages answer as a plain model of all that was logged', async ({ service }) => {
  await fc.assert(
    fc.asyncProperty(game, fc.array(path, { minLength: 3, maxLength: 3 }), async ({ plans, questions }, paths) => {
      worlds += 1;
      const prefix = `w${worlds}-`;
      const runs = await Promise.all(plans.map((plan) => play(service, prefix, plan)));
      for (const asked of questions) await ask(service, prefix, runs, asked);
      everything.push(...runs);
      await askOfAll(service, everything, paths);
      expect(service.unexpected).toEqual([]);
    }),
    { numRuns, endOnFailure: true },
  );
}, 600_000);
