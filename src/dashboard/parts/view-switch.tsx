import { ChartScatter, ChartSpline, Rows3, SquareSplitHorizontal } from 'lucide-react';
import type { Change } from '../address/use-address.ts';
import quiet from './quiet.module.css';
import styles from './view-switch.module.css';

export type View = 'table' | 'parallel' | 'scatter';

const views: [view: View, title: string, icon: typeof Rows3][] = [
  ['table', 'Table', Rows3],
  ['parallel', 'Parallel', SquareSplitHorizontal],
  ['scatter', 'Scatter', ChartScatter],
];

/** The view that an address names. */
export function viewOf(text: string | undefined): View {
  return views.find(([view]) => view === text)?.[0] ?? 'table';
}

/** How the runs of the list are shown: in rows, or over the axes of their columns. */
export function ViewSwitch({ view, change, onCurves }: { view: View; change: Change; onCurves: () => void }) {
  const show = (next: View) => change({ view: next === 'table' ? undefined : next, x: undefined, y: undefined });
  return (
    <fieldset className={styles.views}>
      <legend className="visually-hidden">View</legend>
      {views.map(([name, title, Icon]) => (
        <button
          key={name}
          type="button"
          className={quiet.quiet}
          aria-pressed={name === view}
          onClick={() => show(name)}
        >
          <Icon size={14} /> <span>{title}</span>
        </button>
      ))}
      <button
        type="button"
        className={quiet.quiet}
        onClick={onCurves}
        title="Curves of what is selected, else of the first runs (p)"
      >
        <ChartSpline size={14} /> <span>Curves</span>
      </button>
    </fieldset>
  );
}
