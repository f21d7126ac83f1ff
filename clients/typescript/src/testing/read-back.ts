import type { MetadataType } from '../generated/operations.ts';
import { distinctTexts } from '../json/equality.ts';
import { asDouble, longIntegerText, rawNumberText } from '../json/number.ts';
import { parseJson } from '../json/parse.ts';
import { stringifyJson } from '../json/stringify.ts';
import type { JsonObject, JsonValue } from '../json/value.ts';
import { parseStorageSize } from '../storage-size.ts';

/** One value that was logged, as it would be read back. */
export interface RecordedEntry {
  readonly key: string;
  /** Exact: an integer beyond ±(2^53 − 1) is a bigint; NaN and ±Infinity are the strings "NaN", "Infinity", "-Infinity". */
  readonly value: JsonValue;
  readonly type: MetadataType;
  /** The value as a double; null where it is no number. */
  readonly number: number | null;
  readonly iteration: number | bigint | null;
  readonly loggedAt: string;
}

/** The type of a value that was logged without one; numbers as `parseJson` gives them with `keepFloats`. */
function inferType(value: JsonValue): MetadataType {
  if (value === null) return 'NULL';
  if (typeof value === 'string') return 'STRING';
  if (typeof value === 'boolean') return 'BOOLEAN';
  if (Array.isArray(value)) return 'LIST';
  // A double that is written without fraction or exponent is within ±(2^53 − 1).
  if (typeof value === 'number') return Number.isSafeInteger(value) && !Object.is(value, -0) ? 'INT' : 'FLOAT';
  if (longIntegerText(value) !== null) return 'INT';
  return rawNumberText(value) === null ? 'DICT' : 'FLOAT';
}

/** What the service makes of a value when it stores it. */
function storedText(value: JsonValue, type: MetadataType): string {
  if (type === 'SET' && Array.isArray(value)) return `[${distinctTexts(value).join(',')}]`;
  if (type === 'STORAGE_SIZE' && typeof value === 'string') return String(parseStorageSize(value));
  return stringifyJson(value);
}

/** An entry from its JSON text in a request, of which `loggedAt` is the time. */
export function readBack(text: string, loggedAt: string): RecordedEntry {
  const entry = parseJson(text, { keepFloats: true }) as JsonObject;
  const value = entry['value'] ?? null;
  const type = (entry['type'] as MetadataType | undefined) ?? inferType(value);
  const stored = parseJson(storedText(value, type));
  return {
    key: String(entry['key']),
    value: stored,
    type,
    number: asDouble(stored),
    iteration: (entry['iteration'] as number | bigint | undefined) ?? null,
    loggedAt: typeof entry['loggedAt'] === 'string' ? entry['loggedAt'] : loggedAt,
  };
}
