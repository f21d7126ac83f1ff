import { useMemo } from 'react';
import { statuses } from '../../filter/tree.ts';
import { cssColour, useTheme } from '../parts/colours.ts';

export const shades = 12;

/** The colours of the plots in the theme that is shown. */
export function useInks() {
  const theme = useTheme();
  // biome-ignore lint/correctness/useExhaustiveDependencies: another theme has other colours
  return useMemo(
    () => ({
      text: cssColour('--text'),
      out: cssColour('color-mix(in oklab, var(--faint) 22%, transparent)'),
      /** From the colour of little to that of much. */
      shades: Array.from({ length: shades }, (_, at) =>
        cssColour(`color-mix(in oklch, var(--much) ${Math.round((at * 100) / (shades - 1))}%, var(--little))`),
      ),
      states: Object.fromEntries(statuses.map((status) => [status, cssColour(`--${status.toLowerCase()}`)])),
    }),
    [theme],
  );
}
