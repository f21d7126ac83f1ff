import { isRawJson, stringifyJson } from '@runledger/client/json';

/** JSON over several lines, every digit as it was logged. */
export function prettyJson(value: unknown, indent = ''): string {
  if (typeof value !== 'object' || value === null || isRawJson(value)) return stringifyJson(value);
  const inner = `${indent}  `;
  const members = Array.isArray(value)
    ? value.map((item) => inner + prettyJson(item, inner))
    : Object.entries(value).map(([name, item]) => `${inner}${JSON.stringify(name)}: ${prettyJson(item, inner)}`);
  const [left, right] = Array.isArray(value) ? '[]' : '{}';
  return members.length === 0 ? `${left}${right}` : `${left}\n${members.join(',\n')}\n${indent}${right}`;
}
