import { asDouble } from '@runledger/client/json';
import {
  GraphQLError,
  GraphQLInt,
  GraphQLList,
  GraphQLNonNull,
  GraphQLScalarType,
  type GraphQLSchema,
  type GraphQLType,
  isInputObjectType,
  isInterfaceType,
  isObjectType,
  Kind,
} from 'graphql';

/** As the Float of the specification, but for integers of more digits than a double holds, which mean the nearest double. */
const exactFloat = new GraphQLScalarType<number>({
  name: 'Float',
  description: 'A double-precision number (IEEE 754).',
  serialize: asFloat,
  parseValue: asFloat,
  parseLiteral: (node) => asFloat(node.kind === Kind.FLOAT || node.kind === Kind.INT ? Number(node.value) : undefined),
});

function asFloat(value: unknown): number {
  const number = asDouble(value);
  if (number !== null && Number.isFinite(number)) return number;
  throw new GraphQLError('A Float is a finite number.');
}

/** As the Int of the specification, in whatever form our parser gives a number: `20.0` too is a whole one. */
const exactInt = new GraphQLScalarType<number>({
  name: 'Int',
  description: GraphQLInt.description,
  serialize: GraphQLInt.serialize,
  parseValue: (value) => GraphQLInt.parseValue(asDouble(value) ?? value),
  parseLiteral: GraphQLInt.parseLiteral,
});

const exact = new Map<string, GraphQLScalarType>([exactFloat, exactInt].map((type) => [type.name, type]));

/** Puts our Float and Int wherever the schema has the built-in ones, for which Pothos takes no others. */
export function withExactNumbers(schema: GraphQLSchema): GraphQLSchema {
  const types = schema.getTypeMap();
  for (const [name, type] of exact) types[name] = type;
  for (const type of Object.values(types)) {
    if (isInputObjectType(type)) for (const field of Object.values(type.getFields())) field.type = replace(field.type);
    if (!isObjectType(type) && !isInterfaceType(type)) continue;
    for (const field of Object.values(type.getFields())) {
      field.type = replace(field.type);
      for (const argument of field.args) argument.type = replace(argument.type);
    }
  }
  return schema;
}

function replace<Type extends GraphQLType>(type: Type): Type {
  return swap(type) as Type;
}

function swap(type: GraphQLType): GraphQLType {
  if (type instanceof GraphQLNonNull) return new GraphQLNonNull(swap(type.ofType) as never);
  if (type instanceof GraphQLList) return new GraphQLList(swap(type.ofType));
  return ('name' in type && exact.get(type.name)) || type;
}
