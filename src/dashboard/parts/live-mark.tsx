import { useLiveState } from '../api/live.ts';
import styles from './live-mark.module.css';

const words = {
  off: 'paused',
  opening: 'connecting',
  live: 'live',
  lost: 'reconnecting, nothing is lost',
} as const;

/** Whether what is shown moves by itself. */
export function LiveMark() {
  const state = useLiveState();
  return (
    <span className={styles.mark} data-state={state} role="status">
      <span className={styles.dot} />
      {words[state]}
    </span>
  );
}
