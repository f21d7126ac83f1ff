import { useCallback, useMemo } from 'react';
import { type Column, parseColumns, printColumns } from '../../filter/columns.ts';
import type { Changes } from '../address/use-address.ts';
import { defaultColumns, type KnownKey } from './use-rows.ts';

const kept = 'runledger-columns';

/** The columns of the address; else those that were chosen last in this browser; else those that suit most. */
export function useColumns(
  text: string | undefined,
  keys: readonly KnownKey[] | undefined,
  change: (changes: Changes) => void,
): { columns: readonly Column[] | undefined; choose: (columns: readonly Column[]) => void; reset: () => void } {
  const columns = useMemo(() => {
    const saved = text ?? localStorage.getItem(kept);
    if (saved) return parseColumns(saved);
    return keys && defaultColumns(keys);
  }, [text, keys]);
  const choose = useCallback(
    (next: readonly Column[]) => {
      localStorage.setItem(kept, printColumns(next));
      change({ cols: printColumns(next) });
    },
    [change],
  );
  const reset = useCallback(() => {
    localStorage.removeItem(kept);
    change({ cols: undefined });
  }, [change]);
  return { columns, choose, reset };
}
