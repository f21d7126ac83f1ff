import { newUuid } from './uuid.ts';
import { beginBeating, endBeating } from './beats.ts';
import { type Ending, noteOpen, type RecordEnd } from './open-ends.ts';
import { isDisabled, type Settings } from './options.ts';
import type { Scope } from './scope.ts';
import { exitFlushMs, senderFor, stepFlushMs } from './senders.ts';
import { unwatchSignals, watchSignals } from './signals.ts';
import { lineOf, type OpName } from './spool/operation.ts';
import { forgetStepNames, nameStep, noteStepEnd } from './step-names.ts';

/** A run or step whose start is recorded. */
export interface Recorded<Opened> {
  /** What its function is told of it. */
  readonly opened: Opened;
  readonly scope: Scope;
  readonly end: RecordEnd;
  /** Waits a while for delivery: of the start, so that what is called finds the run or step, or of the end. */
  readonly flush: (what: 'start' | 'end') => Promise<unknown>;
}

function append(settings: Settings, op: OpName, variables: object): void {
  senderFor(settings).append(lineOf(op, JSON.stringify(variables)), true);
}

/** Notes that something is open. The function it gives records the end, with its time, when it is first called. */
function open(
  scope: { readonly kind: 'run' | 'step'; readonly id: string; readonly settings: Settings },
  startedAt: Date,
  recordEnd: (ending: Ending & { readonly endedAt: string }) => void,
): RecordEnd {
  if (isDisabled()) return () => {};
  const end = noteOpen({ ...scope, openedAtMs: performance.now() }, (ending) => {
    // A clock that was set back meanwhile must not let it end before its start.
    const endedAt = new Date(Math.max(startedAt.getTime(), Date.now())).toISOString();
    senderFor(scope.settings).lookForLeftovers();
    recordEnd({ ...ending, endedAt });
  });
  beginBeating();
  watchSignals();
  return (ending) => {
    end(ending);
    endBeating();
    unwatchSignals();
  };
}

/** Records the start of a run. */
export function recordRun<Run extends { id: string; name: string | undefined; pipeline: string }>(
  settings: Settings,
  run: Run,
): Recorded<Run> {
  const startedAt = new Date();
  const { id, name, pipeline } = run;
  const sender = senderFor(settings);
  sender.onRunStarted(id, (recorded) => {
    run.name = recorded;
  });
  append(settings, 'startRun', { input: { id, name, pipeline, startedAt: startedAt.toISOString() } });
  const end = open({ kind: 'run', id, settings }, startedAt, (ending) => {
    forgetStepNames(id);
    append(settings, 'finishRun', { ref: id, ...ending });
  });
  const scopeRun = {
    id,
    asked: name,
    get name() {
      return run.name;
    },
  };
  return {
    opened: run,
    scope: { settings, run: scopeRun, step: undefined },
    end,
    flush: (what) => (what === 'start' ? sender.flush(stepFlushMs()) : sender.flush(exitFlushMs(), { final: true })),
  };
}

/** Records the start of a step, under a name that supersedes no step of this process that counts. */
export function recordStep(
  settings: Settings,
  run: NonNullable<Scope['run']>,
  asked: string,
): Recorded<{ readonly id: string; readonly name: string; readonly run: string }> {
  const startedAt = new Date();
  const id = newUuid();
  const name = isDisabled() ? asked : nameStep(run.id, asked);
  append(settings, 'startStep', { input: { id, run: run.id, name, startedAt: startedAt.toISOString() } });
  const end = open({ kind: 'step', id, settings }, startedAt, (ending) => {
    noteStepEnd(run.id, asked, name, ending.status);
    append(settings, 'finishStep', { id, ...ending });
  });
  return {
    opened: { id, name, run: run.id },
    scope: { settings, run, step: { id, name } },
    end,
    flush: () => senderFor(settings).flush(stepFlushMs()),
  };
}
