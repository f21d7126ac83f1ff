import { type MetadataType, type SortKey, sortNumberDigits, sortTextLength } from '../../storage/rows.ts';
import { firstCodePoints } from './quote.ts';

const textTypes = new Set<MetadataType>(['STRING', 'URI', 'PATH', 'DTYPE']);

/** The sort key of a stored value: of its type, and its text as compact JSON. */
export function sortKeyOf(type: MetadataType, text: string): SortKey {
  if (textTypes.has(type)) return textSortKey(JSON.parse(text));
  return /^-?\d/.test(text) ? numberSortKey(text) : otherSortKey();
}

// What a `numeric` of Postgres has room for; longer integers, where settings allow them, sort as if they had so many.
const maxNumericDigits = 131_072;

/** For a finite number, from its JSON text. Further digits of a very long integer count as zeros. */
export function numberSortKey(text: string): SortKey {
  return {
    sortClass: 0,
    sortNumber: sortNumber(text),
    sortText: null,
  };
}

/** For a text, from the text itself. */
export function textSortKey(text: string): SortKey {
  return {
    sortClass: 1,
    sortNumber: null,
    sortText: firstCodePoints(text, sortTextLength),
  };
}

/** For all that is neither. */
export function otherSortKey(): SortKey {
  return { sortClass: 2, sortNumber: null, sortText: null };
}

function sortNumber(text: string): string {
  const digits = text.startsWith('-') ? text.length - 1 : text.length;
  // Only integers are that long.
  if (digits > sortNumberDigits) {
    const cut = text.length - (digits - sortNumberDigits);
    return `${text.slice(0, cut)}e${Math.min(text.length - cut, maxNumericDigits - sortNumberDigits)}`;
  }
  return Number(text) === 0 ? '0' : text;
}
