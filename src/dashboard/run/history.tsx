import { Undo2 } from 'lucide-react';
import { useState } from 'react';
import { Plot } from '../entries/plot.tsx';
import type { Entry } from '../entries/use-run.ts';
import { formatCount, formatMoment, formatNumber } from '../format/time.ts';
import { Button } from '../parts/controls.tsx';
import { Exact } from '../parts/exact.tsx';
import { Trouble } from '../parts/trouble.tsx';
import styles from './history.module.css';
import { RetractDialog } from './retract-dialog.tsx';
import { useHistory, withBefore } from './use-history.ts';

/** How a value came to be what it is: the plot where it is a number, and every entry with what it replaced. */
export function History({ run, entryKey }: { run: string; entryKey: string }) {
  const { query, entries, total } = useHistory(run, entryKey);
  const [retracting, setRetracting] = useState<Entry | null>(null);
  const points = entries
    .filter(({ number }) => number !== null)
    .map(({ number, iteration, loggedAt, id }) => ({
      x: Number(iteration ?? Number.NaN),
      time: Date.parse(loggedAt),
      y: Number(number),
      id: Number(id),
    }));
  const byIteration = points.every(({ x }) => !Number.isNaN(x));
  const line = points.map(({ x, time, y }) => ({ x: byIteration ? x : time, y })).sort((a, b) => a.x - b.x);
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
      </header>
      <Trouble asked={query} />
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
              <tr key={entry.id}>
                <td className={styles.faint}>{entry.id}</td>
                <td className={styles.faint}>
                  <time dateTime={entry.loggedAt}>{formatMoment(entry.loggedAt)}</time>
                </td>
                <td>
                  <bdi>{entry.step ? entry.step.name : 'run'}</bdi>
                  {entry.step && <span className={styles.faint}> · {entry.step.attempt}</span>}
                </td>
                <td className={styles.number}>{entry.iteration === null ? '' : String(entry.iteration)}</td>
                <td>
                  <Exact value={entry.value} open={false} />
                </td>
                <td className={styles.faint}>
                  <Change entry={entry} before={before} />
                </td>
                <td>
                  <Button
                    look="plain"
                    className={styles.retract}
                    onClick={() => setRetracting(entry)}
                    aria-label={`Retract entry ${entry.id}`}
                    title="Retract"
                  >
                    <Undo2 size={13} />
                  </Button>
                </td>
              </tr>
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

function Change({ entry, before }: { entry: Entry; before: Entry | undefined }) {
  if (!before) return <>first</>;
  if (before.display === entry.display) return <>the same</>;
  const delta = entry.number !== null && before.number !== null ? Number(entry.number) - Number(before.number) : null;
  return (
    <>
      <bdi>{shorten(before.display)}</bdi> → <bdi>{shorten(entry.display)}</bdi>
      {delta !== null && delta !== 0 && (
        <span className={styles.delta}>{(delta > 0 ? '+' : '−') + formatNumber(Math.abs(delta))}</span>
      )}
    </>
  );
}

function shorten(text: string): string {
  return text.length > 24 ? `${text.slice(0, 23)}…` : text;
}
