import { useEffect, useState } from 'react';

/** A colour of the page as canvases take it, in the theme that is shown: any that CSS can write with its variables. */
export function cssColour(colour: string): string {
  const probe = document.createElement('span');
  probe.style.color = colour.startsWith('--') ? `var(${colour})` : colour;
  document.body.append(probe);
  const { color } = getComputedStyle(probe);
  probe.remove();
  return color;
}

/** A number that grows when the theme changes: canvases have to be drawn anew. */
export function useTheme(): number {
  const [theme, setTheme] = useState(0);
  useEffect(() => {
    const onTheme = () => setTheme((number) => number + 1);
    window.addEventListener('runledger-theme', onTheme);
    return () => window.removeEventListener('runledger-theme', onTheme);
  }, []);
  return theme;
}
