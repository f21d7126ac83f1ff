import { AsyncLocalStorage } from 'node:async_hooks';
import { parseId } from './log-input.ts';
import { environment, type Settings, settingsOf } from './options.ts';

/** The run, and perhaps the step, in which code is running. */
export interface Scope {
  readonly settings: Settings;
  readonly run: { readonly id: string; readonly name: string | undefined };
  readonly step: { readonly id: string; readonly name: string } | undefined;
}

const scopes = new AsyncLocalStorage<Scope>();

/** Calls `fn` so that it and whatever it starts see the scope, but no other code that runs at the same time does. */
export function within<T>(scope: Scope, fn: () => T): T {
  return scopes.run(scope, fn);
}

/** The scope of the calling code. */
export function currentScope(): Scope | undefined {
  return scopes.getStore();
}

/** The step that the environment named last, and the variables it was read from: reading all settings anew is slow. */
let fromEnvironment: { readonly variables: string; readonly settings: Settings; readonly id: string } | undefined;

function stepOfEnvironment(): { readonly settings: Settings; readonly id: string } | undefined {
  const { RUNLEDGER_STEP_ID: id, RUNLEDGER_URL: url, RUNLEDGER_API_KEY: apiKey } = environment();
  if (!id) return undefined;
  const variables = `${id} ${url} ${apiKey}`;
  if (fromEnvironment?.variables === variables) return fromEnvironment;
  fromEnvironment = { variables, settings: settingsOf(), id: parseId(id, 'RUNLEDGER_STEP_ID') };
  return fromEnvironment;
}

/** The step to log to: the one the calling code runs in, else the one that `RUNLEDGER_STEP_ID` names. */
export function currentStep(): { readonly settings: Settings; readonly id: string } | undefined {
  const scope = scopes.getStore();
  return scope ? scope.step && { settings: scope.settings, id: scope.step.id } : stepOfEnvironment();
}

/**
 * The environment variables by which a child process finds the current step: `RUNLEDGER_URL`, `RUNLEDGER_STEP_ID` and,
 * if there is one, `RUNLEDGER_API_KEY`. Merge them into the child's environment:
 * `spawn(command, args, { env: { ...process.env, ...stepEnvironment() } })`. Empty outside a step.
 */
export function stepEnvironment(): Record<string, string> {
  const step = currentStep();
  if (!step) return {};
  const { url } = step.settings;
  const apiKey = step.settings.apiKey();
  return { RUNLEDGER_URL: url, RUNLEDGER_STEP_ID: step.id, ...(apiKey ? { RUNLEDGER_API_KEY: apiKey } : {}) };
}
