import { type PointerEvent, useCallback, useMemo, useState } from 'react';
import type { Filter } from '../../filter/tree.ts';
import type { Choice } from '../filter/brush.ts';
import { type Axis, type Dot, placeOf } from './axes.ts';
import { AxisRail } from './axis-rail.tsx';
import { Canvas, type Size } from './canvas.tsx';
import { nearestLine } from './nearest.ts';
import styles from './plots.module.css';
import { shades, useInks } from './use-inks.ts';

export type PlotProps = {
  dots: readonly Dot[];
  axes: readonly Axis[];
  filter: Filter;
  /** Which of the runs pass, in their order. */
  passing: readonly boolean[];
  /** The run under the pointer. */
  pointed: number | null;
  /** On each of these axes this passes; with null, all. */
  onChoice: (choices: readonly (readonly [Axis, Choice | null])[]) => void;
  onMenu: (axis: Axis, element: HTMLElement) => void;
  onPoint: (dot: number | null) => void;
  onOpen: (dot: number) => void;
};

const margin = { top: 44, bottom: 40, side: 72 };
/** Axes that are nearer to each other cannot be told apart. */
const leastGap = 96;
/** Where runs without a value pass: below the axis. */
const nothingBelow = 20;

/** One line a run over all axes; dragging along an axis chooses what passes. */
export function Parallel({ dots, axes, filter, passing, pointed, onChoice, onMenu, onPoint, onOpen }: PlotProps) {
  const [size, setSize] = useState<Size>({ width: 0, height: 0 });
  const inks = useInks();
  const length = Math.max(1, size.height - margin.top - margin.bottom);
  const gap = Math.max(0, size.width - 2 * margin.side) / Math.max(1, axes.length - 1);
  const xs = useMemo(() => axes.map((_, at) => margin.side + at * gap), [axes, gap]);
  const places = useMemo(() => dots.map((_, dot) => axes.map((axis) => placeOf(axis, axis.values[dot]))), [dots, axes]);
  const lines = useMemo(
    () =>
      places.map((line) =>
        line.map((place) => margin.top + (place === null ? length + nothingBelow : (1 - place) * length)),
      ),
    [places, length],
  );
  const draw = useCallback(
    (context: CanvasRenderingContext2D, { width, height }: Size) => {
      context.clearRect(0, 0, width, height);
      const stroke = (dot: number) => {
        context.beginPath();
        for (const [at, y] of lines[dot]!.entries()) {
          if (at === 0) context.moveTo(xs[at]!, y);
          else context.lineTo(xs[at]!, y);
        }
        context.stroke();
      };
      context.lineWidth = 1;
      context.strokeStyle = inks.out;
      for (const dot of dots.keys()) if (!passing[dot]) stroke(dot);
      context.globalAlpha = dots.length > 200 ? 0.5 : 0.85;
      context.lineWidth = dots.length > 200 ? 1 : 1.5;
      for (const dot of dots.keys()) {
        if (!passing[dot]) continue;
        const last = places[dot]!.at(-1) ?? 0;
        context.strokeStyle = inks.shades[Math.min(shades - 1, Math.floor(last * shades))]!;
        stroke(dot);
      }
      context.globalAlpha = 1;
      if (pointed === null || !lines[pointed]) return;
      context.lineWidth = 2.5;
      context.strokeStyle = inks.text;
      stroke(pointed);
    },
    [dots, lines, xs, places, passing, pointed, inks],
  );
  const onMove = (event: PointerEvent<HTMLDivElement>) => {
    const { left, top } = event.currentTarget.getBoundingClientRect();
    // Where its place is narrow, it has been scrolled.
    const x = event.clientX - left + event.currentTarget.scrollLeft;
    onPoint(event.buttons > 0 ? null : nearestLine(lines, xs, x, event.clientY - top));
  };
  return (
    <div
      className={styles.plot}
      onPointerMove={onMove}
      onPointerLeave={() => onPoint(null)}
      onClick={() => pointed !== null && onOpen(pointed)}
    >
      <Canvas
        label={`${dots.length} runs as lines over ${axes.map(({ title }) => title).join(', ')}`}
        draw={draw}
        onSize={setSize}
        minWidth={2 * margin.side + (axes.length - 1) * leastGap}
      >
        {axes.map((axis, at) => (
          <AxisRail
            key={axis.text}
            axis={axis}
            filter={filter}
            left={xs[at]!}
            top={margin.top}
            length={length}
            nothingBelow={nothingBelow}
            onChoice={onChoice}
            onMenu={onMenu}
          />
        ))}
      </Canvas>
    </div>
  );
}
