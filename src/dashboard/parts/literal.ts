import { isRawJson, stringifyJson } from '@runledger/client/json';

/** Fields of inputs, and variables, whose texts are names of an enum. */
const enums = new Set(['status', 'type', 'startedAt', 'endedAt', 'duration', 'name', 'direction', 'x']);

/** A value as GraphQL writes it in a query; null where it cannot: a key of an object that is no name. */
function literalOf(value: unknown, field: string): string | null {
  if (typeof value === 'string' && enums.has(field)) return value;
  if (typeof value !== 'object' || value === null || isRawJson(value)) return stringifyJson(value);
  if (Array.isArray(value)) {
    const items = value.map((item) => literalOf(item, field));
    return items.includes(null) ? null : `[${items.join(', ')}]`;
  }
  const members = Object.entries(value).filter(([, member]) => member !== undefined);
  const texts = members.map(([name, member]) => {
    const text = /^[_A-Za-z]\w*$/.test(name) ? literalOf(member, name) : null;
    return text === null ? null : `${name}: ${text}`;
  });
  return texts.includes(null) ? null : `{${texts.join(', ')}}`;
}

/** A query whose variables have these values unless others are given; null where one of them cannot be written. */
export function withDefaults(text: string, variables: object): string | null {
  const values = new Map(Object.entries(variables));
  const end = text.indexOf(') {');
  let isWhole = true;
  const head = text.slice(0, end).replace(/\$(\w+): ([\w![\]]+)/g, (definition, name: string) => {
    const value = values.get(name);
    if (value === undefined || value === null) return definition;
    const literal = literalOf(value, name);
    if (literal === null) isWhole = false;
    return `${definition} = ${literal}`;
  });
  return isWhole ? head + text.slice(end) : null;
}
