import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';
import { crc32 } from 'node:zlib';

// rl_<public id: 12>_<secret: 43><checksum: 6>, all of 0-9A-Za-z but the underscores: the whole is one word to a double click,
// and what scans for leaked secrets can tell it by its prefix and checksum, as of GitHub's tokens.

const alphabet = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';
const idLength = 12;
const secretLength = 43;
const checksumLength = 6;
const pattern = /^rl_([0-9A-Za-z]{12})_([0-9A-Za-z]{43})([0-9A-Za-z]{6})$/;

/** What every key begins with. */
export const keyPrefix = 'rl_';

/** A new key: its public id, and the secret that is shown once. */
export function makeKey(): { id: string; secret: string } {
  const id = randomText(idLength);
  const body = `${keyPrefix}${id}_${randomText(secretLength)}`;
  return { id, secret: body + checksumOf(body) };
}

/** The public id of a well-formed key; null for anything else, without a look at the database. */
export function parseKey(key: string): string | null {
  const match = pattern.exec(key);
  if (!match) return null;
  const body = key.slice(0, -checksumLength);
  return checksumOf(body) === match[3] ? match[1]! : null;
}

/** What is stored of a key. A secret of 256 random bits needs no slow hash. */
export function hashKey(key: string): Buffer {
  return createHash('sha256').update(key).digest();
}

/** Whether a key is the one that was stored, in a time that tells nothing. */
export function isSameKey(key: string, hash: Uint8Array): boolean {
  return timingSafeEqual(hashKey(key), hash);
}

function randomText(length: number): string {
  let text = '';
  while (text.length < length) {
    for (const byte of randomBytes(length)) {
      // 248 is 4 × 62: the rest would make some characters likelier.
      if (byte < 248 && text.length < length) text += alphabet[byte % 62];
    }
  }
  return text;
}

function checksumOf(body: string): string {
  let rest = crc32(body) >>> 0;
  let text = '';
  for (let index = 0; index < checksumLength; index += 1) {
    text = alphabet[rest % 62] + text;
    rest = Math.floor(rest / 62);
  }
  return text;
}
