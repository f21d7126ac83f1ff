import { type RefObject, useCallback, useEffect, useLayoutEffect, useRef, useState } from 'react';

const overscan = 8;
/** A list that is scrolled by less is at its top. */
const topSlack = 8;
/** A row is looked for so far from where it stood. */
const maxShift = 200;

type Window = {
  readonly from: number;
  readonly to: number;
  /** How many rows are in it, wherever it stands. */
  readonly size: number;
  readonly isAtTop: boolean;
};

/** Whether the table shows its first row; where there is none, nothing can be pushed away. */
export function isTableAtTop(): boolean {
  return (document.getElementById('runs')?.scrollTop ?? 0) < topSlack;
}

/** Which of many rows of one height are in view of what scrolls them, and a few beyond; always as many. */
export function useWindow(scroller: RefObject<HTMLElement | null>, count: number, rowHeight: number): Window {
  const [from, setFrom] = useState(0);
  const [size, setSize] = useState(40);
  const [isAtTop, setAtTop] = useState(true);
  const measure = useCallback(() => {
    const element = scroller.current;
    if (!element) return;
    setFrom(Math.max(0, Math.floor(element.scrollTop / rowHeight) - overscan));
    setAtTop(element.scrollTop < topSlack);
  }, [scroller, rowHeight]);
  useEffect(() => {
    const element = scroller.current;
    if (!element) return;
    const observer = new ResizeObserver(() => {
      setSize(Math.ceil(element.clientHeight / rowHeight) + 2 * overscan);
      measure();
    });
    observer.observe(element);
    element.addEventListener('scroll', measure, { passive: true });
    return () => {
      observer.disconnect();
      element.removeEventListener('scroll', measure);
    };
  }, [scroller, measure, rowHeight]);
  return { from: Math.min(from, count), to: Math.min(from + size, count), size, isAtTop };
}

type Identified = { readonly id: string };

/** By how many places a row has moved since the list was another; null where it is not near any more. */
export function shiftOf(old: readonly Identified[], rows: readonly Identified[], at: number): number | null {
  const id = old[at]?.id;
  if (id === undefined) return null;
  for (let shift = 0; shift <= maxShift; shift++) {
    if (rows[at + shift]?.id === id) return shift;
    if (rows[at - shift]?.id === id) return -shift;
  }
  return null;
}

/** Keeps the rows in view, and the row that is active, where they are when others come or go above them. */
export function useAnchor(
  scroller: RefObject<HTMLElement | null>,
  rows: readonly Identified[],
  rowHeight: number,
  activeRow: number,
  onActiveRow: (row: number) => void,
): void {
  const before = useRef(rows);
  // biome-ignore lint/correctness/useExhaustiveDependencies: only other rows move anything
  useLayoutEffect(() => {
    const old = before.current;
    before.current = rows;
    const element = scroller.current;
    if (!element || old === rows || old.length === 0) return;
    const isAtTop = element.scrollTop < topSlack;
    const shift = isAtTop ? 0 : shiftOf(old, rows, Math.floor(element.scrollTop / rowHeight));
    if (shift) element.scrollTop += shift * rowHeight;
    const activeShift = isAtTop && activeRow === 0 ? 0 : shiftOf(old, rows, activeRow);
    if (activeShift) onActiveRow(activeRow + activeShift);
  }, [rows]);
}
