import { useCallback, useMemo } from 'react';
import { navigate, useSearch } from 'wouter/use-browser-location';
import { type Params, readSearch, writeSearch } from './search.ts';

/** Changes to the search: a text sets, an empty one or undefined takes away. */
type Changes = Readonly<Record<string, string | undefined>>;
export type Change = (changes: Changes, options?: { replace?: boolean }) => void;

/**
 * The search of the address, which is the state of the page, and how to change it. What is chosen makes a step in the
 * history; what is typed (`replace`) does not.
 */
export function useAddress(): { params: Params; change: Change } {
  const search = useSearch();
  const params = useMemo(() => readSearch(search), [search]);
  const change = useCallback<Change>((changes, options) => {
    const next: Record<string, string> = { ...readSearch(location.search) };
    for (const [name, text] of Object.entries(changes)) {
      if (text === undefined || text === '') delete next[name];
      else next[name] = text;
    }
    const to = location.pathname + writeSearch(next);
    if (to !== location.pathname + location.search) navigate(to, { replace: options?.replace ?? false });
  }, []);
  return { params, change };
}
