import { cssColour } from '../parts/colours.ts';

/** How a line is drawn: eight colours by the place of its run, then the same with dashes. */
export type Look = { readonly colour: string; readonly dash: readonly number[] };

const dashes: readonly (readonly number[])[] = [[], [7, 4], [2, 3], [10, 3, 2, 3]];

export function looksOf(count: number): Look[] {
  const colours = Array.from({ length: 8 }, (_, at) => cssColour(`--series-${at + 1}`));
  return Array.from({ length: count }, (_, at) => ({
    colour: colours[at % 8]!,
    dash: dashes[Math.floor(at / 8) % dashes.length]!,
  }));
}

/** The same colour, seen through. */
export function faint(colour: string): string {
  return colour.replace(/^rgb\((.*)\)$/, 'rgba($1, 0.28)');
}
