import { type RefObject, useCallback, useEffect, useState } from 'react';

const overscan = 8;

type Span = { readonly from: number; readonly to: number };

/** Which of many rows of one height are in view of what scrolls them, and a few beyond. */
export function useWindow(scroller: RefObject<HTMLElement | null>, count: number, rowHeight: number): Span {
  const [span, setSpan] = useState<Span>({ from: 0, to: 40 });
  const measure = useCallback(() => {
    const element = scroller.current;
    if (!element) return;
    const from = Math.max(0, Math.floor(element.scrollTop / rowHeight) - overscan);
    const to = Math.ceil((element.scrollTop + element.clientHeight) / rowHeight) + overscan;
    setSpan((old) => (old.from === from && old.to === to ? old : { from, to }));
  }, [scroller, rowHeight]);
  useEffect(() => {
    const element = scroller.current;
    if (!element) return;
    measure();
    const observer = new ResizeObserver(measure);
    observer.observe(element);
    element.addEventListener('scroll', measure, { passive: true });
    return () => {
      observer.disconnect();
      element.removeEventListener('scroll', measure);
    };
  }, [scroller, measure]);
  return { from: Math.min(span.from, count), to: Math.min(span.to, count) };
}
