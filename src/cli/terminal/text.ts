import truncatedWidth from 'fast-string-truncated-width';

/** How many columns of a terminal a text takes. */
export function widthOf(text: string): number {
  return truncatedWidth(text).width;
}

/** Made where it is first used: it takes several milliseconds, and few commands cut anything. */
let letters: Intl.Segmenter | undefined;
/** UTF-16 units that a column may take: an emoji of a family has eleven, a letter with many accents more. */
const mostUnits = 32;

/** The text, its end replaced by … where it is wider than that. */
export function truncate(text: string, width: number): string {
  if (width <= 0) return '';
  if (widthOf(text) <= width) return text;
  let kept = '';
  // Letter by letter, with their accents: a cut between the two would change what is left.
  letters ??= new Intl.Segmenter();
  for (const { segment } of letters.segment(text.slice(0, width * mostUnits))) {
    if (widthOf(kept + segment) >= width) break;
    kept += segment;
  }
  return `${kept.trimEnd()}…`;
}

export function padEnd(text: string, width: number): string {
  return text + ' '.repeat(Math.max(0, width - widthOf(text)));
}

export function padStart(text: string, width: number): string {
  return ' '.repeat(Math.max(0, width - widthOf(text))) + text;
}

const named: Readonly<Record<string, string>> = { '\n': '⏎', '\r': '␍', '\t': ' ' };

/**
 * A text that was logged, fit for a line of a terminal: what would move the cursor, colour the rest or turn the direction of
 * writing is shown instead of done.
 */
export function printable(text: string): string {
  return text.replace(
    /[\p{Cc}\u2028\u2029\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff]/gu,
    (character) => named[character] ?? `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}
