import { badInput } from '../../errors.ts';
import type { MetadataType, SortKey } from '../../storage/rows.ts';
import { quote } from './quote.ts';
import { type ValueLimits, type ValueRoot, valueText } from './value-text.ts';
import { inferType, type Shape, shapeOf, typeRules } from './value-types.ts';

/** A value as it is stored: `text` is its compact JSON, to the digit. */
export type StoredValue = { type: MetadataType; text: string } & SortKey;

/** Which value is read, for messages: its key, and its path in the request where that is not `metadata["key"]`. */
export type ValueWhere = { key: string; path?: string };

/**
 * Checks a parsed JSON value against its type, or infers the type when that is left out, and gives what to store.
 * A number is INT where it is written without fraction and exponent, else FLOAT; −0 is a FLOAT.
 * @throws BAD_USER_INPUT naming the key and the path inside the value: a type it does not fit, something that
 * cannot be stored, or a limit.
 */
export function parseMetadataValue(
  value: unknown,
  type: MetadataType | null | undefined,
  where: ValueWhere,
  limits: ValueLimits,
): StoredValue {
  const root: ValueRoot = () => where.path ?? `metadata[${quote(where.key)}]`;
  const text = valueText(value, root, limits);
  const shape = shapeOf(value, text);
  const chosen = type ?? inferType(shape);
  const rule = typeRules[chosen];
  const stored = rule.store(shape);
  if (typeof stored !== 'string' && stored !== null) return { type: chosen, ...stored };
  const problem =
    stored ?? `is not ${rule.takes}, but ${described(shape)}: change the value or the type, or leave the type out`;
  throw badInput(`${root()} has type ${chosen} and ${problem}.`, { key: where.key, path: root(), type: chosen });
}

/**
 * The compact JSON of what a filter compares with, under the same rules as a value. `where` is its path in the request.
 * @throws BAD_USER_INPUT as {@link parseMetadataValue}.
 */
export function parseJsonOperand(value: unknown, where: string, limits: ValueLimits): string {
  return valueText(value, () => where, limits);
}

function described(shape: Shape): string {
  if (shape.kind === 'list') return 'an array';
  if (shape.kind === 'object') return 'an object';
  if (shape.kind === 'string') return `the string ${quote(shape.value)}`;
  return shape.text.length > 60 ? `${shape.text.slice(0, 60)}…` : shape.text;
}
