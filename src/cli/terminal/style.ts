import { styleText } from 'node:util';

type Format = Parameters<typeof styleText>[0];

/** What parts of the output are to look like. Without colours each gives its text back. */
export interface Style {
  readonly bold: (text: string) => string;
  readonly dim: (text: string) => string;
  readonly red: (text: string) => string;
  readonly green: (text: string) => string;
  readonly yellow: (text: string) => string;
  readonly blue: (text: string) => string;
  readonly magenta: (text: string) => string;
  readonly cyan: (text: string) => string;
}

/**
 * Whether to write in colours: to a terminal that has them, unless NO_COLOR says no; FORCE_COLOR says yes, or by 0 no, whatever
 * it is.
 */
export function hasColours(isTerminal: boolean, env: Readonly<Record<string, string | undefined>>): boolean {
  const { FORCE_COLOR: force, NO_COLOR: no, TERM: term } = env;
  if (force !== undefined) return force !== '0' && force !== 'false';
  return !no && isTerminal && term !== 'dumb';
}

export function styleOf(isColoured: boolean): Style {
  // Whether the stream is a terminal is settled above, and not by Node a second time.
  const paint = (format: Format) => (text: string) =>
    isColoured && text !== '' ? styleText(format, text, { validateStream: false }) : text;
  return {
    bold: paint('bold'),
    dim: paint('dim'),
    red: paint('red'),
    green: paint('green'),
    yellow: paint('yellow'),
    blue: paint('blue'),
    magenta: paint('magenta'),
    cyan: paint('cyan'),
  };
}
