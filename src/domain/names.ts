import { badInput } from '../errors.ts';
import { hasUnpairedSurrogate, quote } from './value/quote.ts';
import { isStorableText } from './value/storable.ts';

/** What has a name of its own. */
export type NamedKind = 'run' | 'step' | 'pipeline';

export const maxNameBytes = 255;
// Normalisation shortens a text, but by no more than this: longer names need not be normalised to be refused.
const maxLengthBeforeNfc = 4_096;

/**
 * A name in Unicode's normal form C, 1–255 bytes of UTF-8.
 * @throws BAD_USER_INPUT when it is too long, blank, has a control character or an unpaired surrogate; when a step's
 * has `::` in it, or a run's would be taken for an id.
 */
export function parseName(kind: NamedKind, name: string): string {
  const normalized = normalizeName(name);
  const problem = problemOf(kind, normalized);
  if (problem !== null) throw badInput(`The ${kind} name ${quote(name)} ${problem}`, { kind, name: quote(name) });
  return normalized;
}

/** A name, or the beginning of one, in the form in which names are stored. */
export function normalizeName(text: string): string {
  return text.length > maxLengthBeforeNfc ? text : text.normalize('NFC');
}

/** Whether a name, or the beginning of one, in the form in which names are stored, is longer than any of them. */
export function isTooLong(name: string): boolean {
  return Buffer.byteLength(name) > maxNameBytes;
}

/**
 * Whether a name could be this, or have it in it, in the form in which names are stored: the database need not be asked about
 * what none can.
 */
export function mayBeInName(text: string): boolean {
  return isStorableText(text) && !isTooLong(text);
}

/** Whether `text` is 32 hex digits, with or without hyphens: such a reference means an id and never a name. */
export function looksLikeId(text: string): boolean {
  return text.length <= maxNameBytes && /^[0-9a-f]{32}$/i.test(text.replaceAll('-', ''));
}

function problemOf(kind: NamedKind, name: string): string | null {
  if (hasUnpairedSurrogate(name)) return 'has an unpaired surrogate, which is not a character: remove it.';
  if (/\p{Cc}/u.test(name)) return 'has a control character: remove it.';
  if (name.trim() === '') return 'is blank: give it a name, or leave it out where it has a default.';
  if (isTooLong(name)) return `is longer than ${maxNameBytes} bytes in UTF-8: shorten it.`;
  if (kind === 'step' && name.includes('::')) return 'has "::" in it, which parts a step from a key: write it without.';
  if (kind === 'run' && looksLikeId(name))
    return 'would be taken for an id, being 32 hex digits: add another character.';
  return null;
}
