import type { RawJson } from './raw.ts';

/**
 * A parsed JSON value. A whole number beyond ±(2^53 − 1) that was written without fraction or exponent is a `bigint`
 * (its text as `RawJson`, when it has more than 4,096 digits); every other number is a `number`.
 */
export type JsonValue = null | boolean | number | bigint | RawJson | string | JsonValue[] | JsonObject;

/** A parsed JSON object; any key, `__proto__` too, is an own property. */
export type JsonObject = { [key: string]: JsonValue };
