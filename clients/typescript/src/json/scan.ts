/** What one pass over a JSON text tells before it is parsed. */
export type JsonScan = {
  /** The greatest number of lists and objects inside one another. */
  depth: number;
  /** Whether `JSON.parse` would lose a number: an integer beyond ±(2^53 − 1), or a number that overflows a double. */
  exact: boolean;
  /** Whether a number is written with a fraction or an exponent and is a whole one all the same: `1.0`, `1e5`. */
  wholeFloats: boolean;
};

/** The index of the quote that ends the string which begins at `start`; `text.length` when none does. */
export function endOfString(text: string, start: number): number {
  let from = start + 1;
  for (;;) {
    const quote = text.indexOf('"', from);
    if (quote < 0) return text.length;
    let first = quote;
    while (first > from && text.charCodeAt(first - 1) === 0x5c) first--;
    if ((quote - first) % 2 === 0) return quote;
    from = quote + 1;
  }
}

// With fewer digits, only an exponent can make a number too large.
const maxDigitsOfADouble = 308;

/**
 * Looks through a JSON text once, about as fast as memory allows, without judging whether it is well-formed.
 * The parser does that; here malformed text only must not fail.
 */
export function scanJson(text: string): JsonScan {
  const { length } = text;
  let depth = 0;
  let greatest = 0;
  let exact = false;
  let wholeFloats = false;
  for (let at = 0; at < length; at++) {
    const code = text.charCodeAt(at);
    if (code === 0x22) {
      at = endOfString(text, at);
    } else if (code >= 0x30 && code <= 0x39) {
      const start = at;
      at = skipDigits(text, at);
      let next = at < length ? text.charCodeAt(at) : 0;
      const isWhole = next !== 0x2e && (next | 0x20) !== 0x65;
      if (next === 0x2e) {
        const fraction = at + 1;
        at = skipDigits(text, fraction);
        // Nearly all fractions end here: with a digit that is not 0.
        if (!wholeFloats && isAllZeros(text, fraction, at)) wholeFloats = true;
        next = at < length ? text.charCodeAt(at) : 0;
      }
      if ((next | 0x20) === 0x65) {
        const sign = text.charCodeAt(at + 1);
        at = skipDigits(text, sign === 0x2b || sign === 0x2d ? at + 2 : at + 1);
        const value = Number(text.slice(start, at));
        exact ||= value === Number.POSITIVE_INFINITY;
        wholeFloats ||= Number.isSafeInteger(value);
      } else if (isWhole ? at - start > 15 : at - start > maxDigitsOfADouble) {
        const value = Number(text.slice(start, at));
        exact ||= isWhole ? value > Number.MAX_SAFE_INTEGER : value === Number.POSITIVE_INFINITY;
      }
      at--;
    } else if ((code | 0x20) === 0x7b) {
      if (++depth > greatest) greatest = depth;
    } else if ((code | 0x20) === 0x7d) {
      depth--;
    }
  }
  return { depth: greatest, exact, wholeFloats };
}

/** From the end: the last digit of a fraction is hardly ever a 0. */
function isAllZeros(text: string, start: number, end: number): boolean {
  let at = end;
  while (at > start && text.charCodeAt(at - 1) === 0x30) at--;
  return at === start;
}

function skipDigits(text: string, start: number): number {
  let at = start;
  while (at < text.length) {
    const code = text.charCodeAt(at);
    if (code < 0x30 || code > 0x39) break;
    at++;
  }
  return at;
}
