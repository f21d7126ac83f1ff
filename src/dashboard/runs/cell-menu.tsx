import type { JsonValue } from '@runledger/client/json';
import { stringifyJson } from '@runledger/client/json';
import { useQuery } from '@tanstack/react-query';
import { Copy, History } from 'lucide-react';
import { useEffect, useRef } from 'react';
import { navigate } from 'wouter/use-browser-location';
import { runPath } from '../address/routes.ts';
import { writeSearch } from '../address/search.ts';
import { ask } from '../api/ask.ts';
import type { Filter } from '../filter/tree.ts';
import { formatMoment } from '../format/time.ts';
import { EntryOf } from '../generated/operations.ts';
import { Button } from '../parts/controls.tsx';
import { copyText } from '../parts/copy.ts';
import { Exact } from '../parts/exact.tsx';
import styles from './cell-menu.module.css';
import type { Row } from './cells.ts';
import type { Column } from './columns.ts';

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
  const menu = useRef<HTMLDivElement>(null);
  const { data: entry } = useEntry(row.id, ref.key);
  useEffect(() => {
    const element = menu.current!;
    element.showPopover();
    const onToggle = (event: Event) => (event as ToggleEvent).newState === 'closed' && onClose();
    element.addEventListener('toggle', onToggle);
    element.querySelector('button')?.focus();
    return () => element.removeEventListener('toggle', onToggle);
  }, [onClose]);
  const value = ref.path ? undefined : (entry?.value as JsonValue | undefined);
  const choose = (part: Filter) => {
    onFilter(part);
    menu.current?.hidePopover();
  };
  const history = writeSearch({ tab: 'history', key: entry?.qualifiedKey ?? ref.key });
  const below = place.bottom + 300 < innerHeight;
  const style = {
    left: Math.max(8, Math.min(place.left, innerWidth - 328)),
    ...(below ? { top: place.bottom + 2 } : { bottom: innerHeight - place.top + 2 }),
  };
  return (
    <div
      ref={menu}
      popover="auto"
      className={styles.menu}
      style={style}
      role="dialog"
      aria-label={`${ref.key} of ${row.name}`}
    >
      <p className={styles.title}>
        <bdi>{entry?.qualifiedKey ?? ref.key}</bdi>
        <span>{entry?.type.toLowerCase() ?? ''}</span>
      </p>
      <div className={styles.value}>
        {entry ? <Exact value={entry.value} /> : entry === null ? 'not logged by this run' : '…'}
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
        {typeof entry?.number === 'number' && !ref.path && (
          <>
            <Button onClick={() => choose({ metadata: { ...ref, gt: Number(entry.number) } })}>&gt; this</Button>
            <Button onClick={() => choose({ metadata: { ...ref, lt: Number(entry.number) } })}>&lt; this</Button>
          </>
        )}
        <Button onClick={() => choose({ metadata: ref })}>has it</Button>
        <Button onClick={() => choose({ metadata: { ...ref, exists: false } })}>has it not</Button>
      </div>
      {entry && (
        <div className={styles.more}>
          <Button look="plain" onClick={() => void copyText(stringifyJson(entry.value), 'the exact value')}>
            <Copy size={14} /> Copy exact
          </Button>
          <Button look="plain" onClick={() => navigate(runPath(row) + history)}>
            <History size={14} /> History
          </Button>
        </div>
      )}
    </div>
  );
}
