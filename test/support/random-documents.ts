import fc from 'fast-check';
import {
  type GraphQLArgument,
  type GraphQLInputType,
  type GraphQLObjectType,
  type GraphQLOutputType,
  type GraphQLSchema,
  getNamedType,
  isEnumType,
  isInputObjectType,
  isListType,
  isNonNullType,
  isObjectType,
  isRequiredArgument,
  isRequiredInputField,
} from 'graphql';

/** A document with one operation, and what is sent with it. */
export type RandomDocument = { text: string; variables: Record<string, unknown> };

/** A value as it stands in a document and in variables. */
type Value = { literal: string; json: unknown };

/** What arguments of a scalar may be: values that mean something in the ledger that is asked, and some that do not. */
export type Pools = Record<string, unknown[]>;

type Making = {
  g: fc.GeneratorValue;
  schema: GraphQLSchema;
  pools: Pools;
  definitions: string[];
  variables: Record<string, unknown>;
  fragments: string[];
};

/** Random operations of a schema: arguments, variables given and left out, aliases, fragments, `@skip` and `@include`. */
export function randomDocument(schema: GraphQLSchema, kind: 'query' | 'mutation', pools: Pools) {
  return fc.gen().map((g): RandomDocument => {
    const making: Making = { g, schema, pools, definitions: [], variables: {}, fragments: [] };
    const root = (kind === 'query' ? schema.getQueryType() : schema.getMutationType()) as GraphQLObjectType;
    const set = selection(making, root, kind === 'query' ? 5 : 3);
    const definitions = making.definitions.length > 0 ? `(${making.definitions.join(', ')})` : '';
    return { text: [`${kind} ${definitions} ${set}`, ...making.fragments].join('\n'), variables: making.variables };
  });
}

const chance = ({ g }: Making, percent: number) => g(fc.nat, 99) < percent;
const pick = <T>({ g }: Making, values: readonly T[]): T => values[g(fc.nat, values.length - 1)]!;

function selection(making: Making, type: GraphQLObjectType, depth: number): string {
  const fields = Object.values(type.getFields()).filter(
    (field) => depth > 1 || !isObjectType(getNamedType(field.type)),
  );
  const count = 1 + making.g(fc.nat, 4);
  const parts = Array.from({ length: count }, (_, index) => {
    if (fields.length === 0 || chance(making, 6)) return `__typename${directive(making)}`;
    const field = pick(making, fields);
    const args = field.args.flatMap((argument) => givenArgument(making, argument) ?? []);
    const alias = chance(making, 60) ? `${pick(making, ['a', 'b', 'c', '__proto__', 'constructor'])}${index}: ` : '';
    const below = belowOf(making, field.type, depth - 1);
    return `${alias}${field.name}${args.length > 0 ? `(${args.join(', ')})` : ''}${directive(making)}${below}`;
  });
  if (chance(making, 15))
    parts.push(`...${chance(making, 50) ? ` on ${type.name}` : directive(making)} ${inner(making, type, depth)}`);
  if (chance(making, 15)) {
    const name = `F${making.fragments.length}`;
    // Takes its place first, as there may be fragments inside it.
    const at = making.fragments.push('') - 1;
    making.fragments[at] = `fragment ${name} on ${type.name} ${inner(making, type, depth)}`;
    parts.push(`...${name}${directive(making)}`);
  }
  return `{ ${parts.join(' ')} }`;
}

const inner = (making: Making, type: GraphQLObjectType, depth: number) => selection(making, type, Math.min(depth, 2));

function belowOf(making: Making, type: GraphQLOutputType, depth: number): string {
  const named = getNamedType(type);
  return isObjectType(named) ? ` ${selection(making, named, depth)}` : '';
}

function directive(making: Making): string {
  if (!chance(making, 8)) return '';
  const name = pick(making, ['skip', 'include']);
  if (chance(making, 40)) return ` @${name}(if: ${pick(making, ['true', 'false'])})`;
  const variable = `v${making.definitions.length}`;
  const byDefault = chance(making, 30) ? ' = true' : '';
  making.definitions.push(`$${variable}: Boolean${byDefault === '' ? '!' : byDefault}`);
  if (byDefault === '' || chance(making, 60))
    making.variables[variable] = pick(making, [true, false, true, false, null]);
  return ` @${name}(if: $${variable})`;
}

function givenArgument(making: Making, argument: GraphQLArgument): string | null {
  if (!isRequiredArgument(argument) && chance(making, 50)) return null;
  return `${argument.name}: ${given(making, argument.type, argument.defaultValue !== undefined)}`;
}

/** A literal, or a variable: given, left out, null, or of another type. */
function given(making: Making, type: GraphQLInputType, hasDefault: boolean): string {
  const value = randomValue(making, type);
  if (chance(making, 50)) return value.literal;
  const name = `v${making.definitions.length}`;
  const named = String(hasDefault && isNonNullType(type) && chance(making, 50) ? type.ofType : type);
  const byDefault = chance(making, 20) && value.json !== null ? ` = ${randomValue(making, type).literal}` : '';
  making.definitions.push(`$${name}: ${named}${byDefault}`);
  const way = making.g(fc.nat, 19);
  if (way === 0) making.variables[name] = { of: ['another', 'type'] };
  else if (way === 1) making.variables[name] = null;
  else if (way > 3) making.variables[name] = value.json;
  return `$${name}`;
}

function randomValue(making: Making, type: GraphQLInputType, depth = 3): Value {
  if (isNonNullType(type)) return randomValue(making, type.ofType, depth);
  if (isListType(type)) {
    const items = Array.from({ length: making.g(fc.nat, 3) }, () => randomValue(making, type.ofType, depth - 1));
    return { literal: `[${items.map(({ literal }) => literal).join(', ')}]`, json: items.map(({ json }) => json) };
  }
  if (isEnumType(type)) {
    const { name } = pick(making, type.getValues());
    return { literal: name, json: name };
  }
  if (isInputObjectType(type)) {
    const all = Object.values(type.getFields());
    const fields = type.isOneOf
      ? [pick(making, all)]
      : all.filter((field) => isRequiredInputField(field) || (depth > 0 && chance(making, 30)));
    const members = fields.map((field) => [field.name, randomValue(making, field.type, depth - 1)] as const);
    return {
      literal: `{ ${members.map(([name, { literal }]) => `${name}: ${literal}`).join(', ')} }`,
      json: Object.fromEntries(members.map(([name, { json }]) => [name, json])),
    };
  }
  const json = pick(making, making.pools[type.name]!);
  return { literal: literalOf(json), json };
}

function literalOf(json: unknown): string {
  if (Array.isArray(json)) return `[${json.map(literalOf).join(', ')}]`;
  if (typeof json !== 'object' || json === null) return JSON.stringify(json);
  return `{ ${Object.entries(json)
    .map(([name, value]) => `${name}: ${literalOf(value)}`)
    .join(', ')} }`;
}
