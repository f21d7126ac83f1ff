const maxQuoted = 60;

// Invisible to a reader of the message, or able to turn the rest of the line around.
const hidden = /[\u007f-\u00a0\u00ad\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff]/g;

/** `text` for an error message: in double quotes, escaped, and no more than 60 characters of it. */
export function quote(text: string): string {
  const start = firstCodePoints(text, maxQuoted);
  const escaped = JSON.stringify(start).replace(
    hidden,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
  return start.length < text.length ? `${escaped}…` : escaped;
}

/** The first `count` code points of `text`: a pair of surrogates is never cut in two. */
export function firstCodePoints(text: string, count: number): string {
  if (text.length <= count) return text;
  let end = 0;
  for (let taken = 0; taken < count && end < text.length; taken++) {
    end += (text.codePointAt(end) ?? 0) > 0xffff ? 2 : 1;
  }
  return text.slice(0, end);
}

/** Whether a surrogate in `text` stands without its partner: such text has no UTF-8. */
export function hasUnpairedSurrogate(text: string): boolean {
  return /\p{Surrogate}/u.test(text);
}
