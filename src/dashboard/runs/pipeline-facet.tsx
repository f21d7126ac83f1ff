import { ChevronDown } from 'lucide-react';
import { useState } from 'react';
import type { Filter } from '../../filter/tree.ts';
import { formatCount } from '../../format/time.ts';
import { type Target, withChoice } from '../filter/brush.ts';
import { Popover } from '../parts/popover.tsx';
import quiet from '../parts/quiet.module.css';
import styles from './pipeline-facet.module.css';
import { useFacets } from './use-rows.ts';

type Props = { filter: Filter; onFilter: (filter: Filter) => void };

const target: Target = { fact: 'pipeline' };

/** The pipelines of the list, each with the number of its runs; the list has those that are checked. */
export function PipelineFacet({ filter, onFilter }: Props) {
  const [place, setPlace] = useState<DOMRect | null>(null);
  const chosen = chosenOf(filter);
  return (
    <>
      <button
        type="button"
        className={`${quiet.quiet} ${styles.facet}`}
        aria-haspopup="dialog"
        aria-expanded={place !== null}
        onClick={(event) => setPlace(event.currentTarget.getBoundingClientRect())}
      >
        {chosen.length === 0 ? (
          'all pipelines'
        ) : chosen.length === 1 ? (
          <bdi>{chosen[0]}</bdi>
        ) : (
          `${chosen.length} pipelines`
        )}
        <ChevronDown size={13} />
      </button>
      {place && (
        <Popover place={place} label="Pipelines" onClose={() => setPlace(null)}>
          <Pipelines filter={filter} chosen={chosen} onFilter={onFilter} />
        </Popover>
      )}
    </>
  );
}

function chosenOf({ pipeline, pipelines }: Filter): readonly string[] {
  return pipelines ?? (pipeline === undefined ? [] : [pipeline]);
}

function Pipelines({ filter, chosen, onFilter }: Props & { chosen: readonly string[] }) {
  const { data } = useFacets(withChoice(filter, target, null));
  const toggle = (name: string) => {
    const next = chosen.includes(name) ? chosen.filter((other) => other !== name) : [...chosen, name];
    onFilter(withChoice(filter, target, next.length === 0 ? null : { values: next }));
  };
  return (
    <ul className={styles.list}>
      {data?.pipelines.map(({ pipeline, runs }) => (
        <li key={pipeline}>
          <label>
            <input type="checkbox" checked={chosen.includes(pipeline)} onChange={() => toggle(pipeline)} />
            <bdi>{pipeline}</bdi>
            <span>{formatCount(runs)}</span>
          </label>
        </li>
      ))}
    </ul>
  );
}
