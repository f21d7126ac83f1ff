import {
  type GraphQLInputObjectType,
  type GraphQLInputType,
  type GraphQLLeafType,
  type GraphQLList,
  isInputObjectType,
  isListType,
  isNonNullType,
} from 'graphql';

/** Stands for a value that does not fit its type. */
export const unfit = Symbol('unfit');

/** The value as its type has it, or `unfit`. */
export type Coerce = (value: unknown) => unknown;

const known = new WeakMap<GraphQLInputType, Coerce>();

/**
 * What coerces values of an input type, by the rules of the specification ("Input Coercion"). It says only that a value does
 * not fit: graphql-js has the words for why, and keeps a path for them at each field of each value, which takes it thrice the time.
 */
export function coerceTo(type: GraphQLInputType): Coerce {
  const before = known.get(type);
  if (before) return before;
  let compiled: Coerce | null = null;
  // Types may be of themselves.
  const late: Coerce = (value) => compiled!(value);
  known.set(type, late);
  compiled = compile(type);
  known.set(type, compiled);
  return compiled;
}

function compile(type: GraphQLInputType): Coerce {
  if (isNonNullType(type)) {
    const inner = coerceTo(type.ofType);
    return (value) => (value == null ? unfit : inner(value));
  }
  const coerce = isListType(type)
    ? compileList(type)
    : isInputObjectType(type)
      ? compileObject(type)
      : compileLeaf(type);
  return (value) => (value == null ? null : coerce(value));
}

function compileLeaf(type: GraphQLLeafType): Coerce {
  return (value) => {
    try {
      const parsed = type.parseValue(value);
      return parsed === undefined ? unfit : parsed;
    } catch {
      return unfit;
    }
  };
}

/** What is no list is a list of that one. */
function compileList(type: GraphQLList<GraphQLInputType>): Coerce {
  const inner = coerceTo(type.ofType);
  return (value) => {
    const isList =
      typeof value === 'object' && typeof (value as Partial<Iterable<unknown>>)[Symbol.iterator] === 'function';
    const coerced: unknown[] = [];
    for (const item of isList ? (value as Iterable<unknown>) : [value]) {
      const fitting = inner(item);
      if (fitting === unfit) return unfit;
      coerced.push(fitting);
    }
    return coerced;
  };
}

function compileObject(type: GraphQLInputObjectType): Coerce {
  const fields = Object.values(type.getFields()).map(({ name, type: inner, defaultValue }) => ({
    name,
    defaultValue,
    isRequired: isNonNullType(inner),
    coerce: coerceTo(inner),
  }));
  const names = new Set(fields.map(({ name }) => name));
  const { isOneOf } = type;
  return (value) => {
    if (typeof value !== 'object' || Array.isArray(value)) return unfit;
    const given = value as { [name: string]: unknown };
    const coerced: { [name: string]: unknown } = {};
    for (const { name, defaultValue, isRequired, coerce } of fields) {
      const sent = given[name];
      if (sent === undefined) {
        if (defaultValue !== undefined) coerced[name] = defaultValue;
        else if (isRequired) return unfit;
        continue;
      }
      const fitting = coerce(sent);
      if (fitting === unfit) return unfit;
      coerced[name] = fitting;
    }
    for (const name of Object.keys(given)) if (!names.has(name)) return unfit;
    return isOneOf && !hasOne(coerced) ? unfit : coerced;
  };
}

function hasOne(coerced: { [name: string]: unknown }): boolean {
  const values = Object.values(coerced);
  return values.length === 1 && values[0] !== null;
}
