import { type CSSProperties, useCallback, useEffect, useMemo, useRef, useState } from 'react';
import { type Column, widthOf, withWidth } from '../../filter/columns.ts';
import { useRowHeight } from '../parts/media.ts';
import { cellOf, fractionDigits, type Row } from './cells.ts';
import { RunRow } from './row.tsx';
import styles from './table.module.css';
import { type HeadProps, TableHead } from './table-head.tsx';
import { useAnchor, useWindow } from './window.ts';

export type Active = { readonly row: number; readonly column: number };

type Props = Omit<HeadProps, 'isNumeric' | 'onDrag' | 'lefts'> & {
  rows: readonly Row[];
  /** How many pass in all, where that is known. */
  total: number | undefined;
  /** So many of the first columns stay when the others are scrolled. */
  pinned: number;
  selected: ReadonlyMap<string, string>;
  peeked: string | undefined;
  active: Active;
  isOld: boolean;
  onActive: (active: Active) => void;
  onSelect: (index: number, range: boolean) => void;
  onCell: (index: number, column: number, cell: HTMLElement) => void;
  onOpen: () => void;
  /** Asked for when the end of what is loaded comes into view. */
  onEnd: () => void;
  onTop: (isAtTop: boolean) => void;
};

/** So many rows tell where the points of a column stand. */
const maxMeasured = 300;
/** What the names have at least; they take what the columns leave. */
const nameWidth = 220;

/** Where each pinned column stops when the others are scrolled under it. */
function leftsOf(sizes: readonly number[], pinned: number): (number | undefined)[] {
  let left = nameWidth;
  return sizes.map((size, at) => {
    if (at >= pinned) return undefined;
    left += size;
    return left - size;
  });
}

/** The runs as a grid: one tab stop, arrows inside, and only the rows in view in the document. */
export function RunTable(props: Props) {
  const { rows, total, pinned, selected, peeked, active, isOld, onActive, onSelect, onCell, onOpen, onEnd, onTop } =
    props;
  const scroller = useRef<HTMLDivElement>(null);
  const rowHeight = useRowHeight();
  const { from, to, size, isAtTop } = useWindow(scroller, rows.length, rowHeight);
  // The edge that is held: its column is drawn so wide, and put into the address when it is let go.
  const [held, setHeld] = useState<{ text: string; width: number } | null>(null);
  const columns = useMemo(
    () => props.columns.map((column) => (held?.text === column.text ? withWidth(column, held.width) : column)),
    [props.columns, held],
  );
  const layout = columns.map(widthOf).join(' ');
  const sizes = useMemo(() => layout.split(' ').map(Number), [layout]);
  const lefts = useMemo(() => leftsOf(sizes, pinned), [sizes, pinned]);
  const least = sizes.reduce((sum, width) => sum + width, nameWidth);
  const measured = useMemo(
    () =>
      props.columns
        .map(({ ref }) => (ref ? fractionDigits(rows.slice(0, maxMeasured).map((row) => cellOf(row, ref))) : -1))
        .join(' '),
    [rows, props.columns],
  );
  // The same array for as long as the numbers are the same: rows that have not changed are not rendered again.
  const digits = useMemo(() => measured.split(' ').map(Number), [measured]);
  const isNumeric = ({ text, builtIn }: Column) =>
    builtIn === 'took' || (digits[columns.findIndex((column) => column.text === text)] ?? -1) >= 0;
  useEffect(() => {
    if (to + 30 >= rows.length) onEnd();
  }, [to, rows.length, onEnd]);
  useEffect(() => onTop(isAtTop), [isAtTop, onTop]);
  // The row that is active may be out of view when it moves along with its run: it stays there.
  const followed = useRef<number | null>(null);
  const follow = useCallback(
    (row: number) => {
      followed.current = row;
      onActive({ row, column: active.column });
    },
    [onActive, active.column],
  );
  useAnchor(scroller, rows, rowHeight, active.row, follow);
  useEffect(() => {
    const element = scroller.current;
    const isFollowing = followed.current === active.row;
    followed.current = null;
    if (!element || isFollowing) return;
    const top = active.row * rowHeight;
    const headHeight = 32;
    if (top < element.scrollTop) element.scrollTop = top;
    const bottom = top + rowHeight + headHeight - element.clientHeight;
    if (bottom > element.scrollTop) element.scrollTop = bottom;
  }, [active.row, rowHeight]);
  return (
    <div
      ref={scroller}
      role="grid"
      aria-label="Runs"
      aria-rowcount={(total ?? rows.length) + 1}
      aria-colcount={columns.length + 1}
      aria-multiselectable="true"
      aria-activedescendant={rows.length > 0 ? `cell-${active.row}-${active.column}` : undefined}
      tabIndex={0}
      id="runs"
      className={styles.scroller}
      data-old={isOld}
      style={
        {
          '--columns': sizes.map((width) => `${width}px`).join(' '),
          '--width': `${least}px`,
          '--row': `${rowHeight}px`,
        } as CSSProperties
      }
    >
      <TableHead
        {...props}
        lefts={lefts}
        isNumeric={isNumeric}
        onDrag={(text, width) => setHeld(text === null ? null : { text, width })}
      />
      <div role="rowgroup" className={styles.body} style={{ height: rows.length * rowHeight }}>
        {rows.slice(from, to).map((row, at) => (
          <RunRow
            // biome-ignore lint/suspicious/noArrayIndexKey: a row that leaves at one end comes in again at the other, as another run
            key={(from + at) % size}
            row={row}
            index={from + at}
            top={(from + at) * rowHeight}
            columns={props.columns}
            lefts={lefts}
            digits={digits}
            isSelected={selected.has(row.id)}
            isPeeked={peeked === row.name}
            activeColumn={active.row === from + at ? active.column : undefined}
            onSelect={onSelect}
            onCell={onCell}
            onOpen={onOpen}
          />
        ))}
      </div>
    </div>
  );
}
