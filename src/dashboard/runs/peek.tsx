import { isLater } from '@runledger/client/internal/entry';
import { Maximize2, X } from 'lucide-react';
import { useState } from 'react';
import { shorten } from '../../format/shorten.ts';
import { runPath } from '../address/routes.ts';
import { Cards } from '../entries/cards.tsx';
import { type Entry, useRun } from '../entries/use-run.ts';
import { useSparks } from '../entries/use-sparks.ts';
import { Button } from '../parts/controls.tsx';
import { FailureNote } from '../parts/failure.tsx';
import { Link } from '../parts/link.tsx';
import { StatusMark } from '../parts/status.tsx';
import { Ago, Took } from '../parts/took.tsx';
import { Trouble } from '../parts/trouble.tsx';
import styles from './peek.module.css';

type Props = { name: string; onOpen: () => void; onClose: () => void };

/** A run beside the table, while one walks down the table. */
export function Peek({ name, onOpen, onClose }: Props) {
  const asked = useRun(name);
  const run = asked.data;
  const [chosen, setChosen] = useState('');
  const sparks = useSparks(run?.id, run?.metadata ?? []);
  const last = run?.metadata.reduce<Entry | undefined>(
    (newest, entry) => (isLater(entry.id, newest?.id) ? entry : newest),
    undefined,
  );
  return (
    <aside className={styles.peek} aria-label={`Peek at ${name}`}>
      <header className={styles.header}>
        <h2>
          <bdi>{name}</bdi>
        </h2>
        {run && (
          <Link to={runPath(run)} title="Open (enter)" label="Open the run" onOpen={onOpen} className={styles.open}>
            <Maximize2 size={14} />
          </Link>
        )}
        <Button look="plain" onClick={onClose} aria-label="Close the peek" title="Close (esc)">
          <X size={15} />
        </Button>
      </header>
      <Trouble asked={asked} />
      {run && (
        <>
          <p className={styles.facts}>
            <StatusMark status={run.status} />
            <Took startedAt={run.startedAt} endedAt={run.endedAt} isRunning={run.status === 'RUNNING'} />
            <span>
              <bdi>{run.pipeline}</bdi>
            </span>
          </p>
          {run.failure && (
            <FailureNote failure={run.failure} what={run.status === 'CRASHED' ? 'It crashed.' : 'It failed.'} />
          )}
          <ul className={styles.steps}>
            {run.steps.nodes
              .filter(({ status }) => status !== 'RETRIED')
              .map((step) => (
                <li key={step.id}>
                  <StatusMark status={step.status} bare />
                  <bdi>{step.name}</bdi>
                  <Took startedAt={step.startedAt} endedAt={step.endedAt} isRunning={step.status === 'RUNNING'} />
                  {step.failure && (
                    <p title={step.failure.message}>{`${step.failure.type}: ${step.failure.message}`}</p>
                  )}
                </li>
              ))}
          </ul>
          {last && (
            <p className={styles.facts}>
              <span>
                last change: <bdi>{last.qualifiedKey}</bdi> = <bdi>{shorten(last.display, 40)}</bdi>,{' '}
                <Ago at={last.loggedAt} />
              </span>
            </p>
          )}
          <Cards entries={run.metadata} sparks={sparks} chosen={chosen} onChoose={setChosen} />
        </>
      )}
      {run === null && <p className={styles.facts}>There is no such run any more.</p>}
    </aside>
  );
}
