import { Undo2 } from 'lucide-react';
import { useState } from 'react';
import { shorten } from '../../format/shorten.ts';
import { formatCount, formatMoment, formatNumber } from '../../format/time.ts';
import { printRefs } from '../address/names.ts';
import { writeSearch } from '../address/search.ts';
import { useViewer } from '../api/viewer.ts';
import { Plot } from '../entries/plot.tsx';
import { Button } from '../parts/controls.tsx';
import { Exact } from '../parts/exact.tsx';
import { Link } from '../parts/link.tsx';
import { Trouble } from '../parts/trouble.tsx';
import styles from './history.module.css';
import { RetractDialog } from './retract-dialog.tsx';
import { type HistoryEntry, useCurve, useHistory, withBefore } from './use-history.ts';

/** How a value came to be what it is: the plot where it is a number, and every entry with what it replaced. */
export function History({ run, name, entryKey }: { run: string; name: string; entryKey: string }) {
  const { query, entries, total } = useHistory(run, entryKey);
  const { mayChange } = useViewer();
  const [retracting, setRetracting] = useState<HistoryEntry | null>(null);
  const { data: curve } = useCurve(run, entryKey);
  const byIteration = curve?.points.every(({ iteration }) => iteration !== null) ?? false;
  const line = (curve?.points ?? []).map(({ value, iteration, loggedAt }) => ({
    x: byIteration ? Number(iteration) : Date.parse(loggedAt),
    y: Number(value),
  }));
  return (
    <div className={styles.history}>
      <header className={styles.header}>
        <h2>
          History of <bdi>{entryKey}</bdi>
        </h2>
        {total !== undefined && (
          <span>
            {formatCount(total)} {total === 1 ? 'entry' : 'entries'}
          </span>
        )}
        {curve && curve.total > 1 && (
          <Link
            to={`/curves${writeSearch({ runs: printRefs([name]), y: printRefs([entryKey]) })}`}
            className={styles.curves}
          >
            as a curve
          </Link>
        )}
      </header>
      <Trouble asked={query} />
      {curve && curve.total > curve.points.length && (
        <p className={styles.none}>
          {formatCount(curve.points.length)} of {formatCount(curve.total)} logged points, peaks kept
        </p>
      )}
      <Plot points={line} label={`${entryKey} over ${byIteration ? 'iterations' : 'time'}`} />
      {query.isSuccess && entries.length === 0 && <p className={styles.none}>Nothing stands under this key.</p>}
      {entries.length > 0 && (
        <table className={styles.table}>
          <thead>
            <tr>
              <th>entry</th>
              <th>logged</th>
              <th>by</th>
              <th className={styles.number}>iteration</th>
              <th>value</th>
              <th>change</th>
              <th>
                <span className="visually-hidden">actions</span>
              </th>
            </tr>
          </thead>
          <tbody>
            {withBefore(entries).map(({ entry, before }) => (
              <Line key={entry.id} entry={entry} before={before} onRetract={mayChange ? setRetracting : undefined} />
            ))}
          </tbody>
        </table>
      )}
      {query.hasNextPage && (
        <Button disabled={query.isFetchingNextPage} onClick={() => void query.fetchNextPage()}>
          Older entries
        </Button>
      )}
      {retracting && <RetractDialog entry={retracting} onClose={() => setRetracting(null)} />}
    </div>
  );
}

type LineProps = {
  entry: HistoryEntry;
  before: HistoryEntry | undefined /** Undefined for who may not. */;
  onRetract: ((entry: HistoryEntry) => void) | undefined;
};

function Line({ entry, before, onRetract }: LineProps) {
  return (
    <tr>
      <td className={styles.faint}>{entry.id}</td>
      <td className={styles.faint}>
        <time dateTime={entry.loggedAt}>{formatMoment(entry.loggedAt)}</time>
      </td>
      <td>
        <bdi>{entry.step ? entry.step.name : 'run'}</bdi>
        {entry.step && <span className={styles.faint}> · {entry.step.attempt}</span>}
      </td>
      <td className={styles.number}>{entry.iteration === null ? '' : String(entry.iteration)}</td>
      {entry.retraction ? (
        <td colSpan={3} className={styles.reason}>
          <s>value erased</s> taken back {formatMoment(entry.retraction.retractedAt)}: “
          <bdi>{entry.retraction.reason}</bdi>”
        </td>
      ) : (
        <>
          <td>
            <Exact value={entry.value} open={false} />
          </td>
          <td className={styles.faint}>
            <Change entry={entry} before={before} />
          </td>
          <td>
            {onRetract && (
              <Button
                look="plain"
                className={styles.retract}
                onClick={() => onRetract(entry)}
                aria-label={`Retract entry ${entry.id}`}
                title="Take back"
              >
                <Undo2 size={13} />
              </Button>
            )}
          </td>
        </>
      )}
    </tr>
  );
}

/** More of a value than that is not shown of what it was, and became. */
const maxText = 24;

function Change({ entry, before }: { entry: HistoryEntry; before: HistoryEntry | undefined }) {
  if (!before) return <>first</>;
  if (before.display === entry.display) return <>the same</>;
  const delta = entry.number !== null && before.number !== null ? Number(entry.number) - Number(before.number) : null;
  return (
    <>
      <bdi>{shorten(before.display, maxText)}</bdi> → <bdi>{shorten(entry.display, maxText)}</bdi>
      {delta !== null && delta !== 0 && (
        <span className={styles.delta}>{(delta > 0 ? '+' : '−') + formatNumber(Math.abs(delta))}</span>
      )}
    </>
  );
}
