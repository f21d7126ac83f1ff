import { stringifyJson } from '@runledger/client/json';
import { Copy, ExternalLink } from 'lucide-react';
import { shorten } from '../../format/shorten.ts';
import { formatMoment } from '../../format/time.ts';
import { Button } from '../parts/controls.tsx';
import { copyText } from '../parts/copy.ts';
import { Exact } from '../parts/exact.tsx';
import styles from './cards.module.css';
import { Spark } from './spark.tsx';
import type { Entry } from './use-run.ts';
import type { Sparks } from './use-sparks.ts';

type Props = {
  entries: readonly Entry[];
  /** The course of those that have one, by qualified key. */
  sparks?: Sparks | undefined;
  /** The one that is open. */
  chosen: string;
  onChoose: (qualifiedKey: string) => void;
};

/** More of a value than that is not shown while one points at it. */
const maxTitle = 600;

/** What one sees of a value while pointing at it: all its digits, and where it is from. */
function titleOf(entry: Entry): string {
  const exact = stringifyJson(entry.value) ?? '';
  const by = entry.step ? `${entry.step.name}, attempt ${entry.step.attempt}` : 'the run itself';
  return `${shorten(exact, maxTitle)}\n${entry.type.toLowerCase()} · entry ${entry.id} · ${formatMoment(entry.loggedAt)} · ${by}`;
}

/** What was logged, one line a key; the line that is chosen shows its value to the last digit, and where it is from. */
export function Cards({ entries, sparks, chosen, onChoose }: Props) {
  if (entries.length === 0) return <p className={styles.none}>Nothing logged here yet.</p>;
  return (
    <ul className={styles.cards}>
      {entries.map((entry) => (
        <Card
          key={entry.id}
          entry={entry}
          spark={sparks?.get(entry.qualifiedKey)}
          isOpen={entry.qualifiedKey === chosen}
          onChoose={onChoose}
        />
      ))}
    </ul>
  );
}

type CardProps = Pick<Props, 'onChoose'> & { entry: Entry; spark: readonly number[] | undefined; isOpen: boolean };

function Card({ entry, spark, isOpen, onChoose }: CardProps) {
  return (
    <li className={styles.card} data-open={isOpen}>
      <button
        type="button"
        className={styles.line}
        aria-expanded={isOpen}
        title={titleOf(entry)}
        onClick={() => onChoose(isOpen ? '' : entry.qualifiedKey)}
      >
        <bdi className={styles.key}>{entry.key}</bdi>
        {spark && <Spark values={spark} />}
        <bdi className={styles.display} data-type={entry.type}>
          {entry.display}
        </bdi>
      </button>
      {isOpen && (
        <div className={styles.detail}>
          <Exact value={entry.value} />
          <p className={styles.origin}>
            {entry.type.toLowerCase()} ·{' '}
            {entry.step ? `${entry.step.name}, attempt ${entry.step.attempt}` : 'the run itself'}
            {entry.iteration !== null && ` · iteration ${String(entry.iteration)}`} · {formatMoment(entry.loggedAt)} ·
            entry {entry.id}
          </p>
          <div className={styles.actions}>
            <Button
              look="plain"
              onClick={() => void copyText(stringifyJson(entry.value), 'the exact value')}
              title="Copy exact (y)"
            >
              <Copy size={13} /> Copy exact
            </Button>
            {entry.type === 'URI' && isWebAddress(entry.value) && (
              <a href={entry.value} target="_blank" rel="noopener noreferrer nofollow">
                <ExternalLink size={13} /> Open
              </a>
            )}
          </div>
        </div>
      )}
    </li>
  );
}

/** Only these are links: what else a URI may be, a browser should not follow. */
function isWebAddress(value: unknown): value is string {
  return typeof value === 'string' && /^https?:\/\//i.test(value);
}
