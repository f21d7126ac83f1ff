import { useSyncExternalStore } from 'react';

/** Whether a media query holds. */
function useMedia(query: string): boolean {
  return useSyncExternalStore(
    (listener) => {
      const list = matchMedia(query);
      list.addEventListener('change', listener);
      return () => list.removeEventListener('change', listener);
    },
    () => matchMedia(query).matches,
  );
}

/** What is narrow enough for cards instead of a table. */
const narrow = '(max-width: 640px)';

/** How high a row of the table is, in the density that was chosen. */
export function useRowHeight(): number {
  const isNarrow = useMedia(narrow);
  const isRoomy = useSyncExternalStore(
    (listener) => {
      window.addEventListener('resize', listener);
      return () => window.removeEventListener('resize', listener);
    },
    () => document.documentElement.dataset['density'] === 'roomy',
  );
  return isNarrow ? 76 : isRoomy ? 36 : 28;
}
