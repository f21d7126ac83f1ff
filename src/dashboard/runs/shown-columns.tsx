import { ArrowDown, ArrowUp, Pin } from 'lucide-react';
import { useState } from 'react';
import { type Column, titleOf } from '../../filter/columns.ts';
import { Button } from '../parts/controls.tsx';
import { moved } from '../parts/moved.ts';

type Props = {
  columns: readonly Column[];
  /** So many of the first are pinned. */
  pinned: number;
  onPin: (count: number) => void;
  onColumns: (columns: readonly Column[], change?: { pin?: number }) => void;
};

/** The columns of the table from left to right: dragged, or by their arrows, they move; pinned ones stay in view. */
export function ShownColumns({ columns, pinned, onPin, onColumns }: Props) {
  const [dragged, setDragged] = useState<number | null>(null);
  const move = (from: number, to: number) => onColumns(moved(columns, from, to));
  return (
    <section>
      <h3>Shown, from left to right</h3>
      <ul>
        {columns.map((column, at) => {
          const title = titleOf(column);
          return (
            <li
              key={column.text}
              draggable
              data-dragged={dragged === at}
              onDragStart={() => setDragged(at)}
              onDragEnd={() => setDragged(null)}
              onDragOver={(event) => dragged !== null && event.preventDefault()}
              onDrop={() => dragged !== null && dragged !== at && move(dragged, at)}
            >
              <label>
                <input
                  type="checkbox"
                  checked
                  onChange={() => {
                    const others = columns.filter(({ text }) => text !== column.text);
                    onColumns(others, at < pinned ? { pin: pinned - 1 } : {});
                  }}
                />
                <bdi>{title}</bdi>
              </label>
              <Button
                look="plain"
                aria-pressed={at < pinned}
                aria-label={`Pin the columns up to ${title}`}
                title="Pin the columns up to here: they stay when the others are scrolled"
                onClick={() => onPin(at + 1 === pinned ? at : at + 1)}
              >
                <Pin size={13} fill={at < pinned ? 'currentColor' : 'none'} />
              </Button>
              <Button look="plain" disabled={at === 0} aria-label={`Move ${title} up`} onClick={() => move(at, at - 1)}>
                <ArrowUp size={13} />
              </Button>
              <Button
                look="plain"
                disabled={at === columns.length - 1}
                aria-label={`Move ${title} down`}
                onClick={() => move(at, at + 1)}
              >
                <ArrowDown size={13} />
              </Button>
            </li>
          );
        })}
      </ul>
    </section>
  );
}
