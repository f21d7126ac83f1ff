import { lazy, Suspense, useEffect, useMemo } from 'react';
import type { Column } from '../../filter/columns.ts';
import type { Filter } from '../../filter/tree.ts';
import { formatCount } from '../../format/time.ts';
import type { Row } from './cells.ts';
import { measuresOf } from './measures.ts';

const Plots = lazy(() => import('../plots/plots.tsx'));

/** So many runs are drawn at most. */
const maxDots = 1_000;

type Props = {
  kind: 'parallel' | 'scatter';
  rows: readonly Row[];
  columns: readonly Column[];
  filter: Filter;
  hasMore: boolean;
  x: string | undefined;
  y: string | undefined;
  onFilter: (filter: Filter) => void;
  onAxes: (axes: { x?: string; y?: string }) => void;
  onMore: () => void;
};

/** The runs of the list as a plot, whose axes are the columns of the table. */
export function PlotView({ kind, rows, columns, filter, hasMore, x, y, onFilter, onAxes, onMore }: Props) {
  useEffect(() => {
    if (rows.length < maxDots && hasMore) onMore();
  }, [rows.length, hasMore, onMore]);
  const dots = useMemo(() => rows.slice(0, maxDots), [rows]);
  const measures = useMemo(() => measuresOf(columns, dots), [columns, dots]);
  return (
    <Suspense fallback={null}>
      <Plots
        kind={kind}
        dots={dots}
        measures={measures}
        filter={filter}
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
