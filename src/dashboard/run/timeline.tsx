import { useEffect, useMemo, useRef, useState } from 'react';
import { formatDuration, formatMoment } from '../../format/time.ts';
import { runPath } from '../address/routes.ts';
import type { Run, Step } from '../entries/use-run.ts';
import { Button } from '../parts/controls.tsx';
import { Link } from '../parts/link.tsx';
import { StatusMark } from '../parts/status.tsx';
import { Took } from '../parts/took.tsx';
import styles from './timeline.module.css';
import { rowsOf, type Span, spanOf, type TimelineRow, ticksOf } from './timeline-rows.ts';

type Props = { run: Run; chosen: { name: string; attempt: number } | null; onChoose: (step: Step | null) => void };

/** The steps over time: a row each, with all attempts at it on one axis. */
export function Timeline({ run, chosen, onChoose }: Props) {
  const [hidden, setHidden] = useState<ReadonlySet<string>>(new Set());
  const [turn, setTurn] = useState(0);
  const steps = run.steps.nodes;
  // biome-ignore lint/correctness/useExhaustiveDependencies: a new turn is a later now
  const span = useMemo(() => spanOf(run, steps, Date.now()), [run, steps, turn]);
  const rows = useMemo(() => rowsOf(steps), [steps]);
  const shown = rows.filter(
    ({ attempts }) => !(hidden.has('COMPLETED') && /COMPLETED|CACHED/.test(attempts.at(-1)!.status)),
  );
  const toggle = (status: string) =>
    setHidden((old) => new Set(old.has(status) ? [...old].filter((one) => one !== status) : [...old, status]));
  if (rows.length === 0) return <p className={styles.none}>This run has no steps: it logs by itself.</p>;
  return (
    <section className={styles.timeline} aria-label="Timeline">
      <header className={styles.header}>
        <h2>Steps</h2>
        <span>hide</span>
        <Button look="plain" aria-pressed={hidden.has('COMPLETED')} onClick={() => toggle('COMPLETED')}>
          done
        </Button>
        <Button look="plain" aria-pressed={hidden.has('RETRIED')} onClick={() => toggle('RETRIED')}>
          retried
        </Button>
        {run.steps.totalCount > steps.length && (
          <span>
            the first {steps.length} of {run.steps.totalCount} attempts
          </span>
        )}
      </header>
      <div className={styles.rows}>
        {shown.map((row) => (
          <Row
            key={row.name}
            row={row}
            span={span}
            hideRetried={hidden.has('RETRIED')}
            chosen={chosen}
            onChoose={onChoose}
          />
        ))}
        {run.endedAt === null && <Future span={span} onArrive={() => setTurn(turn + 1)} />}
      </div>
      <Axis span={span} />
    </section>
  );
}

type RowProps = {
  row: TimelineRow;
  span: Span;
  hideRetried: boolean;
  chosen: Props['chosen'];
  onChoose: Props['onChoose'];
};

function Row({ row, span, hideRetried, chosen, onChoose }: RowProps) {
  const newest = row.attempts.at(-1)!;
  const attempts = hideRetried ? [newest] : row.attempts;
  return (
    <div className={styles.row} data-chosen={chosen?.name === row.name}>
      <button type="button" className={styles.label} onClick={() => onChoose(newest)}>
        <StatusMark status={newest.status} bare />
        <bdi>{row.name}</bdi>
        {row.attempts.length > 1 && <span className={styles.times}>×{row.attempts.length}</span>}
      </button>
      <div className={styles.track}>
        {attempts.map((step) => (
          <Box
            key={step.id}
            step={step}
            span={span}
            isChosen={chosen?.name === step.name && chosen.attempt === step.attempt}
            onChoose={onChoose}
          />
        ))}
      </div>
      <span className={styles.took}>
        {newest.cachedFrom ? (
          <Link to={runPath(newest.cachedFrom.run)} title={`Taken over from ${newest.cachedFrom.run.name}`}>
            from <bdi>{newest.cachedFrom.run.name}</bdi>
          </Link>
        ) : (
          <Took startedAt={newest.startedAt} endedAt={newest.endedAt} isRunning={newest.status === 'RUNNING'} />
        )}
      </span>
    </div>
  );
}

type BoxProps = { step: Step; span: Span; isChosen: boolean; onChoose: Props['onChoose'] };

function Box({ step, span, isChosen, onChoose }: BoxProps) {
  const length = span.to - span.from;
  const start = Date.parse(step.startedAt);
  const end = step.endedAt === null ? span.to : Date.parse(step.endedAt);
  const took = step.endedAt === null ? 'running' : formatDuration(end - start);
  const what = `${step.name}, attempt ${step.attempt}: ${step.status.toLowerCase()}, ${took}, from ${formatMoment(step.startedAt)}`;
  return (
    <button
      type="button"
      className={styles.box}
      data-status={step.status}
      aria-pressed={isChosen}
      aria-label={what}
      title={what}
      style={{
        left: `${((start - span.from) / length) * 100}%`,
        width: `max(4px, ${((end - start) / length) * 100}%)`,
      }}
      onClick={() => onChoose(step)}
    />
  );
}

/** What has not happened yet covers the rest of the axis; its edge is now, and it moves without a render. */
function Future({ span, onArrive }: { span: Span; onArrive: () => void }) {
  const element = useRef<HTMLDivElement>(null);
  const arrive = useRef(onArrive);
  arrive.current = onArrive;
  useEffect(() => {
    const now = Date.now();
    const at = `translateX(${((now - span.from) / (span.to - span.from)) * 100}%)`;
    const animation = element.current!.animate([{ transform: at }, { transform: 'translateX(100%)' }], {
      duration: Math.max(0, span.to - now),
      fill: 'forwards',
    });
    animation.onfinish = () => arrive.current();
    return () => animation.cancel();
  }, [span]);
  return (
    <div className={styles.futureTrack} aria-hidden="true">
      <div ref={element} className={styles.future} />
    </div>
  );
}

function Axis({ span }: { span: Span }) {
  return (
    <div className={styles.axis} aria-hidden="true">
      <div>
        {ticksOf(span).map((ms) => (
          <span key={ms} style={{ left: `${(ms / (span.to - span.from)) * 100}%` }}>
            {ms === 0 ? '0' : formatDuration(ms)}
          </span>
        ))}
      </div>
    </div>
  );
}
