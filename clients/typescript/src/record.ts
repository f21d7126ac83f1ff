import { beginBeating, endBeating } from './beats.ts';
import { type Ending, noteOpen, type RecordEnd } from './open-ends.ts';
import { isDisabled, isOn, type Settings } from './options.ts';
import { provideRunToken, type RunToken } from './run-token.ts';
import type { Scope } from './scope.ts';
import { exitFlushMs, senderFor, stepFlushMs } from './senders.ts';
import { unwatchSignals, watchSignals } from './signals.ts';
import { lineOf, type OpName } from './spool/operation.ts';
import type { Sender } from './spool/sender.ts';
import { forgetStepNames, nameStep, noteStepEnd } from './step-names.ts';
import { currentSubstitute } from './substitute.ts';
import { newUuid } from './uuid.ts';
import { warn } from './warn.ts';

/** A run or step whose start is recorded. */
export interface Recorded<Opened> {
  /** What its function is told of it. */
  readonly opened: Opened;
  readonly scope: Scope;
  readonly end: RecordEnd;
  /** Waits a while for delivery: of the start, so that what is called finds the run or step, or of the end. */
  readonly flush: (what: 'start' | 'end') => Promise<unknown>;
}

function append(sender: Sender, op: OpName, variables: object): void {
  sender.append(lineOf(op, JSON.stringify(variables)), true);
}

/** Notes that something is open. The function it gives records the end, with its time, when it is first called. */
function open(
  scope: { readonly kind: 'run' | 'step'; readonly id: string; readonly settings: Settings },
  { sender, startedAt }: { readonly sender: Sender; readonly startedAt: Date },
  recordEnd: (ending: Ending & { readonly endedAt: string }) => void,
): RecordEnd {
  if (isDisabled()) return () => {};
  const close: RecordEnd = (ending) => {
    // A clock that was set back meanwhile must not let it end before its start.
    const endedAt = new Date(Math.max(startedAt.getTime(), Date.now())).toISOString();
    sender.lookForLeftovers();
    recordEnd({ ...ending, endedAt });
  };
  // What a test records has nobody to tell that it lives, and the signals are the test's.
  if (currentSubstitute()) return close;
  const end = noteOpen({ ...scope, openedAtMs: performance.now() }, close);
  beginBeating();
  watchSignals();
  return (ending) => {
    end(ending);
    endBeating();
    unwatchSignals();
  };
}

/** Waits a while for the delivery of a start, and for the token that the children of the run are given. */
async function deliverStart(sender: Sender, settings: Settings, run: string, token?: RunToken): Promise<void> {
  const isDelivered = await sender.flush(stepFlushMs());
  if (isDelivered && token && !isDisabled() && !currentSubstitute())
    await provideRunToken(token, { settings, run, timeoutMs: stepFlushMs() });
}

/** Records the start of a run. */
export function recordRun<Run extends { id: string; name: string | undefined; pipeline: string; url: string }>(
  settings: Settings,
  run: Run,
): Recorded<Run> {
  const startedAt = new Date();
  const { id, name, pipeline, url } = run;
  const token: RunToken = { value: undefined };
  const sender = senderFor(settings);
  sender.onRunStarted(id, (recorded) => {
    run.name = recorded;
    if (isOn('RUNLEDGER_LINK', true)) warn(`run ${recorded}: ${url}`);
  });
  append(sender, 'startRun', { input: { id, name, pipeline, startedAt: startedAt.toISOString() } });
  const end = open({ kind: 'run', id, settings }, { sender, startedAt }, (ending) => {
    forgetStepNames(id);
    append(sender, 'finishRun', { ref: id, ...ending });
  });
  const scopeRun = {
    id,
    asked: name,
    token,
    get name() {
      return run.name;
    },
  };
  return {
    opened: run,
    scope: { settings, run: scopeRun, step: undefined },
    end,
    flush: (what) =>
      what === 'start' ? deliverStart(sender, settings, id, token) : sender.flush(exitFlushMs(), { final: true }),
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
  const sender = senderFor(settings);
  append(sender, 'startStep', { input: { id, run: run.id, name, startedAt: startedAt.toISOString() } });
  const end = open({ kind: 'step', id, settings }, { sender, startedAt }, (ending) => {
    noteStepEnd(run.id, asked, name, ending.status);
    append(sender, 'finishStep', { id, ...ending });
  });
  return {
    opened: { id, name, run: run.id },
    scope: { settings, run, step: { id, name } },
    end,
    flush: (what) =>
      what === 'start' ? deliverStart(sender, settings, run.id, run.token) : sender.flush(stepFlushMs()),
  };
}
