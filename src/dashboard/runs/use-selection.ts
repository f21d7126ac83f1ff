import { useCallback, useRef, useState } from 'react';
import type { Row } from './cells.ts';

/** The runs that are selected, by id, with their names; in the order in which they were. */
export type Selection = ReadonlyMap<string, string>;

/** The selection, and how a row goes into it or out of it; a range begins at the row that was last selected. */
export function useSelection(rows: readonly Row[]) {
  const [selected, setSelected] = useState<Selection>(new Map());
  const anchor = useRef<number | null>(null);
  const latest = useRef(rows);
  latest.current = rows;
  const select = useCallback((index: number, isRange: boolean) => {
    const from = isRange && anchor.current !== null ? anchor.current : index;
    const picked = latest.current.slice(Math.min(from, index), Math.max(from, index) + 1);
    anchor.current = index;
    setSelected((old) => {
      const next = new Map(old);
      const isOff = !isRange && picked.every(({ id }) => next.has(id));
      for (const { id, name } of picked) {
        if (isOff) next.delete(id);
        else next.set(id, name);
      }
      return next;
    });
  }, []);
  const clear = useCallback(() => setSelected(new Map()), []);
  return { selected, select, clear };
}
