import { useMemo } from 'react';
import { cssColour, useTheme } from '../parts/colours.ts';

export const shades = 12;

const states = ['running', 'completed', 'failed', 'crashed', 'cancelled', 'retried', 'cached'];

/** The colours of the plots in the theme that is shown. */
export function useInks() {
  const theme = useTheme();
  // biome-ignore lint/correctness/useExhaustiveDependencies: another theme has other colours
  return useMemo(
    () => ({
      text: cssColour('--text'),
      line: cssColour('--line'),
      out: cssColour('color-mix(in oklab, var(--faint) 22%, transparent)'),
      /** From the colour of little to that of much. */
      shades: Array.from({ length: shades }, (_, at) =>
        cssColour(`color-mix(in oklch, var(--much) ${Math.round((at * 100) / (shades - 1))}%, var(--little))`),
      ),
      states: Object.fromEntries(states.map((state) => [state.toUpperCase(), cssColour(`--${state}`)])),
    }),
    [theme],
  );
}
