import { lazy, Suspense, useEffect, useMemo } from 'react';
import type { Column } from '../../filter/columns.ts';
import type { Filter } from '../../filter/tree.ts';
import { formatCount } from '../../format/time.ts';
import { passingRuns } from '../filter/brush.ts';
import type { Row } from './cells.ts';
import { measuresOf } from './measures.ts';

const Plots = lazy(() => import('../plots/plots.tsx'));

/** So many runs are drawn at most. */
const maxDots = 1_000;

type Props = {
  kind: 'parallel' | 'scatter';
  rows: readonly Row[];
  /** The columns that were chosen, by which the list was freed of conditions, and those of them that are shown. */
  columns: readonly Column[];
  shown: readonly Column[];
  filter: Filter;
  hasMore: boolean;
  x: string | undefined;
  y: string | undefined;
  onFilter: (filter: Filter) => void;
  onAxes: (axes: { x?: string; y?: string }) => void;
  onMore: () => void;
};

/** The runs of the list as a plot, whose axes are the columns of the table. */
export function PlotView(props: Props) {
  const { kind, rows, columns, shown, filter, hasMore, x, y, onFilter, onAxes, onMore } = props;
  useEffect(() => {
    if (rows.length < maxDots && hasMore) onMore();
  }, [rows.length, hasMore, onMore]);
  const dots = useMemo(() => rows.slice(0, maxDots), [rows]);
  const known = useMemo(() => measuresOf(columns, dots), [columns, dots]);
  const measures = useMemo(
    () => known.filter(({ text }) => shown.some((column) => column.text === text)),
    [known, shown],
  );
  const passing = useMemo(() => passingRuns(filter, known, dots.length), [filter, known, dots.length]);
  return (
    <Suspense fallback={null}>
      <Plots
        kind={kind}
        dots={dots}
        measures={measures}
        filter={filter}
        passing={passing}
        x={x}
        y={y}
        onFilter={onFilter}
        onAxes={onAxes}
      >
        {hasMore && <span>These are the first {formatCount(dots.length)} of the list.</span>}
      </Plots>
    </Suspense>
  );
}
