/** What one pass over a JSON text tells before it is parsed. */
export type JsonScan = {
  /** The greatest number of lists and objects inside one another. */
  depth: number;
  /** Whether `JSON.parse` would lose a number: an integer beyond ±(2^53 − 1), or a number that overflows a double. */
  exact: boolean;
};

/** The index of the quote that ends the string which begins at `start`; `text.length` when none does. */
export const endOfString = (text: string, start: number): number => {
  let from = start + 1;
  for (;;) {
    const quote = text.indexOf('"', from);
    if (quote < 0) return text.length;
    let first = quote;
    while (first > from && text.charCodeAt(first - 1) === 0x5c) first--;
    if ((quote - first) % 2 === 0) return quote;
    from = quote + 1;
  }
};

/**
 * Looks through a JSON text once, about as fast as memory allows, without judging whether it is well-formed.
 * The parser does that; here malformed text only must not fail.
 */
export const scanJson = (text: string): JsonScan => {
  let depth = 0;
  let greatest = 0;
  let exact = false;
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code === 0x22) {
      at = endOfString(text, at);
    } else if (code === 0x5b || code === 0x7b) {
      if (++depth > greatest) greatest = depth;
    } else if (code === 0x5d || code === 0x7d) {
      depth--;
    } else if (code >= 0x30 && code <= 0x39) {
      const end = endOfNumber(text, at);
      if (!exact && end - at > 3) exact = losesDigits(text, at, end);
      at = end - 1;
    }
  }
  return { depth: greatest, exact };
};

const endOfNumber = (text: string, start: number): number => {
  let at = start + 1;
  for (; at < text.length; at++) {
    const code = text.charCodeAt(at);
    // Digits, signs, the point and the letter of the exponent: all that can stand in a number.
    if (!((code >= 0x30 && code <= 0x39) || code === 0x2e || (code | 0x20) === 0x65 || code === 0x2b || code === 0x2d))
      break;
  }
  return at;
};

const losesDigits = (text: string, start: number, end: number): boolean => {
  let at = start;
  while (at < end && text.charCodeAt(at) >= 0x30 && text.charCodeAt(at) <= 0x39) at++;
  if (at === end) return end - start > 15 && Number(text.slice(start, end)) > Number.MAX_SAFE_INTEGER;
  // Only an exponent, or hundreds of digits, can overflow.
  const code = text.charCodeAt(end - 1);
  const short = end - start < 309 && code >= 0x30 && code <= 0x39 && !text.slice(at, end).toLowerCase().includes('e');
  return !short && Number(text.slice(start, end)) === Number.POSITIVE_INFINITY;
};
