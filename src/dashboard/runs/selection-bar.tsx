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
  /** So many columns are hidden because all loaded runs say the same there. */
  same: number;
  onSame: () => void;
  fresh: { count: number; show: () => void };
};

/** Opens what is selected on another page: at most as many runs as the service takes. */
export function openSelected(page: 'compare' | 'curves', selected: Selection): void {
  navigate(`/${page}${writeSearch({ runs: printRefs([...selected.values()].slice(0, 100)) })}`);
}

/** The curves of what is selected; of the first ten of the list, where nothing is. */
export function openCurves(selected: Selection, rows: readonly { readonly id: string; readonly name: string }[]): void {
  openSelected('curves', selected.size > 0 ? selected : new Map(rows.slice(0, 10).map(({ id, name }) => [id, name])));
}

export function SelectionBar({ selected, onClear, loaded, total, row, same, onSame, fresh }: Props) {
  const count = selected.size;
  if (count + loaded + fresh.count + same === 0) return null;
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
      {same > 0 && (
        <Button look="plain" onClick={onSame} title="Show them again">
          {formatCount(same)} {same === 1 ? 'column' : 'columns'} without a difference hidden
        </Button>
      )}
      <span className={styles.where}>
        {loaded > 0 &&
          `row ${formatCount(row + 1)} of ${total === undefined ? `${formatCount(loaded)}+` : formatCount(total)}`}
      </span>
    </footer>
  );
}
