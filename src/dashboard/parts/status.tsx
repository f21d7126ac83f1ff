import { Ban, Check, CircleAlert, Clock, Layers, RotateCcw, X } from 'lucide-react';
import type { ComponentType } from 'react';
import type { Status } from '../../filter/tree.ts';
import styles from './status.module.css';

type Look = { readonly word: string; readonly icon: ComponentType<{ size?: number; strokeWidth?: number }> | null };

const looks: Record<Status, Look> = {
  RUNNING: { word: 'running', icon: null },
  COMPLETED: { word: 'completed', icon: Check },
  FAILED: { word: 'failed', icon: X },
  CRASHED: { word: 'crashed', icon: CircleAlert },
  CANCELLED: { word: 'cancelled', icon: Ban },
  RETRIED: { word: 'retried', icon: RotateCcw },
  CACHED: { word: 'cached', icon: Layers },
};

/** How a run or step stands: by an icon, a word and a colour, never by colour alone. */
export function StatusMark({ status, bare = false }: { status: Status; bare?: boolean }) {
  const { word, icon: Icon } = looks[status] ?? { word: status.toLowerCase(), icon: Clock };
  return (
    <span className={styles.mark} data-status={status} title={bare ? word : undefined}>
      {Icon ? <Icon size={14} strokeWidth={2.25} /> : <span className={styles.pulse} />}
      <span className={bare ? 'visually-hidden' : undefined}>{word}</span>
    </span>
  );
}
