import { useEffect, useRef, useState } from 'react';
import uPlot from 'uplot';
import 'uplot/dist/uPlot.min.css';
import { formatDuration, formatNumber } from '../../format/time.ts';
import { cssColour } from '../parts/colours.ts';
import { faint, looksOf } from './colours.ts';
import styles from './curves-page.module.css';
import type { Axis, Table } from './points.ts';

type Props = {
  table: Table;
  /** The names of the lines, in the order of the columns. */
  names: readonly string[];
  /** The place of each line's run, which gives its colour. */
  places: readonly number[];
  axis: Axis;
  isLog: boolean;
  isSmooth: boolean;
  lifted: number | null;
  theme: number;
  height: number;
  onZoom: (from: number, to: number) => void;
  onReset: () => void;
};

/** One chart, drawn by uPlot; drawn anew only when what it is changes, and fed where only its numbers do. */
export function Chart({ table, names, places, axis, isLog, isSmooth, lifted, theme, height, onZoom, onReset }: Props) {
  const place = useRef<HTMLDivElement>(null);
  const plot = useRef<uPlot | null>(null);
  const latest = useRef({ table, onZoom, onReset });
  latest.current = { table, onZoom, onReset };
  const [reading, setReading] = useState('');
  const shape = JSON.stringify([names, places, axis, isLog, isSmooth, theme, height]);
  // biome-ignore lint/correctness/useExhaustiveDependencies: the shape says when another chart is needed
  useEffect(() => {
    const element = place.current!;
    const chart = new uPlot(optionsOf(element.clientWidth), latest.current.table, element);
    plot.current = chart;
    const observer = new ResizeObserver(() => chart.setSize({ width: element.clientWidth, height }));
    observer.observe(element);
    const reset = () => latest.current.onReset();
    chart.over.addEventListener('dblclick', reset);
    return () => {
      observer.disconnect();
      chart.destroy();
      plot.current = null;
    };
  }, [shape]);
  useEffect(() => {
    if (plot.current && plot.current.data !== table) plot.current.setData(table);
  }, [table]);
  useEffect(() => {
    const at = lifted === null ? -1 : places.indexOf(lifted);
    plot.current?.setSeries(at < 0 ? null : isSmooth ? at * 2 + 2 : at + 1, { focus: true });
  }, [lifted, places, isSmooth]);

  function optionsOf(width: number): uPlot.Options {
    const looks = looksOf(Math.max(0, ...places) + 1);
    const lines = places.flatMap((run, at): uPlot.Series[] => {
      const { colour, dash } = looks[run]!;
      const line = {
        label: names[at]!,
        stroke: colour,
        dash: [...dash],
        width: 1.5,
        spanGaps: true,
        points: { show: false },
      };
      return isSmooth
        ? [
            { ...line, stroke: faint(colour), width: 1 },
            { ...line, width: 2 },
          ]
        : [line];
    });
    const axes = {
      stroke: cssColour('--faint'),
      grid: { stroke: cssColour('--line'), width: 1 },
      ticks: { show: false },
      font: '11px "Inter Variable", system-ui, sans-serif',
    };
    return {
      width,
      height,
      padding: [8, 12, 0, 0],
      legend: { show: false },
      cursor: {
        sync: { key: 'curves' },
        focus: { prox: 24 },
        drag: { x: true, y: false, setScale: false },
        points: { size: 6 },
      },
      focus: { alpha: 0.25 },
      scales: { x: { time: axis === 'time' }, y: isLog ? { distr: 3 } : {} },
      series: [{}, ...lines],
      axes: [
        {
          ...axes,
          size: 28,
          ...(axis === 'since'
            ? { values: (_, splits) => splits.map((seconds) => formatDuration(seconds * 1_000)) }
            : {}),
        },
        {
          ...axes,
          size: 56,
          values: (_, splits) => splits.map((value) => (value === null ? '' : formatNumber(value))),
        },
      ],
      hooks: {
        setSelect: [
          (chart) => {
            const { left, width: selected } = chart.select;
            if (selected < 4) return;
            latest.current.onZoom(chart.posToVal(left, 'x'), chart.posToVal(left + selected, 'x'));
            chart.setSelect({ left: 0, top: 0, width: 0, height: 0 }, false);
          },
        ],
        setLegend: [
          (chart) => {
            const index = chart.cursor.idx;
            const focused = chart.series.findIndex(
              (one, at) => at > 0 && (one as { _focus?: boolean })._focus === true,
            );
            const value = index == null || focused < 0 ? null : chart.data[focused]?.[index];
            setReading(value == null ? '' : `${String(chart.series[focused]!.label)} · ${formatNumber(value)}`);
          },
        ],
      },
    };
  }
  return (
    <>
      <p className={styles.reading} aria-hidden="true">
        <bdi>{reading}</bdi>
      </p>
      <div ref={place} className={styles.plot} style={{ height }} />
    </>
  );
}
