import { useEffect, useRef } from 'react';

/** Something that can be done by its name. */
export type Command = { readonly title: string; readonly hint: string; readonly act: () => void };

/** What each part of the page that is shown offers, as of its last rendering. */
const offers = new Set<{ current: readonly Command[] }>();

/** Puts commands into the palette for as long as the component is shown. */
export function useCommands(commands: readonly Command[]): void {
  const latest = useRef(commands);
  latest.current = commands;
  useEffect(() => {
    offers.add(latest);
    return () => void offers.delete(latest);
  }, []);
}

export function offeredCommands(): Command[] {
  return [...offers].flatMap(({ current }) => current);
}
