import { asDouble } from '@runledger/client/json';
import { GraphQLError, GraphQLScalarType, Kind, type ValueNode } from 'graphql';
import { GraphQLDateTime } from 'graphql-scalars';
import { builder } from './builder.ts';
import { literalToJson } from './json-literal.ts';

const uuid = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;

/** Stricter than the UUID of graphql-scalars, which also takes braces and trailing text. */
function parseUuid(value: unknown): string {
  if (typeof value === 'string' && uuid.test(value)) return value.toLowerCase();
  throw new GraphQLError('A UUID is 32 hex digits in five groups, such as "0198c2f0-5b1e-7cc3-8d55-2f6a0f3c9f11".');
}

/** An instant within the years that ISO 8601 writes with four digits; finer than a millisecond is cut off. */
function parseDateTime(value: unknown): Date {
  const instant = typeof value === 'string' ? tryDateTime(value) : null;
  const year = instant?.getUTCFullYear() ?? Number.NaN;
  if (instant && year >= 1 && year <= 9999) return instant;
  throw new GraphQLError('A DateTime is a date and time with a zone, such as "2026-11-24T09:30:00.000Z".');
}

function tryDateTime(text: string): Date | null {
  try {
    const instant: Date = GraphQLDateTime.parseValue(text);
    return Number.isNaN(instant.getTime()) ? null : instant;
  } catch {
    return null;
  }
}

function literalText(node: ValueNode): unknown {
  return node.kind === Kind.STRING ? node.value : undefined;
}

builder.addScalarType(
  'UUID',
  new GraphQLScalarType({
    name: 'UUID',
    description: 'A UUID of any version (RFC 9562): 32 hex digits in five groups. Given back in lower case.',
    specifiedByURL: 'https://www.rfc-editor.org/rfc/rfc9562',
    parseValue: parseUuid,
    parseLiteral: (node) => parseUuid(literalText(node)),
  }),
);

builder.addScalarType(
  'DateTime',
  new GraphQLScalarType({
    name: 'DateTime',
    description:
      'An instant in UTC, ISO 8601, to the millisecond: `2026-11-24T09:30:00.000Z`. Any zone and more digits are taken; what is finer than a millisecond is cut off.',
    serialize: (value) => (value as Date).toISOString(),
    parseValue: parseDateTime,
    parseLiteral: (node) => parseDateTime(literalText(node)),
  }),
);

builder.addScalarType(
  'JSON',
  new GraphQLScalarType({
    name: 'JSON',
    description: 'Any JSON value, given back exactly as it was sent: every digit of every number, at any depth.',
    parseValue: (value) => value,
    parseLiteral: (node, variables) => literalToJson(node, variables),
  }),
);

builder.addScalarType(
  'JSONObject',
  new GraphQLScalarType({
    name: 'JSONObject',
    description: 'A JSON object: metadata keys to values.',
    parseValue: asObject,
    parseLiteral: (node, variables) => asObject(literalToJson(node, variables)),
  }),
);

function asObject(value: unknown): Record<string, unknown> {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Record<string, unknown>;
  throw new GraphQLError('A JSONObject is a JSON object: keys in double quotes, each with its value.');
}

const greatestLong = 2n ** 63n - 1n;

/** In whatever form our parser gives a number: `5.0` too is a whole one. */
function parseLong(value: unknown): bigint {
  const number = typeof value === 'bigint' ? value : asDouble(value);
  const long = typeof number === 'bigint' ? number : Number.isSafeInteger(number) ? BigInt(number!) : null;
  if (long !== null && long <= greatestLong && long >= -greatestLong - 1n) return long;
  throw new GraphQLError('A Long is a whole number of 64 bits, such as 12 or -9223372036854775808.');
}

builder.addScalarType(
  'Long',
  new GraphQLScalarType({
    name: 'Long',
    description:
      'A whole number of 64 bits, written as a JSON number: beyond ±(2^53 − 1) with digits that a double does not hold.',
    parseValue: parseLong,
    parseLiteral: (node) =>
      parseLong(
        node.kind === Kind.INT ? BigInt(node.value) : node.kind === Kind.FLOAT ? Number(node.value) : undefined,
      ),
  }),
);
