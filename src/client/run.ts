import { newRunId, newUuid } from '../uuid.ts';
import { checkOptions } from './check-options.ts';
import { badInput } from './errors.ts';
import type { ExecutionStatus } from './generated/operations.ts';
import { checkName } from './metadata-entries.ts';
import { noteOpen, type RecordEnd } from './open-ends.ts';
import { type ClientOptions, clientOptionNames, endpointUrl, type Settings, settingsOf } from './options.ts';
import { currentScope, type Scope, within } from './scope.ts';
import { exitFlushMs, senderFor, stepFlushMs } from './senders.ts';
import { lineOf, type OpName } from './spool/operation.ts';

/** The run that `pipelineRun` opened. */
export interface StartedRun {
  readonly id: string;
  /** As the service has it. Until it has answered: as given, or undefined when the service is to choose one. */
  readonly name: string | undefined;
  readonly pipeline: string;
}

/** The step that `step` opened. */
export interface StartedStep {
  readonly id: string;
  readonly name: string;
  /** The id of the run, or whatever `options.run` named it by. */
  readonly run: string;
}

export interface PipelineRunOptions extends ClientOptions {
  /** Unique. Default: the service chooses one. A name that is taken gets the beginning of the run's id appended. */
  readonly name?: string | undefined;
  /** The name of the pipeline. Default: "default". */
  readonly pipeline?: string | undefined;
}

function append(settings: Settings, op: OpName, variables: object): void {
  senderFor(settings).append(lineOf(op, JSON.stringify(variables)), true);
}

/** Calls `fn` in the scope, then records how it ended. Rethrows what `fn` throws. */
async function recordEnd<T>(scope: Scope, fn: () => T | Promise<T>, end: RecordEnd): Promise<T> {
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
 * Records a run around `fn`: COMPLETED when it returns, FAILED when it throws; what it throws is rethrown. The service may
 * be away the whole time: what is to be recorded waits in the spool, and `fn` runs all the same. Throws an
 * InvalidCallError before `fn` is called when a name or setting cannot be used.
 */
export async function pipelineRun<T>(options: PipelineRunOptions, fn: (run: StartedRun) => T | Promise<T>): Promise<T> {
  checkOptions('pipelineRun({ name, pipeline }, fn)', options, { name: true, pipeline: true, ...clientOptionNames });
  if (typeof fn !== 'function') throw badInput('pipelineRun({ name, pipeline }, fn): fn must be a function.');
  const { name, pipeline = 'default', ...clientOptions } = options ?? {};
  if (name !== undefined) checkName(name, 'run');
  checkName(pipeline, 'pipeline');
  const settings = settingsOf(clientOptions);
  const run = { id: newRunId(), name, pipeline };
  const sender = senderFor(settings);
  sender.onRunStarted(run.id, (recorded) => {
    run.name = recorded;
  });
  append(settings, 'startRun', { input: { ...run, startedAt: new Date().toISOString() } });
  const end = noteOpen((status) => append(settings, 'finishRun', { ref: run.id, status }));
  // What is called below must know the name of its run, and child processes must find it.
  await sender.flush(stepFlushMs());
  return recordEnd({ settings, run, step: undefined }, () => fn(run), end);
}

/** The settings of a step: those of the run it is in, unless it goes to another run by options of its own. */
function stepSettingsOf(options: ClientOptions, outer: Scope | undefined, isInOuterRun: boolean): Settings {
  if (!outer || (!isInOuterRun && Object.keys(options).length > 0)) return settingsOf(options);
  const { url } = outer.settings;
  if (options.url !== undefined && endpointUrl(options.url) !== url)
    throw badInput(`step(name, fn, { url }): the run is recorded at ${url}, and its steps with it. Leave out url.`);
  return outer.settings;
}

/**
 * Records a step of the current run around `fn`, as `pipelineRun` records a run; `logMetadata` inside it logs to the step.
 * Starting a step of the same name again makes its next attempt. Outside `pipelineRun`, `options.run` names the run the
 * step belongs to (id, name or prefix). Unless the service is away, it knows of the step before `fn` is called.
 */
export async function step<T>(
  name: string,
  fn: (step: StartedStep) => T | Promise<T>,
  options: ClientOptions & { readonly run?: string } = {},
): Promise<T> {
  checkName(name, 'step');
  if (typeof fn !== 'function') throw badInput(`step(${JSON.stringify(name)}, fn): fn must be a function.`);
  checkOptions(`step(${JSON.stringify(name)}, fn, options)`, options, { run: true, ...clientOptionNames });
  const { run: ref, ...clientOptions } = options;
  const outer = currentScope();
  const run = ref === undefined ? outer?.run : { id: ref, name: undefined };
  if (!run)
    throw badInput(
      `step(${JSON.stringify(name)}, fn) was called outside a run: call it inside pipelineRun(…), or name the run: step(${JSON.stringify(name)}, fn, { run }).`,
    );
  const settings = stepSettingsOf(clientOptions, outer, ref === undefined);
  const opened = { id: newUuid(), name, run: run.id };
  append(settings, 'startStep', { input: { id: opened.id, run: run.id, name, startedAt: new Date().toISOString() } });
  const end = noteOpen((status) => append(settings, 'finishStep', { id: opened.id, status }));
  // A child process must find the step when it logs to it, even if this process does nothing but wait for the child.
  await senderFor(settings).flush(stepFlushMs());
  return recordEnd({ settings, run, step: opened }, () => fn(opened), end);
}
