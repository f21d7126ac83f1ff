import { isRawJson, numberText, stringifyJson, stringText } from '@runledger/client/json';
import { type GraphQLLeafType, isEnumType } from 'graphql';
import { instantText } from './instant.ts';

/** The JSON text of a value that is not null, as its type serialises it. @throws what the type says of a value that it cannot have. */
export type WriteLeaf = (value: unknown) => string;

/**
 * How the values of a scalar or an enum are written. Where a value is already what its type would make of it, it goes
 * straight into the text; anything else is serialised first.
 */
export function compileLeaf(type: GraphQLLeafType): WriteLeaf {
  const serialised = (value: unknown): string => {
    const made = type.serialize(value);
    if (made == null) throw new Error(`Expected ${type}.serialize() to return a value, but it returned ${made}.`);
    return stringifyJson(made);
  };
  if (isEnumType(type)) return compileEnum(type.getValues(), serialised);
  const write = direct[type.name];
  return write ? (value) => write(value) ?? serialised(value) : serialised;
}

function compileEnum(values: readonly { name: string; value: unknown }[], serialised: WriteLeaf): WriteLeaf {
  const texts = new Map(values.map(({ name, value }) => [value, `"${name}"`]));
  return (value) => texts.get(value) ?? serialised(value);
}

function ofString(value: unknown): string | null {
  return typeof value === 'string' ? stringText(value) : null;
}

/** Of scalars whose `serialize` leaves these values as they are; null for any other. */
const direct: Record<string, (value: unknown) => string | null> = {
  String: ofString,
  ID: ofString,
  UUID: ofString,
  Boolean: (value) => (value === true ? 'true' : value === false ? 'false' : null),
  Int: (value) => (Number.isInteger(value) && Math.abs(value as number) < 2 ** 31 ? numberText(value as number) : null),
  Long: (value) => (typeof value === 'bigint' ? value.toString() : null),
  DateTime: (value) => (value instanceof Date ? `"${instantText(value)}"` : null),
  Float: (value) => (typeof value === 'number' && Number.isFinite(value) ? numberText(value) : null),
  JSON: (value) => (isRawJson(value) ? value.text : null),
};
