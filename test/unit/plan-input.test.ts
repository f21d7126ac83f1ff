import fc from 'fast-check';
import {
  buildSchema,
  coerceInputValue,
  type GraphQLEnumType,
  type GraphQLInputType,
  getNullableType,
  isEnumType,
  isInputObjectType,
  isInputType,
  isListType,
} from 'graphql';
import { expect, test } from 'vitest';
import { coerceTo, unfit } from '../../src/graphql/plan/input.ts';
import { schema } from '../../src/schema/index.ts';

// What is coerced without graphql-js is what graphql-js coerces, and what does not fit there does not fit here.

/** What graphql-js makes of it; `unfit` where it has anything to say. */
function expected(value: unknown, type: GraphQLInputType): unknown {
  let isFitting = true;
  const coerced = coerceInputValue(value, type, () => {
    isFitting = false;
  });
  return isFitting ? coerced : unfit;
}

function compare(value: unknown, type: GraphQLInputType) {
  const coerced = coerceTo(type)(value);
  const wanted = expected(value, type);
  expect(coerced === unfit, `${type}: ${JSON.stringify(value)}`).toBe(wanted === unfit);
  expect(coerced).toEqual(wanted);
  expect(String(inOrder(coerced))).toBe(String(inOrder(wanted)));
}

/** The keys of objects in their order. */
function inOrder(value: unknown): unknown {
  if (typeof value !== 'object' || value === null || value instanceof Date) return value;
  return Object.entries(value).map(([key, inner]) => `${key}=${inOrder(inner)}`);
}

const texts = [
  '',
  'a',
  'loss',
  '0198c2f0-5b1e-7cc3-8d55-2f6a0f3c9f11',
  '2026-11-24T09:30:00.000Z',
  '12',
  'ASC',
  'FLOAT',
];
const anything = fc.oneof(
  fc.constantFrom(null, undefined, true, 0, -1, 1.5, 2 ** 40, ...texts),
  fc.array(fc.constantFrom(1, 'a', null), { maxLength: 3 }),
  fc.constantFrom({}, { a: 1 }, JSON.parse('{"__proto__":{"a":1},"b":[1]}'), new Map([[1, 2]])),
);

/** Mostly what fits, as far as a type tells, and now and then what does not. */
function valuesOf(type: GraphQLInputType, depth: number): fc.Arbitrary<unknown> {
  const inner = getNullableType(type);
  const wrong = { arbitrary: anything, weight: 1 };
  if (isListType(inner)) {
    const item = valuesOf(inner.ofType, depth);
    return fc.oneof(wrong, { arbitrary: fc.array(item, { maxLength: 3 }), weight: 6 }, { arbitrary: item, weight: 1 });
  }
  if (isInputObjectType(inner)) {
    if (depth === 0) return anything;
    const fields = Object.fromEntries(
      Object.values(inner.getFields()).map((field) => [field.name, valuesOf(field.type, depth - 1)]),
    );
    const some = (requiredKeys: string[]) => fc.record(fields, { requiredKeys });
    const one = fc.constantFrom(...Object.keys(fields)).chain((name) => fc.record({ [name]: fields[name]! }));
    return fc.oneof(
      wrong,
      { arbitrary: some([]), weight: 3 },
      { arbitrary: one, weight: 6 },
      { arbitrary: some(Object.keys(fields)), weight: 1 },
      { arbitrary: one.map((value) => ({ ...value, unknown: 1 })), weight: 1 },
    );
  }
  if (isEnumType(inner)) return fc.oneof(wrong, { arbitrary: fc.constantFrom(...namesOf(inner)), weight: 6 });
  return fc.oneof(wrong, { arbitrary: fc.constantFrom(1, 'a', true, ...texts, { a: 1 }), weight: 6 });
}

const namesOf = (type: GraphQLEnumType) => type.getValues().map(({ name }) => name);

const inputs = Object.values(schema.getTypeMap()).filter((type) => isInputType(type) && !type.name.startsWith('__'));

test.each(inputs.map((type) => [type.name, type as GraphQLInputType]))('%s', (_name, type) => {
  fc.assert(
    fc.property(valuesOf(type, 3), (value) => compare(value, type)),
    { numRuns: 300 },
  );
});

test('what no type of the schema has: defaults, lists of lists, types of themselves, many of one', () => {
  const other = buildSchema(`
    enum Color { RED GREEN }
    input One @oneOf { a: Int b: [Color!] more: One }
    input All { a: Int! = 3, list: [[Int!]]! = [[1]], color: Color = RED, self: All, ones: [One!], id: ID, f: Float, b: Boolean, s: String = null }
    type Query { all(all: All, ones: [One]): Int }
  `);
  let fitting = 0;
  for (const { type } of other.getQueryType()!.getFields()['all']!.args) {
    fc.assert(
      fc.property(valuesOf(type, 3), (value) => {
        compare(value, type);
        if (coerceTo(type)(value) !== unfit) fitting += 1;
      }),
      { numRuns: 3_000 },
    );
  }
  expect(fitting).toBeGreaterThan(300);
});
