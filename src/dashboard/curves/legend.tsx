import { X } from 'lucide-react';
import { useMemo } from 'react';
import { runPath } from '../address/routes.ts';
import { Link } from '../parts/link.tsx';
import { StatusMark } from '../parts/status.tsx';
import { looksOf } from './colours.ts';
import styles from './curves-page.module.css';
import type { Curve } from './points.ts';

type Run = Curve['run'];
type Props = {
  runs: readonly Run[];
  theme: number;
  onLift: (place: number | null) => void;
  onDrop: (run: Run) => void;
};

/** The runs and how their lines look; who points at one sees its lines before the others. */
export function Legend({ runs, theme, onLift, onDrop }: Props) {
  // biome-ignore lint/correctness/useExhaustiveDependencies: another theme has other colours
  const looks = useMemo(() => looksOf(runs.length), [runs.length, theme]);
  return (
    <ul className={styles.legend} aria-label="Runs">
      {runs.map((run, place) => (
        <li key={run.id} onMouseEnter={() => onLift(place)} onMouseLeave={() => onLift(null)}>
          <svg width="22" height="10" aria-hidden="true">
            <line
              x1="0"
              y1="5"
              x2="22"
              y2="5"
              strokeWidth="2.5"
              stroke={looks[place]!.colour}
              strokeDasharray={looks[place]!.dash.join(' ')}
            />
          </svg>
          <Link to={runPath(run)}>
            <bdi>{run.name}</bdi>
          </Link>
          {run.status === 'RUNNING' && <StatusMark status={run.status} bare />}
          <button type="button" aria-label={`Take ${run.name} out`} onClick={() => onDrop(run)}>
            <X size={12} />
          </button>
        </li>
      ))}
    </ul>
  );
}
