import { badInput } from './errors.ts';
import type { MetadataType } from './generated/operations.ts';
import { isTyped, metadataTypeOf } from './metadata-types.ts';
import { textOfValue } from './metadata-values.ts';

/** Anything but undefined, which could only be dropped. Which values can be stored, {@link textOfValue} says. */
export type MetadataValue = NonNullable<unknown> | null;

/** What can be logged: keys with their values, as a plain object or a Map. */
export type Metadata = Readonly<Record<string, MetadataValue>> | ReadonlyMap<string, MetadataValue>;

const maxKeyBytes = 255;

/** The length of a text in bytes of UTF-8, found without encoding it. */
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
        ? 'contains a control character'
        : /\p{Surrogate}/u.test(text)
          ? 'contains an unpaired surrogate'
          : utf8Length(text.normalize('NFC')) > maxKeyBytes
            ? `is longer than ${maxKeyBytes} bytes`
            : undefined;
  if (wrong) throw badInput(`${what} ${wrong}: ${JSON.stringify(text)}.`);
}

/** Throws unless the text can be the name of a run, a step or a pipeline: 1–255 bytes, not blank, no control characters. */
export function checkName(name: unknown, of: 'run' | 'step' | 'pipeline'): asserts name is string {
  checkText(name, `The name of the ${of}`);
  if (of === 'step' && name.includes('::'))
    throw badInput(`The name of the step contains "::": ${JSON.stringify(name)}. Choose another.`);
  if (of === 'run' && /^[0-9a-f]{32}$/i.test(name.replaceAll('-', '')))
    throw badInput(`The name of the run looks like an id: ${JSON.stringify(name)}. Choose another.`);
}

/** The type that must be stated because the JSON of the value does not show it. */
function typeToName(value: unknown): MetadataType | undefined {
  if (typeof value === 'number') return Number.isFinite(value) ? undefined : 'FLOAT';
  if (typeof value !== 'object' || value === null) return undefined;
  return isTyped(value) ? metadataTypeOf(value) : value instanceof Set ? 'SET' : undefined;
}

/** Whether it is exactly a whole number of 64 bits. */
function isLong(value: unknown): boolean {
  return typeof value === 'bigint' ? BigInt.asIntN(64, value) === value : Number.isSafeInteger(value);
}

export const nothingToLog = 'logMetadata: there is nothing to log; give at least one key.';

/** Throws unless it is an object or a Map, as `logMetadata('accuracy', 0.9)` does not pass it. */
export function checkMetadata(metadata: unknown): asserts metadata is Metadata {
  if (typeof metadata !== 'object' || metadata === null || Array.isArray(metadata))
    throw badInput(
      'logMetadata: metadata must be an object, or a Map, of keys and values: logMetadata({ accuracy: 0.9 }).',
    );
}

/**
 * The JSON texts of the `MetadataEntryInput`s, one per key, in the order of the keys. Throws an InvalidCallError that
 * names the key when it or its value cannot be stored, and one when there is nothing to log.
 */
export function textsOfEntries(metadata: Metadata, iteration?: number | bigint): string[] {
  checkMetadata(metadata);
  if (iteration !== undefined && !isLong(iteration)) {
    const inexact =
      typeof iteration === 'number' && Number.isInteger(iteration) ? ', which may have lost digits: give a bigint' : '';
    throw badInput(`logMetadata: iteration must be a whole number of 64 bits, not ${String(iteration)}${inexact}.`);
  }
  const iterationField = iteration === undefined ? '' : `,"iteration":${iteration}`;
  const symbol = Object.getOwnPropertySymbols(metadata)[0];
  if (symbol) throw badInput(`logMetadata: the key ${String(symbol)} is not a string.`);
  const pairs = metadata instanceof Map ? [...metadata] : Object.entries(metadata);
  if (pairs.length === 0) throw badInput(nothingToLog);
  return pairs.map(([key, value]) => {
    checkText(key, 'A metadata key');
    const type = typeToName(value);
    const text = textOfValue(value, `.${key}`);
    return `{"key":${JSON.stringify(key)},"value":${text}${type ? `,"type":"${type}"` : ''}${iterationField}}`;
  });
}
