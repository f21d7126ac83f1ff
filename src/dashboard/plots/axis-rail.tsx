import { type PointerEvent, useState } from 'react';
import type { Filter } from '../../filter/tree.ts';
import { shorten } from '../../format/shorten.ts';
import { type Axis, choiceOf, ticksOf } from './axes.ts';
import { bandsOf } from './bands.ts';
import type { PlotProps } from './parallel.tsx';
import styles from './plots.module.css';

type Props = Pick<PlotProps, 'onChoice' | 'onMenu'> & {
  axis: Axis;
  filter: Filter;
  left: number;
  top: number;
  length: number;
  /** How far below it runs without a value pass. */
  nothingBelow: number;
};

/** One can begin to drag a little beyond the ends of an axis: what stands at its very end is meant, too. */
const beyond = 8;

/** An axis that stands: its name opens what passes, dragging along it chooses, a press lets all pass again. */
export function AxisRail({ axis, filter, left, top, length, nothingBelow, onChoice, onMenu }: Props) {
  const [drag, setDrag] = useState<{ from: number; to: number } | null>(null);
  const placeAt = (event: PointerEvent<Element>) => {
    const place = 1 - (event.clientY - event.currentTarget.getBoundingClientRect().top - beyond) / length;
    return Math.max(0, Math.min(1, place));
  };
  const release = () => {
    if (!drag) return;
    const isPress = Math.abs(drag.from - drag.to) * length < 4;
    onChoice([[axis, isPress ? null : choiceOf(axis, drag.from, drag.to)]]);
    setDrag(null);
  };
  return (
    <>
      <button
        type="button"
        className={styles.axisTitle}
        style={{ left }}
        title={`${axis.title}: choose what passes`}
        onClick={(event) => {
          event.stopPropagation();
          onMenu(axis, event.currentTarget);
        }}
      >
        <bdi>{axis.title}</bdi>
        {axis.scale.kind === 'number' && axis.scale.isLog && <small> log</small>}
      </button>
      <svg className={styles.over} aria-hidden="true">
        <g transform={`translate(${left} ${top})`}>
          <line y2={length} />
          {ticksOf(axis).map(({ place, label }) => (
            <text key={place} x={-8} y={(1 - place) * length + 4} textAnchor="end">
              {shorten(label, 12)}
            </text>
          ))}
          <text x={-8} y={length + nothingBelow + 4} textAnchor="end">
            –
          </text>
          {(drag ? [drag] : bandsOf(axis, filter)).map(({ from, to }) => (
            <rect
              key={from}
              x={-7}
              width={14}
              y={(1 - Math.max(from, to)) * length}
              height={Math.max(2, Math.abs(to - from) * length)}
            />
          ))}
        </g>
      </svg>
      <div
        className={styles.rail}
        data-axis={axis.text}
        style={{ left: left - 14, top: top - beyond, height: length + 2 * beyond }}
        onClick={(event) => event.stopPropagation()}
        onPointerDown={(event) => {
          event.currentTarget.setPointerCapture(event.pointerId);
          const from = placeAt(event);
          setDrag({ from, to: from });
        }}
        onPointerMove={(event) => drag && setDrag({ ...drag, to: placeAt(event) })}
        onPointerUp={release}
        onPointerCancel={() => setDrag(null)}
      />
    </>
  );
}
