import { useEffect, useMemo, useRef, useState } from 'react';
import { formatCount, formatNumber } from '../../format/time.ts';
import { Button } from '../parts/controls.tsx';
import { Chart } from './chart.tsx';
import styles from './curves-page.module.css';
import { type Axis, type Curve, tableOf } from './points.ts';

type Props = {
  title: string;
  curves: readonly Curve[];
  /** Ids of runs, in the order that gives the colours. */
  order: readonly string[];
  axis: Axis;
  ema: number;
  isLog: boolean;
  isZoomed: boolean;
  lifted: number | null;
  theme: number;
  /** Of the chart, in pixels. */
  height: number;
  onZoom: (from: number, to: number) => void;
  onReset: () => void;
  onDrop: () => void;
};

/** The curves of one key. It is drawn once it comes into view. */
export function CurveCard({
  title,
  curves,
  order,
  axis,
  ema,
  isLog,
  isZoomed,
  lifted,
  theme,
  height,
  onZoom,
  onReset,
  onDrop,
}: Props) {
  const [isSeen, setSeen] = useState(false);
  const card = useRef<HTMLElement>(null);
  useEffect(() => {
    const observer = new IntersectionObserver(([entry]) => entry?.isIntersecting && setSeen(true), {
      rootMargin: '200px',
    });
    observer.observe(card.current!);
    return () => observer.disconnect();
  }, []);
  const table = useMemo(() => tableOf(curves, axis, ema, isLog), [curves, axis, ema, isLog]);
  const places = useMemo(() => curves.map(({ run }) => order.indexOf(run.id)), [curves, order]);
  const names = useMemo(() => curves.map(({ run }) => run.name), [curves]);
  const shown = curves.reduce((sum, { points }) => sum + points.length, 0);
  const total = curves.reduce((sum, curve) => sum + curve.total, 0);
  const low = Math.min(...curves.map(({ min }) => Number(min ?? Number.POSITIVE_INFINITY)));
  const high = Math.max(...curves.map(({ max }) => Number(max ?? Number.NEGATIVE_INFINITY)));
  return (
    <section ref={card} className={styles.card} aria-label={title}>
      <header>
        <h2>
          <bdi>{title}</bdi>
        </h2>
        {isZoomed && (
          <Button look="plain" onClick={onReset}>
            whole axis
          </Button>
        )}
        <Button look="plain" onClick={onDrop} aria-label={`Take ${title} away`}>
          ✕
        </Button>
      </header>
      {curves.length === 0 ? (
        <p className={styles.none}>
          None of these runs has numbers under this key{isZoomed ? ' in this part of the axis' : ''}.
        </p>
      ) : isSeen ? (
        <Chart
          table={table}
          names={names}
          places={places}
          axis={axis}
          isLog={isLog}
          isSmooth={ema > 0}
          lifted={lifted}
          theme={theme}
          height={height}
          onZoom={onZoom}
          onReset={onReset}
        />
      ) : (
        <div style={{ height: height + 16 }} />
      )}
      {curves.length > 0 && (
        <p className={styles.count}>
          {shown < total
            ? `${formatCount(shown)} of ${formatCount(total)} logged points, peaks kept`
            : `all ${formatCount(total)} logged points`}{' '}
          · min {formatNumber(low)} · max {formatNumber(high)}
        </p>
      )}
    </section>
  );
}
