import { type ReactNode, useMemo, useState } from 'react';
import { navigate } from 'wouter/use-browser-location';
import type { Filter } from '../../filter/tree.ts';
import { formatCount, formatNumber } from '../../format/time.ts';
import { runPath } from '../address/routes.ts';
import { stretchOf, withChoice } from '../filter/brush.ts';
import { type Axis, axisOf, type Dot, type Measure } from './axes.ts';
import { AxisMenu } from './axis-menu.tsx';
import { AxisPicker } from './axis-picker.tsx';
import { Parallel } from './parallel.tsx';
import styles from './plots.module.css';
import { Scatter } from './scatter.tsx';

type Props = {
  kind: 'parallel' | 'scatter';
  dots: readonly Dot[];
  measures: readonly Measure[];
  filter: Filter;
  /** Which of the runs pass, in their order: by these axes, and by whatever else is known of them. */
  passing: readonly boolean[];
  /** The measures of a scatter, as they stand in the address. */
  x: string | undefined;
  y: string | undefined;
  onFilter: (filter: Filter) => void;
  onAxes: (axes: { x?: string; y?: string }) => void;
  children?: ReactNode;
};

/** Runs over the axes of what they logged. What is chosen on an axis becomes a condition of the filter. */
export default function Plots(props: Props) {
  const { kind, dots, measures, filter, passing, x, y, onFilter, onAxes, children } = props;
  const all = useMemo(() => measures.flatMap((measure) => axisOf(measure) ?? []), [measures]);
  const axes = useMemo(() => (kind === 'parallel' ? all : twoOf(all, x, y)), [kind, all, x, y]);
  // Its id: while it is pointed at, runs may come and go before it.
  const [pointedId, setPointedId] = useState<string | null>(null);
  const at = pointedId === null ? -1 : dots.findIndex(({ id }) => id === pointedId);
  const pointed = at < 0 ? null : at;
  const [menu, setMenu] = useState<{ axis: Axis; place: DOMRect } | null>(null);
  if (axes.length < 2)
    return (
      <p className={styles.none}>
        A plot needs two columns with numbers, or with few different texts. Choose them under Columns (e).
      </p>
    );
  const count = passing.filter(Boolean).length;
  const shown = pointed === null ? undefined : dots[pointed];
  const plot = {
    dots,
    axes,
    filter,
    passing,
    pointed,
    onChoice: (choices: readonly (readonly [Axis, Parameters<typeof withChoice>[2]])[]) =>
      onFilter(choices.reduce((next, [axis, choice]) => withChoice(next, axis.target, choice), filter)),
    onMenu: (axis: Axis, element: HTMLElement) => setMenu({ axis, place: element.getBoundingClientRect() }),
    onPoint: (dot: number | null) => setPointedId(dot === null ? null : dots[dot]!.id),
    onOpen: (dot: number) => navigate(runPath(dots[dot]!)),
  };
  return (
    <section className={styles.plots} aria-label={kind === 'parallel' ? 'Parallel coordinates' : 'Scatter plot'}>
      <header className={styles.header}>
        {kind === 'scatter' && <AxisPicker axes={all} x={axes[0]!} y={axes[1]!} onAxes={onAxes} />}
        <span role="status">
          {formatCount(count)} of {formatCount(dots.length)} runs pass
        </span>
        {children}
        <span className={styles.reading}>
          {shown ? (
            <>
              <strong>
                <bdi>{shown.name}</bdi>
              </strong>{' '}
              {axes.map(({ title, values }) => `${title} ${textOf(values[pointed!])}`).join(' · ')}
            </>
          ) : kind === 'parallel' ? (
            <>
              Drag along an axis to filter. <Scale title={axes.at(-1)!.title} />
            </>
          ) : (
            'Drag a rectangle to filter. Colours are states.'
          )}
        </span>
      </header>
      {kind === 'parallel' ? <Parallel {...plot} /> : <Scatter {...plot} />}
      {menu && (
        <AxisMenu
          axis={menu.axis}
          stretch={stretchOf(filter, menu.axis.target)}
          filter={filter}
          place={menu.place}
          onChoice={(choice) => plot.onChoice([[menu.axis, choice]])}
          onClose={() => setMenu(null)}
        />
      )}
    </section>
  );
}

/** The two axes of a scatter: those that were asked for, else the last of numbers over the first. */
function twoOf(all: readonly Axis[], x: string | undefined, y: string | undefined): readonly Axis[] {
  const numbers = all.filter(({ scale }) => scale.kind === 'number');
  const find = (text: string | undefined) => all.find((axis) => axis.text === text);
  const across = find(x) ?? numbers[0] ?? all[0];
  const up = find(y) ?? numbers.findLast((axis) => axis !== across) ?? all.find((axis) => axis !== across);
  return across && up ? [across, up] : [];
}

function textOf(value: Measure['values'][number]): string {
  if (value === undefined) return '–';
  return typeof value === 'number' ? formatNumber(value) : String(value);
}

function Scale({ title }: { title: string }) {
  return (
    <span className={styles.scale}>
      little <i aria-hidden="true" /> much <bdi>{title}</bdi>
    </span>
  );
}
