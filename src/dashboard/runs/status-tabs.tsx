import type { Filter, Status } from '../../filter/tree.ts';
import { formatCount } from '../../format/time.ts';
import quiet from '../parts/quiet.module.css';
import { StatusMark } from '../parts/status.tsx';
import styles from './status-tabs.module.css';

type Props = {
  filter: Filter;
  total: number | undefined;
  counts: ReadonlyMap<string, number>;
  onFilter: (filter: Filter) => void;
};

const always: readonly Status[] = ['RUNNING', 'COMPLETED', 'FAILED', 'CANCELLED'];

/** The states as buttons, each with the number of runs in it; pressed, the list has only those. */
export function StatusTabs({ filter, total, counts, onFilter }: Props) {
  const { status, ...others } = filter;
  const shown = [...always, ...(['CRASHED'] as const).filter((name) => counts.get(name) || status?.includes(name))];
  const toggle = (name: Status) => {
    const next = status?.includes(name) ? status.filter((other) => other !== name) : [...(status ?? []), name];
    onFilter(next.length === 0 ? others : { ...others, status: next });
  };
  return (
    <fieldset className={styles.tabs}>
      <legend className="visually-hidden">State</legend>
      <button
        type="button"
        className={quiet.quiet}
        aria-pressed={status === undefined}
        onClick={() => onFilter(others)}
      >
        all {total !== undefined && formatCount(total)}
      </button>
      {shown.map((name) => (
        <button
          key={name}
          type="button"
          className={quiet.quiet}
          aria-pressed={status?.includes(name) ?? false}
          onClick={() => toggle(name)}
        >
          <StatusMark status={name} />
          {counts.has(name) && <span>{formatCount(counts.get(name)!)}</span>}
        </button>
      ))}
    </fieldset>
  );
}
