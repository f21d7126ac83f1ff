import { useCallback, useMemo } from 'react';
import { type Column, parseColumns, printColumns, withWidth } from '../../filter/columns.ts';
import type { Params } from '../address/search.ts';
import type { Change } from '../address/use-address.ts';
import { moved } from '../parts/moved.ts';
import { differs, type Row } from './cells.ts';
import { defaultColumns, type KnownKey } from './use-rows.ts';

const kept = 'runledger-columns';

/** The columns of the address; else those that were chosen last in this browser; else those that suit most. */
export function useColumns({ cols, pin }: Params, keys: readonly KnownKey[] | undefined, change: Change) {
  const columns = useMemo(() => {
    const saved = cols ?? localStorage.getItem(kept);
    if (saved) return parseColumns(saved);
    return keys && defaultColumns(keys);
  }, [cols, keys]);
  const choose = useCallback(
    (next: readonly Column[], { isTyped = false, pin }: { isTyped?: boolean; pin?: number } = {}) => {
      localStorage.setItem(kept, printColumns(next));
      change({ cols: printColumns(next), ...(pin === undefined ? {} : pinnedTo(pin)) }, { replace: isTyped });
    },
    [change],
  );
  const pinTo = useCallback((count: number) => change(pinnedTo(count)), [change]);
  const reset = useCallback(() => {
    localStorage.removeItem(kept);
    change({ cols: undefined, pin: undefined });
  }, [change]);
  const move = useCallback(
    (text: string, onto: string) => {
      const [from, to] = [text, onto].map((one) => columns?.findIndex((column) => column.text === one) ?? -1);
      if (columns && from! >= 0 && to! >= 0) choose(moved(columns, from!, to!));
    },
    [columns, choose],
  );
  const resize = useCallback(
    (text: string, width: number | undefined) =>
      columns &&
      choose(
        columns.map((column) => (column.text === text ? withWidth(column, width) : column)),
        { isTyped: true },
      ),
    [columns, choose],
  );
  const pinned = Math.max(0, Math.min(columns?.length ?? 0, Math.floor(Number(pin)) || 0));
  return { columns, pinned, choose, pinTo, reset, move, resize };
}

function pinnedTo(count: number): { pin: string | undefined } {
  return { pin: count === 0 ? undefined : String(count) };
}

/** The columns without those in which all loaded runs say the same, and how many those are. */
export function useDiffering(
  columns: readonly Column[] | undefined,
  rows: readonly Row[],
  isOn: boolean,
): { shown: readonly Column[] | undefined; same: number } {
  const texts = useMemo(
    () =>
      (isOn && rows.length > 1 ? columns?.filter((column) => differs(rows, column)) : columns)
        ?.map(({ text }) => text)
        .join('\n'),
    [columns, rows, isOn],
  );
  // The same array for as long as the same columns are in it.
  const shown = useMemo(() => {
    const kept = new Set(texts?.split('\n'));
    return columns?.filter(({ text }) => kept.has(text));
  }, [columns, texts]);
  return { shown, same: (columns?.length ?? 0) - (shown?.length ?? 0) };
}
