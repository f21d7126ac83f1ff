import { badInput } from '../errors.ts';
import type { LatestSource } from '../storage/runs/latest-source.ts';
import { normalizeLookupKey } from './metadata-key.ts';
import { normalizeName } from './names.ts';
import { splitQualified } from './qualified-key.ts';
import { quote } from './value/quote.ts';
import { isStorableText } from './value/storable.ts';

const maxPathLength = 64;

/** Which latest entry a key, of a step or of the run as a whole, means; null when none can be stored under it. */
export function parseSource(key: string, step: string | null | undefined): LatestSource | null {
  if (step != null) {
    const wanted = normalizeLookupKey(key);
    return wanted === null || step === '' || !isStorableText(step)
      ? null
      : { kind: 'step', step: normalizeName(step), key: wanted };
  }
  const literal = normalizeLookupKey(key);
  const qualified = splitQualified(key);
  if (!qualified) return literal === null ? null : { kind: 'wholeRun', key: literal };
  // Either reading may be impossible alone: the whole too long for a key, or nothing on one side of the `::`.
  const ofStep = qualified.step === '' ? null : normalizeLookupKey(qualified.key);
  if (ofStep === null) return literal === null ? null : { kind: 'run', key: literal };
  if (literal === null)
    return isStorableText(qualified.step) ? { kind: 'step', step: qualified.step, key: ofStep } : null;
  return { kind: 'qualified', literal, step: qualified.step, key: ofStep };
}

/** @throws BAD_USER_INPUT for a path of more than 64 elements. */
export function parsePath(path: string[] | null | undefined): string[] {
  const elements = path ?? [];
  if (elements.length > maxPathLength)
    throw badInput(`path has ${elements.length} elements; a value is at most ${maxPathLength} deep.`);
  const odd = elements.find((element) => !isStorableText(element));
  if (odd !== undefined) throw badInput(`path: ${quote(odd)} has a character that no key can have.`);
  return elements;
}
