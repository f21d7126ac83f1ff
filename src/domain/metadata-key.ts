import { badInput } from '../errors.ts';
import { hasUnpairedSurrogate, quote } from './quote.ts';

const MAX_KEY_BYTES = 255;
// NFC makes a text shorter, but by no more than this: longer keys need not be normalised to be refused.
const MAX_KEY_LENGTH_BEFORE_NFC = 4096;

/**
 * A metadata key in Unicode's normal form C, 1–255 bytes of UTF-8.
 * @throws BAD_USER_INPUT when it is too long, blank, or has a control character or an unpaired surrogate.
 */
export const parseMetadataKey = (key: string): string => {
  const normalised = normalise(key);
  const problem = problemOf(normalised ?? key);
  if (normalised === null || problem !== null) {
    throw badInput(`The metadata key ${quote(key)} ${problem ?? TOO_LONG}`, { key: quote(key) });
  }
  return normalised;
};

/** The key in the form under which it would be stored; null when no stored key can be equal to it. */
export const normalizeLookupKey = (key: string): string | null => {
  const normalised = normalise(key);
  return normalised === null || problemOf(normalised) !== null ? null : normalised;
};

const TOO_LONG = `is longer than ${MAX_KEY_BYTES} bytes in UTF-8: shorten it.`;

const normalise = (key: string): string | null =>
  key.length > MAX_KEY_LENGTH_BEFORE_NFC || hasUnpairedSurrogate(key) ? null : key.normalize('NFC');

const problemOf = (key: string): string | null => {
  if (key.length > MAX_KEY_LENGTH_BEFORE_NFC) return TOO_LONG;
  if (hasUnpairedSurrogate(key)) return 'has an unpaired surrogate, which is no character: remove it.';
  if (/\p{Cc}/u.test(key)) return 'has a control character: remove it.';
  if (key.trim() === '') return 'is blank: give it a name.';
  if (Buffer.byteLength(key) > MAX_KEY_BYTES) return TOO_LONG;
  return null;
};
