import { maxKeyBytes } from './metadata-key.ts';
import { maxNameBytes, normalizeName } from './names.ts';

/** Separates the name of a step from a key; no step's name contains it. */
export const separator = '::';

/** No key is longer, with the name of its step or without, in UTF-8. */
export const maxQualifiedBytes = maxNameBytes + separator.length + maxKeyBytes;

/** The two halves of `step::key`, split at the first `::`; null when there is none. */
export function splitQualified(key: string): { step: string; key: string } | null {
  const at = key.indexOf(separator);
  return at < 0 ? null : { step: normalizeName(key.slice(0, at)), key: key.slice(at + separator.length) };
}

/** `step::key` for an entry of a step, the key alone for one of a run. */
export function qualifyKey(stepName: string | null, key: string): string {
  return stepName === null ? key : `${stepName}${separator}${key}`;
}
