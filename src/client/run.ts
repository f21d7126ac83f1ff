import { newRunId, newUuid } from '../uuid.ts';
import { badInput } from './errors.ts';
import type { ExecutionStatus } from './generated/operations.ts';
import { checkName } from './metadata-entries.ts';
import { type ClientOptions, type Settings, settingsOf } from './options.ts';
import { currentScope, type Scope, within } from './scope.ts';
import { exitFlushMs, senderFor, stepFlushMs } from './senders.ts';
import { lineOf, type OpName } from './spool/operation.ts';

/** The run that `pipelineRun` opened. */
export interface StartedRun {
  readonly id: string;
  /** As it was given; when left out, the service gives one. */
  readonly name: string | undefined;
  readonly pipeline: string;
}

/** The step that `step` opened. */
export interface StartedStep {
  readonly id: string;
  readonly name: string;
  /** The id of the run, or what `options.run` named. */
  readonly run: string;
}

export interface PipelineRunOptions extends ClientOptions {
  /** Unique; one is given by the service when left out. A name that is taken gets the start of the run's id behind it. */
  readonly name?: string | undefined;
  /** The pipeline that is executed. Default: "default". */
  readonly pipeline?: string | undefined;
}

function append(settings: Settings, op: OpName, variables: object): void {
  senderFor(settings).append(lineOf(op, JSON.stringify(variables)), true);
}

/** Calls `fn` in the scope, then records how it ended. What `fn` throws is thrown again, the same. */
async function recordEnd<T>(
  scope: Scope,
  fn: () => T | Promise<T>,
  end: (status: ExecutionStatus) => void,
): Promise<T> {
  let status: ExecutionStatus = 'FAILED';
  try {
    const result = await within(scope, fn);
    status = 'COMPLETED';
    return result;
  } finally {
    const sender = senderFor(scope.settings);
    sender.lookForLeftovers();
    end(status);
    const isStep = scope.step !== undefined;
    await sender.flush(isStep ? stepFlushMs() : exitFlushMs(), { final: !isStep });
  }
}

/**
 * Records a run around `fn`: COMPLETED when it returns, FAILED when it throws, and then the same error is thrown again.
 * The service may be away for all of it: what it would have been told waits in the spool, and `fn` runs all the same.
 * Throws an InvalidCallError before `fn` is called when a name or setting is not valid.
 */
export async function pipelineRun<T>(options: PipelineRunOptions, fn: (run: StartedRun) => T | Promise<T>): Promise<T> {
  const { name, pipeline = 'default', ...clientOptions } = options;
  if (name !== undefined) checkName(name, 'run');
  checkName(pipeline, 'pipeline');
  if (typeof fn !== 'function') throw badInput('pipelineRun({ name, pipeline }, fn): fn must be a function.');
  const settings = settingsOf(clientOptions);
  const run = { id: newRunId(), name, pipeline };
  append(settings, 'startRun', { input: { ...run, startedAt: new Date().toISOString() } });
  const scope = { settings, run, step: undefined };
  return recordEnd(
    scope,
    () => fn(run),
    (status) => append(settings, 'finishRun', { ref: run.id, status }),
  );
}

/**
 * Records a step of the current run around `fn`, as `pipelineRun` does a run; `logMetadata` inside finds it. Starting a
 * step of the same name again makes its next attempt. Outside `pipelineRun`, `options.run` names the run it belongs to
 * (id, name or prefix). When the service is there, it knows the step before `fn` is called.
 */
export async function step<T>(
  name: string,
  fn: (step: StartedStep) => T | Promise<T>,
  options: ClientOptions & { readonly run?: string } = {},
): Promise<T> {
  checkName(name, 'step');
  if (typeof fn !== 'function') throw badInput(`step(${JSON.stringify(name)}, fn): fn must be a function.`);
  const { run: ref, ...clientOptions } = options;
  const outer = currentScope();
  const run = ref === undefined ? outer?.run : { id: ref, name: undefined };
  if (!run)
    throw badInput(
      `step(${JSON.stringify(name)}, fn) is called outside a run: call it inside pipelineRun(…), or name the run: step(${JSON.stringify(name)}, fn, { run }).`,
    );
  const settings = ref === undefined && outer ? outer.settings : settingsOf(clientOptions);
  const opened = { id: newUuid(), name, run: run.id };
  append(settings, 'startStep', { input: { id: opened.id, run: run.id, name, startedAt: new Date().toISOString() } });
  // A child process that logs to the step must find it, also while this one waits for the child and does nothing else.
  await senderFor(settings).flush(stepFlushMs());
  const scope = { settings, run, step: opened };
  return recordEnd(
    scope,
    () => fn(opened),
    (status) => append(settings, 'finishStep', { id: opened.id, status }),
  );
}
