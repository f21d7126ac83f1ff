/**
 * `@runledger/client/json`: JSON that loses no digit. `parseJson` gives a whole number beyond ±(2^53 − 1) as a bigint, and
 * `stringifyJson` writes it, -0 and every double back as they were. The service reads and writes by the same code.
 */
export { distinctTexts, equalityKey } from './equality.ts';
export { asDouble, longIntegerText, numberText, rawNumberText } from './number.ts';
export { setMember } from './object.ts';
export { parseJson } from './parse.ts';
export { parseExactJson } from './parse-exact.ts';
export { isRawJson, type RawJson, rawJson } from './raw.ts';
export { floatText, readFloat, readInteger } from './read-number.ts';
export { type JsonScan, scanJson } from './scan.ts';
export { stringifyJson, stringText } from './stringify.ts';
export type { JsonObject, JsonValue } from './value.ts';
