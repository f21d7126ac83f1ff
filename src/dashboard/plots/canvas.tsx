import { type ReactNode, useEffect, useRef, useState } from 'react';
import styles from './plots.module.css';

export type Size = { readonly width: number; readonly height: number };

type Props = {
  label: string;
  /** Draws everything; called again whenever it is another function, or the size another. */
  draw: (context: CanvasRenderingContext2D, size: Size) => void;
  onSize: (size: Size) => void;
  /** So wide it is at least, in pixels: where its place is narrower, it scrolls. */
  minWidth: number;
  children: ReactNode;
};

/** A canvas as large as its place, as sharp as the screen, and what lies over it. */
export function Canvas({ label, draw, onSize, minWidth, children }: Props) {
  const place = useRef<HTMLDivElement>(null);
  const canvas = useRef<HTMLCanvasElement>(null);
  const [size, setSize] = useState<Size | null>(null);
  useEffect(() => {
    const element = place.current!;
    const observer = new ResizeObserver(() => {
      const next = { width: element.clientWidth, height: element.clientHeight };
      setSize(next);
      onSize(next);
    });
    observer.observe(element);
    return () => observer.disconnect();
  }, [onSize]);
  useEffect(() => {
    const context = canvas.current?.getContext('2d');
    if (!context || !size) return;
    const ratio = window.devicePixelRatio;
    canvas.current!.width = size.width * ratio;
    canvas.current!.height = size.height * ratio;
    context.scale(ratio, ratio);
    draw(context, size);
  }, [draw, size]);
  return (
    <div ref={place} className={styles.place} style={{ minWidth }}>
      <canvas ref={canvas} role="img" aria-label={label} />
      {size && children}
    </div>
  );
}
