import { type MouseEvent, memo } from 'react';
import { type Column, titleOf } from '../../filter/columns.ts';
import { runPath } from '../address/routes.ts';
import { Link } from '../parts/link.tsx';
import { StatusMark } from '../parts/status.tsx';
import { Ago, Took } from '../parts/took.tsx';
import { cellOf, padding, type Row } from './cells.ts';
import styles from './table.module.css';

export type RowProps = {
  row: Row;
  index: number;
  top: number;
  columns: readonly Column[];
  /** Where a pinned column stops; undefined for those that are not. */
  lefts: readonly (number | undefined)[];
  /** Digits behind the point, column by column; -1 where a column has no numbers. */
  digits: readonly number[];
  isSelected: boolean;
  isPeeked: boolean;
  /** The cell that keys are about: its column, 0 for the name; undefined in other rows. */
  activeColumn: number | undefined;
  onSelect: (index: number, range: boolean) => void;
  onCell: (index: number, column: number, cell: HTMLElement) => void;
  onOpen: () => void;
};

export const RunRow = memo(function RunRow(props: RowProps) {
  const { row, index, top, columns, lefts, digits, isSelected, isPeeked, activeColumn, onSelect, onCell, onOpen } =
    props;
  const select = (event: MouseEvent) => {
    event.preventDefault();
    onSelect(index, event.shiftKey);
  };
  return (
    <div
      role="row"
      aria-rowindex={index + 2}
      aria-selected={isSelected}
      className={styles.row}
      data-active={activeColumn !== undefined}
      data-peeked={isPeeked}
      style={{ transform: `translateY(${top}px)` }}
    >
      <div role="gridcell" id={`cell-${index}-0`} className={styles.name} data-active={activeColumn === 0}>
        <input
          type="checkbox"
          tabIndex={-1}
          checked={isSelected}
          readOnly
          onClick={select}
          aria-label={`Select ${row.name}`}
        />
        <Link to={runPath(row)} title={row.name} onOpen={onOpen}>
          <bdi>{row.name}</bdi>
        </Link>
      </div>
      {columns.map((column, at) => (
        <Cell
          key={column.text}
          row={row}
          column={column}
          left={lefts[at]}
          digits={Math.max(0, digits[at] ?? 0)}
          isNumeric={(digits[at] ?? -1) >= 0}
          id={`cell-${index}-${at + 1}`}
          isActive={activeColumn === at + 1}
          onOpen={(cell) => onCell(index, at + 1, cell)}
        />
      ))}
    </div>
  );
});

type CellProps = {
  row: Row;
  column: Column;
  left: number | undefined;
  digits: number;
  id: string;
  isNumeric: boolean;
  isActive: boolean;
  onOpen: (cell: HTMLElement) => void;
};

function Cell({ row, column, left, digits, id, isNumeric, isActive, onOpen }: CellProps) {
  if (column.builtIn) {
    return (
      <div
        role="gridcell"
        id={id}
        className={styles.fact}
        data-active={isActive}
        data-column={column.builtIn}
        data-pinned={left !== undefined}
        style={{ left }}
      >
        <Fact row={row} column={column} />
      </div>
    );
  }
  const view = cellOf(row, column.ref!);
  const padded = view?.isNumber ? padding(view.display, digits) : '';
  return (
    <div
      role="gridcell"
      id={id}
      className={styles.value}
      data-active={isActive}
      data-pinned={left !== undefined}
      style={{ left }}
      data-number={view?.isNumber ?? isNumeric}
      data-label={titleOf(column)}
      title={view?.entry?.qualifiedKey}
      onClick={(event) => onOpen(event.currentTarget)}
    >
      {view ? (
        <bdi>
          {view.display}
          {padded && <span aria-hidden="true">{padded}</span>}
        </bdi>
      ) : (
        <span className={styles.nothing}>–</span>
      )}
    </div>
  );
}

function Fact({ row, column }: { row: Row; column: Column }) {
  switch (column.builtIn) {
    case 'state':
      return <StatusMark status={row.status} />;
    case 'pipeline':
      return <bdi>{row.pipeline}</bdi>;
    case 'started':
      return <Ago at={row.startedAt} />;
    case 'ended':
      return row.endedAt === null ? <span className={styles.nothing}>–</span> : <Ago at={row.endedAt} />;
    default:
      return <Took startedAt={row.startedAt} endedAt={row.endedAt} isRunning={row.status === 'RUNNING'} />;
  }
}
