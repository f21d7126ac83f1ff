import fc from 'fast-check';
import { setMember } from '../../clients/typescript/src/json/object.ts';
import type { JsonValue } from '../../clients/typescript/src/json/value.ts';

const bits = new DataView(new ArrayBuffer(8));

/** Every double there is, by its 64 bits, each as likely as any other; not NaN and not infinite. */
export const anyDouble = fc
  .bigInt({ min: 0n, max: 2n ** 64n - 1n })
  .map((pattern) => {
    bits.setBigUint64(0, pattern);
    return bits.getFloat64(0);
  })
  .filter(Number.isFinite);

/** Doubles that are easy to get wrong: around powers of two and ten, the smallest, the largest, both zeros. */
export const edgeDouble = fc.oneof(
  fc.constantFrom(0, -0, 5e-324, -5e-324, 2.2250738585072014e-308, 1.7976931348623157e308, 0.1433, 1e21, 1e20, 1e-7),
  fc.integer({ min: -1074, max: 1023 }).map((power) => 2 ** power),
  fc.integer({ min: -323, max: 308 }).map((power) => Number(`1e${power}`)),
  fc.integer({ min: -4, max: 4 }).map((offset) => 2 ** 53 + offset),
  fc.double({ noNaN: true, noDefaultInfinity: true }),
);

/** Integers of up to 200 digits, as text. */
export const integerText = fc
  .tuple(fc.constantFrom('', '-'), fc.stringMatching(/^[1-9][0-9]{0,199}$/, { size: 'max' }))
  .map(([sign, digits]) => sign + digits);

/** All of Unicode, without NUL. */
export const anyText = fc.string({ unit: 'binary', maxLength: 12 }).map((text) => text.replaceAll('\0', '0'));

/** Keys of objects: those that JavaScript treats as special are frequent. */
const anyKey = fc.oneof(
  anyText,
  fc.constantFrom('__proto__', 'constructor', 'toJSON', '$type', 'hasOwnProperty', 'length', '0', '10', '', 'é'),
);

/** Any JSON value as `parseJson` gives it. */
export const anyJson: fc.Arbitrary<JsonValue> = fc.letrec<{ value: JsonValue; list: JsonValue[]; object: JsonValue }>(
  (tie) => ({
    value: fc.oneof(
      { maxDepth: 5, withCrossShrink: true },
      fc.oneof(
        fc.constantFrom(null, true, false),
        anyText,
        anyDouble,
        edgeDouble,
        integerText.map((text) => (Number.isSafeInteger(Number(text)) ? Number(text) : BigInt(text))),
      ),
      tie('list'),
      tie('object'),
    ),
    list: fc.array(tie('value'), { maxLength: 5 }),
    object: fc.array(fc.tuple(anyKey, tie('value')), { maxLength: 5 }).map((members) => {
      const object = {};
      for (const [key, value] of members) setMember(object, key, value);
      return object;
    }),
  }),
).value;
