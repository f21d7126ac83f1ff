import type { PointerEvent } from 'react';
import styles from './table.module.css';

type Props = {
  /** The place of the column. */
  at: number;
  /** While it is held; null when it is let go. */
  onDrag: (width: number | null) => void;
  onResize: (width: number) => void;
};

/** The right edge of a column: dragged it sizes the column, pressed twice it fits it to what is shown. */
export function Edge({ at, onDrag, onResize }: Props) {
  const onPointerDown = (event: PointerEvent<HTMLSpanElement>) => {
    event.preventDefault();
    const edge = event.currentTarget;
    const { left } = edge.parentElement!.getBoundingClientRect();
    let width: number | null = null;
    edge.setPointerCapture(event.pointerId);
    const move = ({ clientX }: globalThis.PointerEvent) => {
      width = clientX - left;
      onDrag(width);
    };
    edge.addEventListener('pointermove', move);
    edge.addEventListener(
      'lostpointercapture',
      () => {
        edge.removeEventListener('pointermove', move);
        if (width !== null) onResize(width);
        onDrag(null);
      },
      { once: true },
    );
  };
  return (
    <span className={styles.edge} onPointerDown={onPointerDown} onDoubleClick={() => onResize(fittingWidth(at))} />
  );
}

const padding = 26;

/** How wide a column must be for its title, and for all its cells that are in view. */
function fittingWidth(at: number): number {
  const table = document.getElementById('runs');
  const head = table?.querySelectorAll('[role=columnheader]')[at + 1];
  const cells = table?.querySelectorAll(`[role=gridcell][id$="-${at + 1}"]`) ?? [];
  let most = 0;
  for (const cell of [...(head ? [head] : []), ...cells]) {
    const range = document.createRange();
    range.selectNodeContents(cell.querySelector('bdi, time, button, span') ?? cell);
    most = Math.max(most, range.getBoundingClientRect().width);
  }
  return Math.ceil(most) + padding;
}
