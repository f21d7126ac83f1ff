import { sortTextLength } from '../../storage/rows.ts';
import { firstCodePoints } from '../quote.ts';

/** What runs are ordered and filtered by: numbers by value, then text by bytes, then the rest. */
export type SortKey = {
  /** 0 a number, 1 a text, 2 anything else. */
  sortClass: 0 | 1 | 2;
  /** Decimal text that a Postgres `numeric` takes, of at most 1,000 significant digits; null unless a number. */
  sortNumber: string | null;
  /** The first 200 code points of a text; null otherwise (the database puts a hash there). */
  sortText: string | null;
};

const maxSortDigits = 1000;
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
  if (digits > maxSortDigits) {
    const cut = text.length - (digits - maxSortDigits);
    return `${text.slice(0, cut)}e${Math.min(text.length - cut, maxNumericDigits - maxSortDigits)}`;
  }
  return Number(text) === 0 ? '0' : text;
}
