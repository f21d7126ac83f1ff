import {
  GraphQLError,
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

/** Such an integer reaches us as a bigint. */
function asFloat(value: unknown): number {
  const number = typeof value === 'bigint' ? Number(value) : value;
  if (typeof number === 'number' && Number.isFinite(number)) return number;
  throw new GraphQLError('A Float is a finite number.');
}

/** Puts our Float wherever the schema has the built-in one, for which Pothos takes no other. */
export function withExactFloat(schema: GraphQLSchema): GraphQLSchema {
  const types = schema.getTypeMap();
  types['Float'] = exactFloat;
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
  return 'name' in type && type.name === 'Float' ? exactFloat : type;
}
