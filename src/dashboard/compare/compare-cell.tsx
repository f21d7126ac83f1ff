import { type CompareCell, deltaOf } from '../../format/comparison.ts';
import styles from './compare-page.module.css';

type Props = {
  cell: CompareCell;
  /** What stands under the same key of the base; undefined for the base itself. */
  base: CompareCell | undefined;
  /** Why the value was taken back, where it was. */
  reason: string | undefined;
};

/** A value, and how it stands to that of the base; or one of the four kinds of nothing. */
export function Cell({ cell, base, reason }: Props) {
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
