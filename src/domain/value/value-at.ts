import { isRawJson, parseExactJson, stringifyJson } from '@runledger/client/json';
import type { MetadataType } from '../../storage/rows.ts';
import { inferType, shapeOf } from './value-types.ts';

/** A value inside another: its compact JSON, and what that is. */
export type InnerValue = { text: string; type: MetadataType };

const plainIndex = /^(0|[1-9]\d{0,8})$/;

/**
 * What stands at a path inside a list or object, given as its JSON; null when nothing does, or it is neither. Elements are
 * keys of objects and indexes of lists, from 0 on, as in a condition of a filter.
 */
export function valueAt(json: string, path: readonly string[]): InnerValue | null {
  if (!json.startsWith('{') && !json.startsWith('[')) return null;
  let value: unknown = parseExactJson(json, { keepFloats: true });
  for (const element of path) {
    value = step(value, element);
    if (value === undefined) return null;
  }
  const text = stringifyJson(value);
  return { text, type: inferType(shapeOf(value, text)) };
}

function step(value: unknown, element: string): unknown {
  if (typeof value !== 'object' || value === null || isRawJson(value)) return undefined;
  if (Array.isArray(value)) return plainIndex.test(element) ? value[Number(element)] : undefined;
  return Object.hasOwn(value, element) ? (value as Record<string, unknown>)[element] : undefined;
}
