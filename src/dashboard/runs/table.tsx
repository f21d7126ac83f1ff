import { useCallback, useEffect, useMemo, useRef, useState } from 'react';
import type { Column } from '../../filter/columns.ts';
import { useRowHeight } from '../parts/media.ts';
import { cellOf, fractionDigits, type Row } from './cells.ts';
import { RunRow } from './row.tsx';
import styles from './table.module.css';
import { type HeadProps, TableHead } from './table-head.tsx';
import { useWindow } from './window.ts';

export type Active = { readonly row: number; readonly column: number };

type Props = Omit<HeadProps, 'isNumeric' | 'onResize'> & {
  rows: readonly Row[];
  /** How many pass in all, where that is known. */
  total: number | undefined;
  selected: ReadonlyMap<string, string>;
  peeked: string | undefined;
  active: Active;
  isOld: boolean;
  onActive: (active: Active) => void;
  onSelect: (index: number, range: boolean) => void;
  onCell: (index: number, column: number, cell: HTMLElement) => void;
  /** Asked for when the end of what is loaded comes into view. */
  onEnd: () => void;
  onTop: (isAtTop: boolean) => void;
};

/** So many rows tell where the points of a column stand. */
const maxMeasured = 300;
/** What the names have at least; they take what the columns leave. */
const nameWidth = 220;
const widths: Record<string, number> = { state: 112, started: 104, ended: 104, took: 88, pipeline: 120 };

/** A column may have any name: those of Object's own members mean nothing here. */
function widthOf(own: Readonly<Record<string, number>>, text: string): number {
  const known = [own, widths].find((some) => Object.hasOwn(some, text));
  return known?.[text] ?? 128;
}

function savedWidths(): Record<string, number> {
  try {
    return { ...JSON.parse(localStorage.getItem('runledger-widths') ?? '{}') };
  } catch {
    return {};
  }
}

/** The runs as a grid: one tab stop, arrows inside, and only the rows in view in the document. */
export function RunTable(props: Props) {
  const { rows, total, columns, selected, peeked, active, isOld, onSelect, onCell, onEnd, onTop } = props;
  const scroller = useRef<HTMLDivElement>(null);
  const rowHeight = useRowHeight();
  const { from, to, size } = useWindow(scroller, rows.length, rowHeight);
  const [own, setOwn] = useState(savedWidths);
  const onResize = useCallback((text: string, width: number | null) => {
    setOwn(({ [text]: _old, ...others }) => {
      const next = width === null ? others : { ...others, [text]: width };
      localStorage.setItem('runledger-widths', JSON.stringify(next));
      return next;
    });
  }, []);
  const sizes = columns.map(({ text }) => widthOf(own, text));
  const template = sizes.map((width) => `${width}px`).join(' ');
  const least = sizes.reduce((sum, width) => sum + width, nameWidth);
  const measured = useMemo(
    () =>
      columns
        .map(({ ref }) => (ref ? fractionDigits(rows.slice(0, maxMeasured).map((row) => cellOf(row, ref))) : -1))
        .join(' '),
    [rows, columns],
  );
  // The same array for as long as the numbers are the same: rows that have not changed are not rendered again.
  const digits = useMemo(() => measured.split(' ').map(Number), [measured]);
  const isNumeric = ({ text, builtIn }: Column) =>
    builtIn === 'took' || (digits[columns.findIndex((column) => column.text === text)] ?? -1) >= 0;
  useEffect(() => {
    if (to + 30 >= rows.length) onEnd();
    onTop(from === 0);
  }, [from, to, rows.length, onEnd, onTop]);
  useEffect(() => {
    const element = scroller.current;
    if (!element) return;
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
      style={{ '--columns': template, '--width': `${least}px`, '--row': `${rowHeight}px` } as React.CSSProperties}
    >
      <TableHead {...props} isNumeric={isNumeric} onResize={onResize} />
      <div role="rowgroup" className={styles.body} style={{ height: rows.length * rowHeight }}>
        {rows.slice(from, to).map((row, at) => (
          <RunRow
            // biome-ignore lint/suspicious/noArrayIndexKey: a row that leaves at one end comes in again at the other, as another run
            key={(from + at) % size}
            row={row}
            index={from + at}
            top={(from + at) * rowHeight}
            columns={columns}
            digits={digits}
            isSelected={selected.has(row.id)}
            isPeeked={peeked === row.name}
            activeColumn={active.row === from + at ? active.column : undefined}
            onSelect={onSelect}
            onCell={onCell}
          />
        ))}
      </div>
    </div>
  );
}
