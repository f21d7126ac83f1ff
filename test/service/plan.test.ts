import { isRawJson, stringifyJson } from '@runledger/client/json';
import fc from 'fast-check';
import {
  type ExecutionResult,
  execute,
  GraphQLError,
  type GraphQLFieldResolver,
  type GraphQLObjectType,
  type GraphQLResolveInfo,
  getNullableType,
  isListType,
  isObjectType,
  parse,
  responsePathAsArray,
  validate,
} from 'graphql';
import { afterAll, beforeAll, describe, expect } from 'vitest';
import { anonymous } from '../../src/domain/caller.ts';
import { defaultLimits } from '../../src/domain/value/limits.ts';
import { badInput } from '../../src/errors.ts';
import { toOutput } from '../../src/graphql/answer.ts';
import { createPlans } from '../../src/graphql/plan/operations.ts';
import type { Context } from '../../src/schema/context.ts';
import { schema } from '../../src/schema/index.ts';
import { log, startRun, startStep } from '../support/ledger.ts';
import { type Pools, type RandomDocument, randomDocument } from '../support/random-documents.ts';
import type { TestService } from '../support/service.ts';
import { test as base } from '../support/test.ts';

// What a plan answers is what graphql-js answers: the same text, the same errors, at the same places.

const test = base.extend('pools', { scope: 'file' }, async ({ service }) => fill(service));

async function fill(service: TestService): Promise<Pools> {
  const runs = [await startRun(service, { name: 'r1' }), await startRun(service, { name: 'r2', pipeline: 'p' })];
  const first = await startStep(service, 'r1', 's1');
  const again = await startStep(service, 'r1', 's1');
  await startStep(service, 'r1', 's2', { cachedFrom: again.id });
  await log(service, { run: 'r1' }, { acc: 0.5, 'a "b" \u2028': { nested: [1, { b: null }] }, loss: '1e400', n: null });
  const logged = await log(service, { stepId: again.id }, { acc: 1, loss: 0.25, flag: true });
  await log(service, { stepId: first.id }, { acc: [1, 2, 3] });
  await log(service, { run: 'r2' }, { acc: -0.5, loss: 3 });
  await service.run('mutation ($id: ID!) { retractMetadata(entryId: $id, reason: "wrong") { __typename } }', {
    id: logged.entries[1]!.id,
  });
  const texts = ['r1', 'r2', 'r', 's1', 's2', 'acc', 'loss', 's1::acc', 's1::loss', 'n', 'nope', '', 'p'];
  return {
    String: texts,
    ID: [...logged.entries.map(({ id }) => id), '0', 'nope', 7],
    UUID: [...runs.map(({ id }) => id), first.id, again.id, '00000000-0000-7000-8000-000000000000', 'nope'],
    Int: [0, 1, 2, 50, 200, 201, -1],
    Float: [0, 0.5, -1.5, 3],
    Boolean: [true, false],
    Long: [0, 1, -5],
    JSON: [1, 0.5, 'text', null, [1, 'a'], { a: { b: 1 } }],
    JSONObject: [{ acc: 1 }, { loss: 0.5, acc: 'x' }, {}],
    DateTime: ['2026-11-24T09:30:00.000Z', 'nope'],
  };
}

type Fault = 'null' | 'throw' | 'reject' | 'error' | 'wrong' | 'soon' | 'later';
type FaultyContext = Context & {
  faultAt?: (info: GraphQLResolveInfo) => Fault | null;
  recorded?: Map<string, () => unknown>;
};

function contextOf({ db }: TestService): FaultyContext {
  const ended = new AbortController().signal;
  return { db, primary: db, limits: defaultLimits, caller: anonymous, address: null, audit: () => {}, ended };
}

const plans = createPlans(schema);
/** On a busy machine as many as there is time for; to find the smallest example that fails is given no more. */
const limits = { numRuns: 200, interruptAfterTimeLimit: 60_000 };

let compared = 0;

/** Both answers to a document that is valid. */
async function compare(service: TestService, { text, variables }: RandomDocument, context = contextOf(service)) {
  const document = parse(text);
  if (validate(schema, document).length > 0) return;
  const args = { schema, document, variableValues: variables, contextValue: context };
  const expected = await execute(args);
  const planned = await plans(args);
  if (planned === undefined) {
    // A condition that is null has an error of its own, which is left to graphql-js.
    if (!Object.values(variables).includes(null)) throw new Error(`No plan covers ${text}`);
    return;
  }
  compared += 1;
  expect(dataOf(planned), text).toBe(dataOf(expected));
  expect(errorsOf(planned), text).toEqual(errorsOf(expected));
  // Once more: what is kept of a plan holds for the next request.
  const again = (await plans(args)) as ExecutionResult;
  expect(dataOf(again), text).toBe(dataOf(expected));
}

/** Promises that nobody waited for. */
const unhandled: unknown[] = [];
const note = (reason: unknown) => unhandled.push(reason);
let listeners: NodeJS.UnhandledRejectionListener[] = [];
beforeAll(() => {
  // Who is asked first and who second say the same time.
  const time = new Date();
  (schema.getType('Service') as GraphQLObjectType).getFields()['time']!.resolve = () => Promise.resolve(time);
  listeners = process.listeners('unhandledRejection');
  process.removeAllListeners('unhandledRejection').on('unhandledRejection', note);
});
afterAll(() => {
  process.off('unhandledRejection', note);
  for (const listener of listeners) process.on('unhandledRejection', listener);
  // graphql-js leaves the other items of a list when one fails at once; a plan leaves none.
  const stacks = unhandled.map((reason) => String((reason as Error).stack));
  expect(stacks.filter((stack) => !stack.includes('graphql/execution/'))).toEqual([]);
});

