import { type RefObject, useCallback, useEffect, useState } from 'react';

const overscan = 8;

type Window = {
  readonly from: number;
  readonly to: number /** How many rows are in it, wherever it stands. */;
  readonly size: number;
};

/** Which of many rows of one height are in view of what scrolls them, and a few beyond; always as many. */
export function useWindow(scroller: RefObject<HTMLElement | null>, count: number, rowHeight: number): Window {
  const [from, setFrom] = useState(0);
  const [size, setSize] = useState(40);
  const measure = useCallback(() => {
    const element = scroller.current;
    if (element) setFrom(Math.max(0, Math.floor(element.scrollTop / rowHeight) - overscan));
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
  return { from: Math.min(from, count), to: Math.min(from + size, count), size };
}
