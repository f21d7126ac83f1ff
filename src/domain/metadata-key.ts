import { badInput } from '../errors.ts';
import { hasUnpairedSurrogate, quote } from './value/quote.ts';

export const maxKeyBytes = 255;
/** Nearly all keys are of ASCII, and need not be looked at more closely. */
const plain = new RegExp(`^[!-~][ -~]{0,${maxKeyBytes - 1}}$`);
// NFC makes a text shorter, but by no more than this: longer keys need not be normalised to be refused.
const maxKeyLengthBeforeNfc = 4096;

/**
 * A metadata key in Unicode's normal form C, 1–255 bytes of UTF-8.
 * @throws BAD_USER_INPUT when it is too long, blank, or has a control character or an unpaired surrogate.
 */
export function parseMetadataKey(key: string): string {
  if (plain.test(key)) return key;
  const normalised = normalise(key);
  const problem = problemOf(normalised ?? key);
  if (normalised === null || problem !== null) {
    throw badInput(`The metadata key ${quote(key)} ${problem ?? tooLong}`, { key: quote(key) });
  }
  return normalised;
}

/** The key in the form under which it would be stored; null when no stored key can be equal to it. */
export function normalizeLookupKey(key: string): string | null {
  if (plain.test(key)) return key;
  const normalised = normalise(key);
  return normalised === null || problemOf(normalised) !== null ? null : normalised;
}

const tooLong = `is longer than ${maxKeyBytes} bytes in UTF-8: shorten it.`;

function normalise(key: string): string | null {
  return key.length > maxKeyLengthBeforeNfc || hasUnpairedSurrogate(key) ? null : key.normalize('NFC');
}

function problemOf(key: string): string | null {
  if (key.length > maxKeyLengthBeforeNfc) return tooLong;
  if (hasUnpairedSurrogate(key)) return 'has an unpaired surrogate, which is not a character: remove it.';
  if (/\p{Cc}/u.test(key)) return 'has a control character: remove it.';
  if (key.trim() === '') return 'is blank: give it a name.';
  if (Buffer.byteLength(key) > maxKeyBytes) return tooLong;
  return null;
}