const dataOf = (result: ExecutionResult) => stringifyJson(result.data);
const errorsOf = (result: ExecutionResult) =>
  (toOutput(result)['errors'] as object[] | undefined)?.map((error) => JSON.stringify(error)).sort();

test('a plan answers what graphql-js answers', { timeout: 120_000 }, async ({ service, pools }) => {
  compared = 0;
  await fc.assert(
    fc.asyncProperty(randomDocument(schema, 'query', pools), (document) => compare(service, document)),
    limits,
  );
  // Of random documents some are not valid, and say nothing.
  expect(compared).toBeGreaterThan(20);
});

describe('where resolvers fail, are late, or give what their type cannot have', () => {
  const wrapped: [
    { resolve?: GraphQLFieldResolver<unknown, FaultyContext> },
    GraphQLFieldResolver<unknown, FaultyContext> | undefined,
  ][] = [];

  beforeAll(() => {
    for (const type of Object.values(schema.getTypeMap())) {
      if (!isObjectType(type) || type.name.startsWith('__')) continue;
      for (const field of Object.values(type.getFields())) {
        const { resolve } = field;
        wrapped.push([field as never, resolve]);
        field.resolve = (source, args, context: FaultyContext, info) => {
          const value = () =>
            recall(context, info, () => (resolve ? resolve(source, args, context, info) : source[info.fieldName]));
          return withFault(context.faultAt?.(info) ?? null, value, isListType(getNullableType(field.type)));
        };
      }
    }
  });

  afterAll(() => {
    for (const [field, resolve] of wrapped) {
      if (resolve) field.resolve = resolve;
      else delete field.resolve;
    }
  });

  /** Who asks second must not write again: what the fields of a mutation gave is given once more. */
  function recall({ recorded }: FaultyContext, { operation, path }: GraphQLResolveInfo, value: () => unknown): unknown {
    if (operation.operation !== 'mutation' || path.prev !== undefined || !recorded) return value();
    const known = recorded.get(String(path.key));
    if (known) return known();
    const outcome = (async () => value())();
    recorded.set(String(path.key), () => outcome);
    return outcome;
  }

  function withFault(fault: Fault | null, value: () => unknown, isList: boolean): unknown {
    if (fault === 'null') return null;
    if (fault === 'throw') throw badInput('thrown');
    if (fault === 'reject') return Promise.reject(new GraphQLError('rejected', { extensions: { code: 'CONFLICT' } }));
    if (fault === 'error') return new Error('given as a value');
    if (fault === 'wrong') return isList ? 7 : Symbol('nothing has this');
    if (fault === 'soon') return Promise.resolve(value());
    if (fault === 'later') return new Promise((resolve) => setImmediate(resolve)).then(value);
    return value();
  }

  const faults: (Fault | null)[] = ['null', 'throw', 'reject', 'error', 'wrong', 'soon', 'later'];

  /** The same fault at the same place, whoever asks. */
  function faultBy(seed: number, percent: number) {
    return (info: GraphQLResolveInfo): Fault | null => {
      let hash = seed;
      for (const character of responsePathAsArray(info.path).join())
        hash = Math.imul(hash ^ character.charCodeAt(0), 16_777_619);
      hash = (hash ^ (hash >>> 15)) >>> 0;
      return hash % 100 < percent ? faults[(hash >>> 8) % faults.length]! : null;
    };
  }

  const seeds = fc.record({ seed: fc.nat(), percent: fc.constantFrom(2, 10, 30) });

  test('a query loses what graphql-js loses', { timeout: 120_000 }, async ({ service, pools }) => {
    await fc.assert(
      fc.asyncProperty(randomDocument(schema, 'query', pools), seeds, (document, { seed, percent }) =>
        compare(service, document, { ...contextOf(service), faultAt: faultBy(seed, percent) }),
      ),
      limits,
    );
  });

  test('a mutation stops where graphql-js stops', { timeout: 120_000 }, async ({ service, pools }) => {
    await fc.assert(
      fc.asyncProperty(randomDocument(schema, 'mutation', pools), seeds, (document, { seed, percent }) =>
        compare(service, document, { ...contextOf(service), faultAt: faultBy(seed, percent), recorded: new Map() }),
      ),
      limits,
    );
  });
});

test('introspection and subscriptions are left to graphql-js', async ({ service }) => {
  const left = (text: string) => plans({ schema, document: parse(text), contextValue: contextOf(service) });
  expect(left('{ __schema { queryType { name } } }')).toBeUndefined();
  expect(left('query { ...F } fragment F on Query { __type(name: "Step") { name } }')).toBeUndefined();
  expect(left('subscription { changes { cursor } }')).toBeUndefined();
  const { data } = (await left('{ pipelineRuns { nodes { __typename } } }')) as ExecutionResult;
  expect(isRawJson(data)).toBe(true);
});
