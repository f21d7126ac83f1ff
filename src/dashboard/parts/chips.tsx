import { X } from 'lucide-react';
import { printFilter } from '../../filter/print.ts';
import { type Filter, joinParts, partsOf } from '../../filter/tree.ts';
import styles from './chips.module.css';

/** The parts of the filter that must all hold, each of which can be taken away. */
export function Chips({ filter, onFilter }: { filter: Filter; onFilter: (filter: Filter) => void }) {
  const parts = partsOf(filter);
  if (parts.length === 0) return null;
  return (
    <ul className={styles.chips} aria-label="Conditions">
      {parts.map((part, index) => {
        const text = printFilter(part);
        const without = () => onFilter(joinParts(parts.filter((_, other) => other !== index)));
        return (
          <li key={text} className={styles.chip}>
            <code>{text}</code>
            <button type="button" onClick={without} aria-label={`Drop the condition ${text}`}>
              <X size={12} />
            </button>
          </li>
        );
      })}
    </ul>
  );
}
