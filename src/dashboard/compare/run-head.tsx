import { GripVertical, Star, X } from 'lucide-react';
import type { DragEventHandler } from 'react';
import { runPath } from '../address/routes.ts';
import { Link } from '../parts/link.tsx';
import { StatusMark } from '../parts/status.tsx';
import styles from './compare-page.module.css';
import type { Comparison } from './use-comparison.ts';

type Props = {
  run: Comparison['runs'][number];
  isBase: boolean;
  onBase: () => void;
  onRemove: () => void;
  /** Moves it by so many places. */
  onStep: (by: number) => void;
  onDragStart: DragEventHandler;
  onDragOver: DragEventHandler;
  onDrop: DragEventHandler;
  onDragEnd: DragEventHandler;
};

/** The head of a run's column: dragged, or by arrows on its grip, it moves. */
export function RunHead({ run, isBase, onBase, onRemove, onStep, ...drag }: Props) {
  return (
    <th scope="col" draggable data-base={isBase} {...drag}>
      <span className={styles.run}>
        <button
          type="button"
          id={`move-${run.id}`}
          className={styles.grip}
          aria-label={`Move ${run.name}: arrow left, arrow right`}
          title="Drag, or arrow keys, to move"
          onKeyDown={(event) => {
            const by = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
            if (by === undefined) return;
            event.preventDefault();
            onStep(by);
          }}
        >
          <GripVertical size={13} />
        </button>
        <StatusMark status={run.status} bare />
        <Link to={runPath(run)} title={run.name}>
          <bdi>{run.name}</bdi>
        </Link>
        <button
          type="button"
          aria-pressed={isBase}
          aria-label={`Make ${run.name} the base`}
          title="The base, to which the others are compared"
          onClick={onBase}
        >
          <Star size={13} fill={isBase ? 'currentColor' : 'none'} />
        </button>
        <button type="button" aria-label={`Take ${run.name} out`} onClick={onRemove}>
          <X size={13} />
        </button>
      </span>
    </th>
  );
}
