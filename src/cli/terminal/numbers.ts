import { padStart } from './text.ts';

const decimal = /^(-?\d+)(?:\.(\d+))?$/;
/** A number whose fraction is longer than this may be cut, visibly, where there is no room. */
const shortDigits = 6;

/** The number with its fraction cut to six digits and …; never rounded, and not where that would hide its size. */
export function shortened(text: string): string {
  const [, whole, fraction = ''] = decimal.exec(text) ?? [];
  if (whole === undefined || fraction.length <= shortDigits + 1) return text;
  const kept = fraction.slice(0, shortDigits);
  return /^-?0$/.test(whole) && /^0*$/.test(kept) ? text : `${whole}.${kept}…`;
}

/** The numbers of a column with their points in line: blanks stand for the digits that others have behind it. */
export function alignPoints(texts: readonly string[]): string[] {
  const lengths = texts.map((text) => {
    const found = /^-?\d+(\.\d+…?)?$/.exec(text);
    return found ? (found[1]?.length ?? 0) : undefined;
  });
  const most = Math.max(0, ...lengths.map((length) => length ?? 0));
  const padded = texts.map((text, at) => {
    const length = lengths[at];
    return length === undefined || text === '' ? text : text + ' '.repeat(most - length);
  });
  const width = Math.max(0, ...padded.map((text) => text.length));
  return padded.map((text) => padStart(text, width));
}
