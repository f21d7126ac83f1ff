import { badInput } from './errors.ts';
import type { MetadataType } from './generated/operations.ts';
import { isTyped, metadataTypeOf } from './metadata-types.ts';
import { textOfValue } from './metadata-values.ts';

/** What can be logged: keys to values, as a plain object or a Map. See {@link textOfValue} for the values. */
export type Metadata = Readonly<Record<string, unknown>> | ReadonlyMap<string, unknown>;

const maxKeyBytes = 255;

/** The length of a text in UTF-8, without encoding it. */
export function utf8Length(text: string): number {
  let bytes = text.length;
  for (let index = 0; index < text.length; index += 1) {
    const unit = text.charCodeAt(index);
    if (unit > 0x7f) bytes += unit > 0x7ff && (unit < 0xd800 || unit > 0xdfff) ? 2 : 1;
  }
  return bytes;
}

function checkText(text: unknown, what: string): asserts text is string {
  if (typeof text !== 'string') throw badInput(`${what} must be a string.`);
  const wrong =
    text.trim() === ''
      ? 'is blank'
      : /\p{Cc}/u.test(text)
        ? 'has a control character in it'
        : /\p{Surrogate}/u.test(text)
          ? 'has an unpaired surrogate in it'
          : utf8Length(text.normalize('NFC')) > maxKeyBytes
            ? `is longer than ${maxKeyBytes} bytes`
            : undefined;
  if (wrong) throw badInput(`${what} ${wrong}: ${JSON.stringify(text)}.`);
}

/** Throws unless the text can be the name of a run, a step or a pipeline: 1–255 bytes, not blank, no control characters. */
export function checkName(name: unknown, of: 'run' | 'step' | 'pipeline'): asserts name is string {
  checkText(name, `The name of the ${of}`);
  if (of === 'step' && name.includes('::'))
    throw badInput(`The name of the step has "::" in it: ${JSON.stringify(name)}.`);
  if (of === 'run' && /^[0-9a-f]{32}$/i.test(name.replaceAll('-', '')))
    throw badInput(`The name of the run looks like an id: ${JSON.stringify(name)}. Choose another.`);
}

/** The type that has to be named because JSON does not show it. */
function typeToName(value: unknown): MetadataType | undefined {
  if (typeof value === 'number') return Number.isFinite(value) ? undefined : 'FLOAT';
  if (typeof value !== 'object' || value === null) return undefined;
  return isTyped(value) ? metadataTypeOf(value) : value instanceof Set ? 'SET' : undefined;
}

/**
 * The texts of the `MetadataEntryInput`s, one a key, in the order of the keys. Throws an InvalidCallError that names the
 * key when the key or the value has no form in the ledger, or when there is nothing to log.
 */
export function textsOfEntries(metadata: Metadata, iteration?: number): string[] {
  if (typeof metadata !== 'object' || metadata === null || Array.isArray(metadata))
    throw badInput('logMetadata: metadata must be an object or a Map of keys to values.');
  if (iteration !== undefined && !(Number.isInteger(iteration) && Math.abs(iteration) <= 0x7fffffff))
    throw badInput(`logMetadata: iteration must be a whole number of 32 bits, not ${String(iteration)}.`);
  const counted = iteration === undefined ? '' : `,"iteration":${iteration}`;
  const symbol = Object.getOwnPropertySymbols(metadata)[0];
  if (symbol) throw badInput(`logMetadata: the key ${String(symbol)} is not a string.`);
  const pairs = metadata instanceof Map ? [...metadata] : Object.entries(metadata);
  if (pairs.length === 0) throw badInput('logMetadata: there is nothing to log; give at least one key.');
  return pairs.map(([key, value]) => {
    checkText(key, 'A metadata key');
    const type = typeToName(value);
    const text = textOfValue(value, `.${key}`);
    return `{"key":${JSON.stringify(key)},"value":${text}${type ? `,"type":"${type}"` : ''}${counted}}`;
  });
}
