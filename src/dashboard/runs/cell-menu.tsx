import type { JsonValue } from '@runledger/client/json';
import { stringifyJson } from '@runledger/client/json';
import { useQuery } from '@tanstack/react-query';
import { Copy, History } from 'lucide-react';
import { navigate } from 'wouter/use-browser-location';
import { type Column, keyOf } from '../../filter/columns.ts';
import type { Filter } from '../../filter/tree.ts';
import { leafAt } from '../../format/cells.ts';
import { formatMoment } from '../../format/time.ts';
import { runPath } from '../address/routes.ts';
import { writeSearch } from '../address/search.ts';
import { ask } from '../api/ask.ts';
import { EntryOf } from '../generated/operations.ts';
import { Button } from '../parts/controls.tsx';
import { copyText } from '../parts/copy.ts';
import { Exact } from '../parts/exact.tsx';
import { Popover } from '../parts/popover.tsx';
import styles from './cell-menu.module.css';
import type { Row } from './cells.ts';

type Props = { row: Row; column: Column; place: DOMRect; onFilter: (part: Filter) => void; onClose: () => void };

function useEntry(run: string, key: string) {
  return useQuery({
    queryKey: ['entry', run, key],
    queryFn: async ({ signal }) => (await ask(EntryOf, { run, key }, signal)).pipelineRun?.runMetadata ?? null,
  });
}

/** What a cell holds, exactly, and what can be asked of it. */
export function CellMenu({ row, column, place, onFilter, onClose }: Props) {
  const ref = column.ref!;
  const key = keyOf(ref);
  const { data: entry } = useEntry(row.id, key);
  const value = entry ? (leafAt(entry.value, ref.path ?? []) as JsonValue | undefined) : undefined;
  const number = ref.path
    ? Number(typeof value === 'number' || typeof value === 'bigint' ? value : Number.NaN)
    : Number(entry?.number ?? Number.NaN);
  const choose = (part: Filter) => {
    onFilter(part);
    onClose();
  };
  const history = writeSearch({ tab: 'history', key: entry?.qualifiedKey ?? key });
  return (
    <Popover place={place} label={`${key} of ${row.name}`} onClose={onClose}>
      <p className={styles.title}>
        <bdi>{entry?.qualifiedKey ?? key}</bdi>
        <span>{entry?.type.toLowerCase() ?? ''}</span>
      </p>
      <div className={styles.value}>
        {value !== undefined ? (
          <Exact value={value} />
        ) : entry ? (
          'nothing stands there'
        ) : entry === null ? (
          'not logged by this run'
        ) : (
          '…'
        )}
      </div>
      {entry && (
        <p className={styles.origin}>
          {entry.step ? `${entry.step.name} · attempt ${entry.step.attempt}` : 'the run itself'} ·{' '}
          {formatMoment(entry.loggedAt)} · entry {entry.id}
        </p>
      )}
      <div className={styles.filters}>
        {value !== undefined && <Button onClick={() => choose({ metadata: { ...ref, equals: value } })}>= this</Button>}
        {value !== undefined && (
          <Button onClick={() => choose({ not: { metadata: { ...ref, equals: value } } })}>≠ this</Button>
        )}
        {!Number.isNaN(number) && (
          <>
            <Button onClick={() => choose({ metadata: { ...ref, gt: number } })}>&gt; this</Button>
            <Button onClick={() => choose({ metadata: { ...ref, lt: number } })}>&lt; this</Button>
          </>
        )}
        <Button onClick={() => choose({ metadata: ref })}>has it</Button>
        <Button onClick={() => choose({ metadata: { ...ref, exists: false } })}>has it not</Button>
      </div>
      {entry && (
        <div className={styles.more}>
          <Button look="plain" onClick={() => void copyText(stringifyJson(value), 'the exact value')}>
            <Copy size={14} /> Copy exact
          </Button>
          <Button look="plain" onClick={() => navigate(runPath(row) + history)}>
            <History size={14} /> History
          </Button>
        </div>
      )}
    </Popover>
  );
}
