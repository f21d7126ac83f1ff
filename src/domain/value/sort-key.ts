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

const MAX_SORT_DIGITS = 1000;
// What a `numeric` of Postgres has room for; longer integers, where settings allow them, sort as if they had so many.
const MAX_NUMERIC_DIGITS = 131_072;

/** For a finite number, from its JSON text. Further digits of a very long integer count as zeros. */
export const numberSortKey = (text: string): SortKey => ({
  sortClass: 0,
  sortNumber: sortNumber(text),
  sortText: null,
});

/** For a text, from the text itself. */
export const textSortKey = (text: string): SortKey => ({
  sortClass: 1,
  sortNumber: null,
  sortText: firstCodePoints(text, sortTextLength),
});

/** For all that is neither. */
export const otherSortKey = (): SortKey => ({ sortClass: 2, sortNumber: null, sortText: null });

const sortNumber = (text: string): string => {
  const digits = text.startsWith('-') ? text.length - 1 : text.length;
  // Only integers are that long.
  if (digits > MAX_SORT_DIGITS) {
    const cut = text.length - (digits - MAX_SORT_DIGITS);
    return `${text.slice(0, cut)}e${Math.min(text.length - cut, MAX_NUMERIC_DIGITS - MAX_SORT_DIGITS)}`;
  }
  return Number(text) === 0 ? '0' : text;
};
