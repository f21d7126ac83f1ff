import { ArrowUp } from 'lucide-react';
import { navigate } from 'wouter/use-browser-location';
import { formatCount } from '../../format/time.ts';
import { printRefs } from '../address/names.ts';
import { writeSearch } from '../address/search.ts';
import { Button, Key } from '../parts/controls.tsx';
import styles from './selection-bar.module.css';
import type { Selection } from './use-selection.ts';

type Props = {
  selected: Selection;
  onClear: () => void;
  loaded: number;
  total: number | undefined;
  row: number;
  fresh: { count: number; show: () => void };
};

/** Opens what is selected on another page: at most as many runs as the service takes. */
export function openSelected(page: 'compare' | 'curves', selected: Selection): void {
  navigate(`/${page}${writeSearch({ runs: printRefs([...selected.values()].slice(0, 100)) })}`);
}

export function SelectionBar({ selected, onClear, loaded, total, row, fresh }: Props) {
  const count = selected.size;
  return (
    <footer className={styles.bar}>
      {count > 0 && (
        <>
          <strong>{formatCount(count)} selected</strong>
          <Button disabled={count < 2 || count > 100} onClick={() => openSelected('compare', selected)}>
            Compare <Key>c</Key>
          </Button>
          <Button disabled={count > 100} onClick={() => openSelected('curves', selected)}>
            Curves <Key>p</Key>
          </Button>
          <Button look="plain" onClick={onClear}>
            Select none
          </Button>
        </>
      )}
      {fresh.count > 0 && (
        <Button look="primary" onClick={fresh.show}>
          <ArrowUp size={14} /> {formatCount(fresh.count)} new {fresh.count === 1 ? 'run' : 'runs'}
        </Button>
      )}
      <span className={styles.where}>
        {loaded > 0 &&
          `row ${formatCount(row + 1)} of ${total === undefined ? `${formatCount(loaded)}+` : formatCount(total)}`}
      </span>
    </footer>
  );
}
