import { EyeOff } from 'lucide-react';
import { memo, useEffect, useRef, useState } from 'react';
import type { CompareLine } from '../../format/comparison.ts';
import { Cell } from './compare-cell.tsx';
import styles from './compare-page.module.css';
import { RunHead } from './run-head.tsx';
import type { Comparison } from './use-comparison.ts';

type Run = Comparison['runs'][number];
type Props = {
  runs: Comparison['runs'];
  lines: readonly CompareLine[];
  baseAt: number;
  /** Why a value was taken back, by `run key`. */
  retracted: ReadonlyMap<string, string>;
  isOld: boolean;
  onBase: (name: string) => void;
  onHide: (key: string) => void;
  /** Moves a run by so many places; false where there is none. */
  onStep: (run: Run, by: number) => boolean;
  /** Moves a run to the place of another. */
  onDrop: (run: Run, onto: Run) => void;
  onRemove: (run: Run) => void;
};

export function CompareTable(props: Props) {
  const { runs, lines, baseAt, retracted, isOld, onBase, onHide, onStep, onDrop, onRemove } = props;
  const [dragged, setDragged] = useState<Run | null>(null);
  // A column that moves loses the focus on its way: who moves it by keys goes on from there.
  const stepped = useRef<string | null>(null);
  const step = (run: Run, by: number) => {
    if (onStep(run, by)) stepped.current = run.id;
  };
  // biome-ignore lint/correctness/useExhaustiveDependencies: it is the order of the runs that moves a column
  useEffect(() => {
    if (stepped.current) document.getElementById(`move-${stepped.current}`)?.focus();
    stepped.current = null;
  }, [runs]);
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls, and must do so by keys as well
    <section className={styles.scroller} data-old={isOld} tabIndex={0} aria-label="Comparison">
      <table className={styles.table}>
        <thead>
          <tr>
            <th scope="col" className={styles.keyHead}>
              key
            </th>
            {runs.map((run, at) => (
              <RunHead
                key={run.id}
                run={run}
                isBase={at === baseAt}
                onBase={() => onBase(run.name)}
                onRemove={() => onRemove(run)}
                onStep={(by) => step(run, by)}
                onDragStart={() => setDragged(run)}
                onDragOver={(event) => dragged && event.preventDefault()}
                onDrop={() => dragged && dragged.id !== run.id && onDrop(dragged, run)}
                onDragEnd={() => setDragged(null)}
              />
            ))}
          </tr>
        </thead>
        <tbody>
          {lines.map((line) => (
            <Line key={line.id} line={line} runs={runs} baseAt={baseAt} retracted={retracted} onHide={onHide} />
          ))}
        </tbody>
      </table>
    </section>
  );
}

type LineProps = Pick<Props, 'runs' | 'baseAt' | 'retracted' | 'onHide'> & { line: CompareLine };

const Line = memo(function Line({ line, runs, baseAt, retracted, onHide }: LineProps) {
  const isLeaf = line.path.length > 0;
  return (
    <tr data-differs={line.differs} data-leaf={isLeaf}>
      <th scope="row">
        <span className={styles.key}>
          <bdi>{isLeaf ? line.path.join(' › ') : line.key}</bdi>
          {!isLeaf && (
            <button
              type="button"
              aria-label={`Hide ${line.key}`}
              title="Hide this key"
              onClick={() => onHide(line.key)}
            >
              <EyeOff size={12} />
            </button>
          )}
        </span>
      </th>
      {line.cells.map((cell, at) => (
        <td key={runs[at]!.id} data-base={at === baseAt}>
          {line.isHead && cell.kind === 'value' ? (
            <span className={styles.faint}>{'{…}'}</span>
          ) : (
            <Cell
              cell={cell}
              base={at === baseAt ? undefined : line.cells[baseAt]}
              reason={isLeaf ? undefined : retracted.get(`${runs[at]!.id} ${line.key}`)}
            />
          )}
        </td>
      ))}
    </tr>
  );
});
