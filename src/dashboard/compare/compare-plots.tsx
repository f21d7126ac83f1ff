import { lazy, Suspense, useMemo } from 'react';
import { navigate } from 'wouter/use-browser-location';
import { printFilter } from '../../filter/print.ts';
import type { Filter } from '../../filter/tree.ts';
import type { CompareLine } from '../../format/comparison.ts';
import type { Params } from '../address/search.ts';
import { writeSearch } from '../address/search.ts';
import type { Change } from '../address/use-address.ts';
import { passingRuns } from '../filter/brush.ts';
import { useFilter } from '../filter/use-filter.ts';
import { Chips } from '../parts/chips.tsx';
import { Button } from '../parts/controls.tsx';
import styles from './compare-page.module.css';
import { measuresOf } from './measures.ts';
import type { Comparison } from './use-comparison.ts';

const Plots = lazy(() => import('../plots/plots.tsx'));

type Props = {
  kind: 'parallel' | 'scatter';
  runs: Comparison['runs'];
  lines: readonly CompareLine[];
  params: Params;
  change: Change;
  onKeep: (names: readonly string[]) => void;
};

/** Runs over the axes in which they differ. What is chosen there is a filter: for these runs, and for all there are. */
export function ComparePlots({ kind, runs, lines, params, change, onKeep }: Props) {
  const { measures, left } = useMemo(() => measuresOf(lines), [lines]);
  const text = params.q ?? '';
  const filter = useFilter(text);
  const setFilter = (next: Filter) => change({ q: printFilter(next) });
  const passing = useMemo(() => passingRuns(filter, measures, runs.length), [filter, measures, runs.length]);
  const kept = runs.filter((_, at) => passing[at]);
  return (
    <Suspense fallback={null}>
      <Plots
        kind={kind}
        dots={runs}
        measures={measures}
        filter={filter}
        passing={passing}
        x={params.x}
        y={params.y}
        onFilter={setFilter}
        onAxes={change}
      >
        <Chips filter={filter} onFilter={setFilter} />
        {text !== '' && (
          <>
            <Button
              disabled={kept.length === 0 || kept.length === runs.length}
              onClick={() => onKeep(kept.map(({ name }) => name))}
            >
              Keep only these
            </Button>
            <Button onClick={() => navigate(`/runs${writeSearch({ q: text })}`)}>All runs that pass</Button>
          </>
        )}
        {left > 0 && (
          <span className={styles.faint}>{left} more keys differ: hide some in the table to see others.</span>
        )}
      </Plots>
    </Suspense>
  );
}
