import { ArrowDown, ArrowUp } from 'lucide-react';
import { type PointerEvent, useState } from 'react';
import { type Column, isSortable, type Sort, titleOf } from '../../filter/columns.ts';
import styles from './table.module.css';

export type HeadProps = {
  columns: readonly Column[];
  isNumeric: (column: Column) => boolean;
  sort: Sort;
  onSort: (column: string) => void;
  onMove: (text: string, before: string) => void;
  onResize: (text: string, width: number | null) => void;
};

/** The names of the columns: pressed they sort, dragged they move, and their right edges size them. */
export function TableHead({ columns, isNumeric, sort, onSort, onMove, onResize }: HeadProps) {
  const [dragged, setDragged] = useState<string | null>(null);
  return (
    <div role="rowgroup" className={styles.head}>
      <div role="row" aria-rowindex={1} className={styles.headRow}>
        <div role="columnheader" aria-sort={sortOf('name', sort)} className={styles.nameHead}>
          <SortButton text="name" title="Run" sort={sort} onSort={onSort} />
        </div>
        {columns.map((column) => (
          <div
            key={column.text}
            role="columnheader"
            aria-sort={sortOf(column.text, sort)}
            className={styles.columnHead}
            data-number={isNumeric(column)}
            data-dragged={dragged === column.text}
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
            <Edge onResize={(width) => onResize(column.text, width)} />
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

function SortButton({
  text,
  title,
  sort,
  onSort,
}: {
  text: string;
  title: string;
  sort: Sort;
  onSort: (text: string) => void;
}) {
  const Icon = sort.descending ? ArrowDown : ArrowUp;
  return (
    <button
      type="button"
      tabIndex={-1}
      className={styles.title}
      onClick={() => onSort(text)}
      title={`Sort by ${title}`}
    >
      <bdi>{title}</bdi>
      {sort.column === text && <Icon size={12} strokeWidth={2.5} />}
    </button>
  );
}

/** The right edge of a column: dragged it sizes the column, pressed twice it gives the width back. */
function Edge({ onResize }: { onResize: (width: number | null) => void }) {
  const onPointerDown = (event: PointerEvent<HTMLSpanElement>) => {
    event.preventDefault();
    const edge = event.currentTarget;
    const { left } = edge.parentElement!.getBoundingClientRect();
    edge.setPointerCapture(event.pointerId);
    const move = ({ clientX }: globalThis.PointerEvent) => onResize(Math.max(48, Math.round(clientX - left)));
    edge.addEventListener('pointermove', move);
    edge.addEventListener('pointerup', () => edge.removeEventListener('pointermove', move), { once: true });
  };
  return <span className={styles.edge} onPointerDown={onPointerDown} onDoubleClick={() => onResize(null)} />;
}
