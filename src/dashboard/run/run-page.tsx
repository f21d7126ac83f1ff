import { useRef, useState } from 'react';
import { prettyJson } from '../../format/pretty.ts';
import { useAddress } from '../address/use-address.ts';
import { Cards } from '../entries/cards.tsx';
import { type Entry, type Run, useAttempt, useRun } from '../entries/use-run.ts';
import { type Sparks, useSparks } from '../entries/use-sparks.ts';
import { RunDetail } from '../generated/operations.ts';
import { Input } from '../parts/controls.tsx';
import { FailureNote } from '../parts/failure.tsx';
import { Link } from '../parts/link.tsx';
import { Trouble } from '../parts/trouble.tsx';
import { useViewQuery } from '../parts/view.ts';
import { History } from './history.tsx';
import { RunHeader } from './run-header.tsx';
import styles from './run-page.module.css';
import { Timeline } from './timeline.tsx';
import { useValueKeys, useWalkKeys } from './use-run-keys.ts';

/** One run: its steps over time, the latest of all it logged, and how each value came to be. */
export default function RunPage({ reference }: { reference: string }) {
  const asked = useRun(reference);
  // A run that was deleted while it was looked at says so, and stays.
  const last = useRef<Run | null>(null);
  if (asked.data) last.current = asked.data;
  const run = asked.data ?? last.current;
  // A name is all that these need: they don't wait for the run.
  const name = run?.name ?? reference;
  useWalkKeys(name);
  useViewQuery(RunDetail, { ref: name });
  return (
    <div className={styles.page}>
      {!run && <h1 className="visually-hidden">{reference}</h1>}
      <Trouble asked={asked} />
      {asked.data === null && (
        <p className={styles.gone} role="alert">
          {run ? (
            'This run has been deleted. What you see is what was shown last.'
          ) : (
            <>
              There is no run “<bdi>{reference}</bdi>”.
            </>
          )}{' '}
          <Link to="/runs">All runs</Link>
        </p>
      )}
      {run && <RunView run={run} />}
    </div>
  );
}

function RunView({ run }: { run: Run }) {
  const { params, change } = useAddress();
  const [search, setSearch] = useState('');
  const chosen = params.step ? { name: params.step, attempt: Number(params.attempt ?? 0) } : null;
  const steps = run.steps.nodes;
  const order = [...new Set(steps.map(({ name }) => name))];
  const step =
    chosen &&
    steps.findLast(({ name, attempt }) => name === chosen.name && (chosen.attempt === 0 || attempt === chosen.attempt));
  const isNewest = !step || steps.every(({ name, attempt }) => name !== step.name || attempt <= step.attempt);
  const older = useAttempt(run.id, step && !isNewest ? step : null);
  const all = step && !isNewest ? (older.data ?? []) : run.metadata;
  const scoped = step ? all.filter((entry) => entry.step?.name === step.name) : all;
  const entries = scoped.filter(({ qualifiedKey }) => qualifiedKey.toLowerCase().includes(search.toLowerCase()));
  const sparks = useSparks(run.id, run.metadata);
  const key = params.key ?? '';
  const choose = (next: string) => change({ key: next, tab: next ? 'history' : undefined }, { replace: true });
  useValueKeys(entries, key, choose);
  return (
    <>
      <RunHeader run={run} />
      {run.failure && (
        <FailureNote failure={run.failure} what={run.status === 'CRASHED' ? 'It crashed.' : 'It failed.'} />
      )}
      <div className={styles.panes}>
        <div className={styles.left}>
          <Timeline
            run={run}
            chosen={step ?? null}
            onChoose={(next) =>
              change({ step: next?.name, attempt: next ? String(next.attempt) : undefined, key: undefined })
            }
          />
          <nav className={styles.tabs} aria-label="Views of the run">
            <button
              type="button"
              aria-pressed={params.tab !== 'json'}
              onClick={() => change({ tab: key ? 'history' : undefined })}
            >
              History
            </button>
            <button type="button" aria-pressed={params.tab === 'json'} onClick={() => change({ tab: 'json' })}>
              JSON
            </button>
          </nav>
          {params.tab === 'json' ? (
            // biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls, and must do so by keys as well
            <pre className={styles.json} tabIndex={0}>
              {prettyJson(Object.fromEntries(entries.map(({ qualifiedKey, value }) => [qualifiedKey, value])))}
            </pre>
          ) : key ? (
            <History run={run.id} name={run.name} entryKey={key} />
          ) : (
            <p className={styles.hint}>
              Choose a value to see how it came to be: every entry under its key, whoever logged it.
            </p>
          )}
        </div>
        <aside className={styles.right} aria-label="Latest values">
          <header className={styles.scope}>
            <h2>
              {step ? (
                <>
                  <bdi>{step.name}</bdi> · attempt {step.attempt}
                </>
              ) : (
                'Latest values'
              )}
            </h2>
            {step && (
              <button type="button" onClick={() => change({ step: undefined, attempt: undefined })}>
                all steps
              </button>
            )}
            <Input
              placeholder="find"
              aria-label="Find a key"
              value={search}
              onChange={(event) => setSearch(event.target.value)}
            />
          </header>
          {step?.failure && <FailureNote failure={step.failure} what={`Attempt ${step.attempt}:`} />}
          <Groups
            entries={entries}
            sparks={isNewest ? sparks : undefined}
            chosen={key}
            onChoose={choose}
            order={order}
            isOne={!!step}
          />
        </aside>
      </div>
    </>
  );
}

type GroupsProps = {
  entries: readonly Entry[];
  sparks: Sparks | undefined;
  chosen: string;
  onChoose: (key: string) => void;
  /** The names of the steps, in the order in which they were started. */
  order: readonly string[];
  isOne: boolean;
};

/** The values of the run itself first, then step by step. */
function Groups({ entries, order, isOne, ...cards }: GroupsProps) {
  if (isOne || entries.length === 0) return <Cards entries={entries} {...cards} />;
  // What is undefined, Array.sort puts last, whatever one tells it.
  const steps = order.filter((name) => entries.some((entry) => entry.step?.name === name));
  const names = entries.some(({ step }) => step === null) ? [undefined, ...steps] : steps;
  return names.map((name) => (
    <section key={name ?? ''}>
      <h3 className={styles.group}>{name === undefined ? 'the run itself' : <bdi>{name}</bdi>}</h3>
      <Cards entries={entries.filter(({ step }) => step?.name === name)} {...cards} />
    </section>
  ));
}
