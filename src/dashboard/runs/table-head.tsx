import { ArrowDown, ArrowUp } from 'lucide-react';
import { useState } from 'react';
import { type Column, isSortable, type Sort, titleOf } from '../../filter/columns.ts';
import { Edge } from './edge.tsx';
import styles from './table.module.css';

export type HeadProps = {
  columns: readonly Column[];
  /** Where a pinned column stops; undefined for those that are not. */
  lefts: readonly (number | undefined)[];
  isNumeric: (column: Column) => boolean;
  sort: Sort;
  onSort: (column: string) => void;
  /** Moves a column to the place of another. */
  onMove: (text: string, onto: string) => void;
  /** While an edge is held; null when it is let go. */
  onDrag: (text: string | null, width: number) => void;
  onResize: (text: string, width: number) => void;
};

/** The names of the columns: pressed they sort, dragged they move, and their right edges size them. */
export function TableHead({ columns, lefts, isNumeric, sort, onSort, onMove, onDrag, onResize }: HeadProps) {
  const [dragged, setDragged] = useState<string | null>(null);
  return (
    <div role="rowgroup" className={styles.head}>
      <div role="row" aria-rowindex={1} className={styles.headRow}>
        <div role="columnheader" aria-sort={sortOf('name', sort)} className={styles.nameHead}>
          <SortButton text="name" title="Run" sort={sort} onSort={onSort} />
        </div>
        {columns.map((column, at) => (
          <div
            key={column.text}
            role="columnheader"
            aria-sort={sortOf(column.text, sort)}
            className={styles.columnHead}
            data-number={isNumeric(column)}
            data-dragged={dragged === column.text}
            data-pinned={lefts[at] !== undefined}
            style={{ left: lefts[at] }}
            draggable
            onDragStart={(event) => {
              event.dataTransfer.setData('text/plain', column.text);
              setDragged(column.text);
            }}
            onDragEnd={() => setDragged(null)}
            onDragOver={(event) => dragged && event.preventDefault()}
            onDrop={() => dragged && dragged !== column.text && onMove(dragged, column.text)}
          >
            {isSortable(column) ? (
              <SortButton text={column.text} title={titleOf(column)} sort={sort} onSort={onSort} />
            ) : (
              <span className={styles.title}>{titleOf(column)}</span>
            )}
            <Edge
              at={at}
              onDrag={(width) => onDrag(width === null ? null : column.text, width ?? 0)}
              onResize={(width) => onResize(column.text, width)}
            />
          </div>
        ))}
      </div>
    </div>
  );
}

function sortOf(text: string, sort: Sort): 'ascending' | 'descending' | 'none' {
  if (sort.column !== text) return 'none';
  return sort.descending ? 'descending' : 'ascending';
}

type SortButtonProps = { text: string; title: string; sort: Sort; onSort: (text: string) => void };

function SortButton({ text, title, sort, onSort }: SortButtonProps) {
  const Icon = sort.descending ? ArrowDown : ArrowUp;
  return (
    <button
      type="button"
      tabIndex={-1}
      className={styles.title}
      onClick={() => onSort(text)}
      title={`Sort by ${title} (s)`}
    >
      <bdi>{title}</bdi>
      {sort.column === text && <Icon size={12} strokeWidth={2.5} />}
    </button>
  );
}
