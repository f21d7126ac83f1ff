import { useRef } from 'react';
import { parseFilter } from '../../filter/parse.ts';
import type { Filter } from '../../filter/tree.ts';

/** The filter that a text stands for; while the text is wrong, the last one that was right. */
export function useFilter(text: string): Filter {
  const last = useRef<{ text: string; filter: Filter }>({ text: '', filter: {} });
  if (last.current.text !== text) {
    try {
      last.current = { text, filter: parseFilter(text) };
    } catch {
      last.current = { text, filter: last.current.filter };
    }
  }
  return last.current.filter;
}
