import { carryOut } from './carry-out.ts';
import { checkOptions } from './check-options.ts';
import { badInput } from './errors.ts';
import { checkName } from './metadata-entries.ts';
import {
  type ClientOptions,
  clientOptionNames,
  endpointUrl,
  isDisabled,
  type Settings,
  settingsOf,
} from './options.ts';
import { pageUrl } from './page-url.ts';
import { type Recorded, recordRun, recordStep } from './record.ts';
import { currentScope, inheritedScope, type Scope } from './scope.ts';
import { newRunId } from './uuid.ts';

/** The run that `pipelineRun` opened. */
export interface StartedRun {
  readonly id: string;
  /** As the service has it. Until it has answered: as given, or undefined when the service is to choose one. */
  readonly name: string | undefined;
  readonly pipeline: string;
  /** The address of its page. */
  readonly url: string;
}

/** The step that `step` opened. */
export interface StartedStep {
  readonly id: string;
  /** As it is recorded: `train_2` where the run has a `train` already that counts. */
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

/** The run that this process was started in, which neither begins nor ends with what is called here. Undefined for none. */
function joinedRun(options: ClientOptions, pipeline: string): Recorded<StartedRun> | undefined {
  const scope = inheritedScope();
  if (!scope?.run || (options.url !== undefined && endpointUrl(options.url) !== scope.settings.url)) return undefined;
  const { id } = scope.run;
  const opened = { id, name: undefined, pipeline, url: pageUrl(scope.settings, id) };
  return { opened, scope, end: () => {}, flush: async () => true };
}

/**
 * Records a run around `fn`: COMPLETED when it returns, FAILED when it throws; what it throws is rethrown. The service may
 * be away the whole time: what is to be recorded waits in the spool, and `fn` runs all the same. In a process that was
 * started in a run (`RUNLEDGER_RUN_ID`), `fn` is part of that run instead. Throws an InvalidCallError before `fn` is called
 * when a name or setting cannot be used.
 */
export async function pipelineRun<T>(options: PipelineRunOptions, fn: (run: StartedRun) => T | Promise<T>): Promise<T> {
  checkOptions('pipelineRun({ name, pipeline }, fn)', options, { name: true, pipeline: true, ...clientOptionNames });
  if (typeof fn !== 'function') throw badInput('pipelineRun({ name, pipeline }, fn): fn must be a function.');
  const { name, pipeline = 'default', ...clientOptions } = options ?? {};
  if (name !== undefined) checkName(name, 'run');
  checkName(pipeline, 'pipeline');
  const settings = settingsOf(clientOptions);
  return carryOut(() => {
    const id = newRunId();
    return (
      joinedRun(clientOptions, pipeline) ?? recordRun(settings, { id, name, pipeline, url: pageUrl(settings, id) })
    );
  }, fn);
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
 * A step of the same name again is `name_2`, `name_3` …, or after one that FAILED its next attempt. Where `fn` is a
 * generator function, the step begins with the first item and ends with the generator. Outside a run, `options.run` names
 * the one the step belongs to (id, name or prefix). Unless the service is away, it knows of the step before `fn` is called.
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
  const nobody = isDisabled() ? { id: newRunId(), name: undefined } : undefined;
  const run = ref === undefined ? (outer?.run ?? nobody) : { id: ref, name: undefined, token: { value: undefined } };
  if (!run)
    throw badInput(
      `step(${JSON.stringify(name)}, fn) was called outside a run: call it inside pipelineRun(…), or name the run: step(${JSON.stringify(name)}, fn, { run }).`,
    );
  const settings = stepSettingsOf(clientOptions, outer, ref === undefined);
  return carryOut(() => recordStep(settings, run, name), fn);
}
