import { type PointerEvent, useCallback, useMemo, useState } from 'react';
import { choiceOf, placeOf, ticksOf } from './axes.ts';
import { bandsOf } from './bands.ts';
import { Canvas, type Size } from './canvas.tsx';
import { nearestPoint } from './nearest.ts';
import type { PlotProps } from './parallel.tsx';
import styles from './plots.module.css';
import { useInks } from './use-inks.ts';

const margin = { top: 16, right: 24, bottom: 48, left: 84 };
type Corner = { readonly x: number; readonly y: number };

/** One point a run over two axes; a rectangle chooses what passes on both. */
export function Scatter({ dots, axes, filter, passing, pointed, onChoice, onMenu, onPoint, onOpen }: PlotProps) {
  const [x, y] = [axes[0]!, axes[1]!];
  const [size, setSize] = useState<Size>({ width: 0, height: 0 });
  const [drag, setDrag] = useState<{ from: Corner; to: Corner } | null>(null);
  const inks = useInks();
  const width = Math.max(1, size.width - margin.left - margin.right);
  const height = Math.max(1, size.height - margin.top - margin.bottom);
  const points = useMemo(
    () =>
      dots.map((_, dot): readonly [number, number] | null => {
        const [across, up] = [placeOf(x, x.values[dot]), placeOf(y, y.values[dot])];
        return across === null || up === null ? null : [margin.left + across * width, margin.top + (1 - up) * height];
      }),
    [dots, x, y, width, height],
  );
  const draw = useCallback(
    (context: CanvasRenderingContext2D, all: Size) => {
      context.clearRect(0, 0, all.width, all.height);
      const dot = (at: number, radius: number, ink: string) => {
        const point = points[at];
        if (!point) return;
        context.beginPath();
        context.fillStyle = ink;
        context.arc(point[0], point[1], radius, 0, 2 * Math.PI);
        context.fill();
      };
      const radius = dots.length > 400 ? 3 : 4;
      for (const at of dots.keys()) if (!passing[at]) dot(at, radius, inks.out);
      context.globalAlpha = dots.length > 400 ? 0.65 : 0.85;
      for (const at of dots.keys()) if (passing[at]) dot(at, radius, inks.states[dots[at]!.status] ?? inks.text);
      context.globalAlpha = 1;
      if (pointed !== null) dot(pointed, radius + 3, inks.text);
    },
    [dots, points, passing, pointed, inks],
  );
  const placeOfPointer = (event: PointerEvent<Element>): Corner => {
    const box = event.currentTarget.getBoundingClientRect();
    const limit = (value: number) => Math.max(0, Math.min(1, value));
    return { x: limit((event.clientX - box.left) / width), y: limit(1 - (event.clientY - box.top) / height) };
  };
  const release = () => {
    if (!drag) return;
    setDrag(null);
    const { from, to } = drag;
    if (Math.abs(from.x - to.x) * width < 4 && Math.abs(from.y - to.y) * height < 4) {
      if (pointed !== null) onOpen(pointed);
      return;
    }
    onChoice([
      [x, choiceOf(x, from.x, to.x)],
      [y, choiceOf(y, from.y, to.y)],
    ]);
  };
  const [across] = bandsOf(x, filter);
  const [up] = bandsOf(y, filter);
  const box = drag
    ? {
        left: Math.min(drag.from.x, drag.to.x),
        right: Math.max(drag.from.x, drag.to.x),
        low: Math.min(drag.from.y, drag.to.y),
        high: Math.max(drag.from.y, drag.to.y),
      }
    : (across || up) && { left: across?.from ?? 0, right: across?.to ?? 1, low: up?.from ?? 0, high: up?.to ?? 1 };
  return (
    <div className={styles.plot}>
      <Canvas
        label={`${dots.length} runs as points: ${y.title} over ${x.title}`}
        draw={draw}
        onSize={setSize}
        minWidth={320}
      >
        <svg className={styles.over} aria-hidden="true">
          <g transform={`translate(${margin.left} ${margin.top})`}>
            <line y2={height} />
            <line x2={width} y1={height} y2={height} />
            {ticksOf(x).map(({ place, label }) => (
              <text key={place} x={place * width} y={height + 16} textAnchor="middle">
                {label}
              </text>
            ))}
            {ticksOf(y).map(({ place, label }) => (
              <text key={place} x={-8} y={(1 - place) * height + 4} textAnchor="end">
                {label}
              </text>
            ))}
            {box && (
              <rect
                x={box.left * width}
                width={Math.max(2, (box.right - box.left) * width)}
                y={(1 - box.high) * height}
                height={Math.max(2, (box.high - box.low) * height)}
              />
            )}
          </g>
        </svg>
        <button type="button" className={styles.xTitle} onClick={(event) => onMenu(x, event.currentTarget)}>
          <bdi>{x.title}</bdi>
        </button>
        <button type="button" className={styles.yTitle} onClick={(event) => onMenu(y, event.currentTarget)}>
          <bdi>{y.title}</bdi>
        </button>
        <div
          className={styles.field}
          style={{ left: margin.left, top: margin.top, width, height }}
          onPointerDown={(event) => {
            event.currentTarget.setPointerCapture(event.pointerId);
            const from = placeOfPointer(event);
            setDrag({ from, to: from });
          }}
          onPointerMove={(event) => {
            const to = placeOfPointer(event);
            if (drag) setDrag({ ...drag, to });
            else onPoint(nearestPoint(points, margin.left + to.x * width, margin.top + (1 - to.y) * height));
          }}
          onPointerLeave={() => onPoint(null)}
          onPointerUp={release}
          onPointerCancel={() => setDrag(null)}
        />
      </Canvas>
    </div>
  );
}
