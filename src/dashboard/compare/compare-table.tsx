import { EyeOff, Star, X } from 'lucide-react';
import { memo, useState } from 'react';
import { type CompareCell, type CompareLine, deltaOf } from '../../format/comparison.ts';
import { runPath } from '../address/routes.ts';
import type { CompareQuery } from '../generated/operations.ts';
import { Link } from '../parts/link.tsx';
import { StatusMark } from '../parts/status.tsx';
import styles from './compare-page.module.css';

type Props = {
  runs: CompareQuery['compareRuns']['runs'];
  lines: readonly CompareLine[];
  baseAt: number;
  /** Why a value was taken back, by `run key`. */
  retracted: ReadonlyMap<string, string>;
  isOld: boolean;
  onBase: (name: string) => void;
  onHide: (key: string) => void;
  onOrder: (from: number, to: number) => void;
  onRemove: (at: number) => void;
};

export function CompareTable({ runs, lines, baseAt, retracted, isOld, onBase, onHide, onOrder, onRemove }: Props) {
  const [dragged, setDragged] = useState<number | null>(null);
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
              <th
                key={run.id}
                scope="col"
                draggable
                data-base={at === baseAt}
                onDragStart={() => setDragged(at)}
                onDragOver={(event) => dragged !== null && event.preventDefault()}
                onDrop={() => dragged !== null && dragged !== at && onOrder(dragged, at)}
                onDragEnd={() => setDragged(null)}
              >
                <span className={styles.run}>
                  <StatusMark status={run.status} bare />
                  <Link to={runPath(run)} title={run.name}>
                    <bdi>{run.name}</bdi>
                  </Link>
                  <button
                    type="button"
                    aria-pressed={at === baseAt}
                    aria-label={`Make ${run.name} the base`}
                    title="The base, to which the others are compared"
                    onClick={() => onBase(run.name)}
                  >
                    <Star size={13} fill={at === baseAt ? 'currentColor' : 'none'} />
                  </button>
                  <button type="button" aria-label={`Take ${run.name} out`} onClick={() => onRemove(at)}>
                    <X size={13} />
                  </button>
                </span>
              </th>
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

function Cell({
  cell,
  base,
  reason,
}: {
  cell: CompareCell;
  base: CompareCell | undefined;
  reason: string | undefined;
}) {
  if (reason !== undefined)
    return (
      <s className={styles.retracted} title={`Taken back: ${reason}`}>
        retracted
      </s>
    );
  if (cell.kind === 'missing') {
    return (
      <span className={styles.missing} title="Never logged by this run">
        <span aria-hidden="true">–</span>
        <span className="visually-hidden">not logged</span>
      </span>
    );
  }
  if (cell.kind === 'null')
    return (
      <code className={styles.null} title="null was logged">
        null
      </code>
    );
  if (cell.kind === 'nan')
    return (
      <code className={styles.nan} title="Not a number was logged">
        NaN
      </code>
    );
  const delta = deltaOf(cell, base);
  return (
    <span className={styles.cell} title={cell.exact}>
      <bdi>{cell.text}</bdi>
      {delta !== null && (
        <span className={styles.delta} data-same={delta === '='}>
          {delta}
        </span>
      )}
    </span>
  );
}
