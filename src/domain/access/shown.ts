import { keyPrefix, parseKey } from './key-format.ts';
import { tokenPrefix } from './run-token.ts';

/** What a request shows, by its form alone: read once, without a look at anything that is stored. */
export type Shown =
  | { form: 'none' | 'scheme'; token: null }
  | { form: 'runToken' | 'other'; token: string }
  /** The public id of a key whose checksum fits; null where a character is missing or wrong. */
  | { form: 'key'; token: string; id: string | null };

/** Reads the header Authorization. */
export function readShown(authorization: string | undefined): Shown {
  if (authorization === undefined) return { form: 'none', token: null };
  const token = /^Bearer +(\S+) *$/i.exec(authorization)?.[1];
  if (token === undefined) return { form: 'scheme', token: null };
  if (token.startsWith(tokenPrefix)) return { form: 'runToken', token };
  return token.startsWith(keyPrefix) ? { form: 'key', token, id: parseKey(token) } : { form: 'other', token };
}

/** Whether it has the form of what the database could know. */
export function mayBeStored(shown: Shown): boolean {
  return shown.form === 'runToken' || (shown.form === 'key' && shown.id !== null);
}
